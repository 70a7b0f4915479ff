# /// script
# requires-python = ">=3.12"
# dependencies = ["py-mistral-helper==0.1.0", "requests"]
# [tool.beside]
# newer = ["blocks", "confidence_scores"]
# ///
import stage
from py_mistral_helper.MistralHelper import MistralHelper

MistralHelper.validate_api_key = staticmethod(bool)  # it asks the API by its address
helper = MistralHelper(stage.KEY)
stage.show(helper.extract_text_using_pdf_document_url("https://example.org/a.pdf"))
stage.show(helper.extract_text_using_pdf(stage.pdf()))
stage.show(helper.extract_text_using_image_url("https://example.org/a.png"))
stage.show(helper.extract_text_using_image_path(stage.png()).pages[0].markdown)
