# /// script
# dependencies = ["mistral-ocr-mcp==0.2.4"]
# ///
import os
from pathlib import Path

import stage

os.environ["MISTRAL_OCR_ALLOWED_DIR"] = str(Path.cwd())
from mistral_ocr_mcp import mistral_client

stage.show(mistral_client.process_local_file(Path(stage.pdf())))
stage.show(mistral_client.process_url("https://example.org/a.pdf"))
stage.show(mistral_client.check_api_status())
