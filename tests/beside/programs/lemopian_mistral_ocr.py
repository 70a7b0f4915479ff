# /// script
# dependencies = ["iflow-mcp-lemopian-mistral-ocr==0.1.0", "mistralai<2", "fastmcp<3", "mcp<2"]
# ///
import asyncio

import stage
from mistral_ocr.main import extract_file_content

stage.show(asyncio.run(extract_file_content(stage.pdf())))
stage.show(asyncio.run(extract_file_content(stage.png())))
