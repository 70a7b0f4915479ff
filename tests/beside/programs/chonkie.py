# /// script
# dependencies = ["chonkie[mistral]==1.7.0"]
# [tool.beside]
# install = true
# ///
import stage
from chonkie.chef.mistral_ocr import MistralOCR

stage.show(MistralOCR().process(stage.pdf()).content)
