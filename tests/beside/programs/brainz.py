# /// script
# dependencies = ["brainz==1.1.5"]
# ///
import stage
from brainz import ai

stage.show(ai("Which river?"))
stage.show(ai("What stands here?", resource="https://example.org/a.pdf", note="Be brief."))
