# /// script
# requires-python = ">=3.12"
# dependencies = ["mcp-ocrai==0.3.0", "mistralai>=1.9.11,<2"]
# ///
import stage
from mcp_ocrai.services.document import DocumentMCP

for name in (stage.pdf(), stage.png()):
    document = DocumentMCP(name)
    stage.show(document.getOCR())
    stage.show(DocumentMCP(name).getOCR() == document.markdown)
