# /// script
# dependencies = ["docin==0.1.2", "mistralai<2", "python-datauri"]
# ///
import stage
from ocr.mist_ocr import MistOcr

answer = MistOcr(stage.KEY).doc_to_md(stage.pdf(), "out/paper.md", return_response=True)
MistOcr(stage.KEY).doc_to_md(stage.png(), "out/dot.md")
stage.show([each.markdown for each in answer.pages])
