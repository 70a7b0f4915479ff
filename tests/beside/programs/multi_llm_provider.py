# /// script
# dependencies = ["multi-llm-provider==0.1.0", "mistralai>=2", "anthropic", "openai", "requests"]
# ///
import stage
from multi_llm_provider.mistral_api import MistralAPIAnalyzer

analyzer = MistralAPIAnalyzer(stage.KEY, model="mistral-small-latest")
stage.show(analyzer.get_provider_info())
stage.show(analyzer.validate_config())
