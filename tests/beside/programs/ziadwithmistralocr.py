# /// script
# dependencies = ["ziadwithmistralocr==0.1.0", "mistralai<2"]
# ///
from pathlib import Path

import stage
from ziadwithmistalocr import BatchOCR

Path("papers").mkdir()
stage.pdf("papers/a.pdf")
stage.pdf("papers/b.pdf")
BatchOCR(stage.KEY).process_folder("papers", "out")
