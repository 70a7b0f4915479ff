# /// script
# dependencies = ["mistral-gradio==0.0.2", "mistralai<2", "gradio"]
# ///
import stage
from mistral_gradio import get_fn, get_interface_args

_, _, preprocess, postprocess = get_interface_args("chat")
ask = get_fn("mistral-small-latest", preprocess, postprocess, stage.KEY)
stage.show(list(ask({"text": "Which river?", "files": [stage.png()]}, [["hi", "hello"]])))
