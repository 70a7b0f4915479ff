import os

from mistral_async.compat import Mistral

key, url = os.getenv("MISTRAL_API_KEY", ""), os.environ["FAKE_SERVER"]

with Mistral(server="eu", api_key=key) as mistral:
    print(mistral.models.list().object)

with Mistral(server_url=url, api_key=key) as mistral:
    print(mistral.models.list().object)

host = url.removeprefix("http://")
with Mistral(server_url="http://{host}", url_params={"host": host}, api_key=key) as mistral:
    print(mistral.models.list().object)
