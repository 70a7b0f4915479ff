# /// script
# dependencies = ["enthusiast-model-mistral==1.3.0", "pgvector", "django", "psycopg2-binary"]
# ///
import stage
from enthusiast_model_mistral import MistralAIEmbeddingProvider, MistralAILanguageModelProvider

stage.show(MistralAILanguageModelProvider.available_models())
stage.show(MistralAIEmbeddingProvider.available_models())
stage.show(MistralAIEmbeddingProvider("codestral-embed", 8).generate_embeddings("a text"))
