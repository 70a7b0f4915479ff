# /// script
# dependencies = ["agentkavach==2.1.0", "mistralai>=1,<2"]
# ///
import stage
from agentkavach import AgentKavach

guard = AgentKavach(provider="mistral", llm_key=stage.KEY, api_key="none", endpoint="http://127.0.0.1:9")
question = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Which river?"}]}
answer = guard._safe_call(question)
stage.show(answer.choices[0].message.content)
stage.show(guard.spent)
