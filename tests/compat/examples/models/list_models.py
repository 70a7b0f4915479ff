import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.models.list()
    print("mistral-embed" in [model.id for model in response.data])
    card = client.models.retrieve(model_id="codestral-latest")
    print(card.id, card.capabilities.completion_fim)


if __name__ == "__main__":
    main()
