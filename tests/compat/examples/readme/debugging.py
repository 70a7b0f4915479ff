import logging
import os
import sys

from mistral_async.compat import Mistral

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)
s = Mistral(api_key=os.getenv("MISTRAL_API_KEY", ""), debug_logger=logging.getLogger("mistralai.client"))
s.models.list()
