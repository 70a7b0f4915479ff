# /// script
# dependencies = ["ocrroute[api]==0.8.0", "mistralai<2"]
# ///
import sys
import sysconfig
from pathlib import Path

import stage

sys.path.append(str(Path(sysconfig.get_path("purelib"), "AioOCR")))
from engines.api.mistralocr import MistralOcr

for path in (stage.pdf(), stage.png()):
    engine = MistralOcr(path, api=stage.KEY)
    stage.show(engine.getText() if hasattr(engine, "getText") else dir(engine))
stage.show(engine._liveModels())
