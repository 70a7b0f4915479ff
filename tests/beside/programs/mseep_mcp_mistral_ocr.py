# /// script
# dependencies = ["mseep-mcp-mistral-ocr==1.0.3", "mistralai<2", "mcp<2"]
# [tool.beside]
# newer = ["blocks", "confidence_scores"]
# ///
import asyncio
import json
from pathlib import Path

import stage
from mcp_mistral_ocr.mistral_ocr import MistralOCRProcessor

processor = MistralOCRProcessor(stage.KEY)
work = Path("work")
work.mkdir()
for path in (stage.pdf(), stage.png()):
    stage.show(json.loads(asyncio.run(processor.process_local_file(Path(path), work))))
stage.show(json.loads(asyncio.run(processor.process_url_file("https://example.org/a.pdf", "pdf", work))))
for each in work.iterdir():
    each.unlink()  # its name has the time
