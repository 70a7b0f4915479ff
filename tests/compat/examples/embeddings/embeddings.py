import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.embeddings.create(model="mistral-embed", inputs=["Which cheese is the oldest?"] * 10)
    print(len(response.data), len(response.data[0].embedding), response.data[9].index, response.usage.total_tokens > 0)


if __name__ == "__main__":
    main()
