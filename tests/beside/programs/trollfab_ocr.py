# /// script
# dependencies = ["trollfab-ocr==1.0.0", "mistralai<2"]
# ///
import stage
from multi_ocr.mistral_ocr import MistralOCR

stage.show(MistralOCR().is_available())
