# /// script
# dependencies = ["mistral-ocr-gui==0.4.0", "mistralai<2"]
# ///
import queue
import threading

import stage
from mistral_ocr import core

log = queue.Queue()
core.process_image_with_ocr(stage.png(), log, threading.Event())
core.process_pasted_image_ocr(core.encode_image("dot.png"), log, threading.Event())
while not log.empty():
    stage.show(log.get())
