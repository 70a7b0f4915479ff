# /// script
# dependencies = ["mcp-bastion-mistral==5.1.0", "mistralai<2"]
# ///
import stage
from mcp_bastion_mistral import SecureMistral

stage.show(SecureMistral(stage.KEY).chat("Which river?", model="mistral-small-latest", temperature=0.2))
