# /// script
# dependencies = ["mistral-haystack==3.0.0"]
# [tool.beside]
# install = true
# ///
from pathlib import Path

import stage
from haystack.dataclasses import ByteStream
from haystack.utils import Secret
from haystack_integrations.components.converters.mistral import MistralOCRDocumentConverter

converter = MistralOCRDocumentConverter(api_key=Secret.from_env_var("MISTRAL_API_KEY"))
result = converter.run(sources=[Path(stage.pdf()), ByteStream(stage.PDF, mime_type="application/pdf")])
stage.show([each.content for each in result["documents"]])
stage.show(result["raw_mistral_response"])
