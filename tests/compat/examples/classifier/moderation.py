import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.classifiers.moderate(model="mistral-moderation-latest", inputs=["A nice text.", "Another."])
    print([any(result.categories.values()) for result in response.results])
    response = client.classifiers.moderate_chat(
        model="mistral-moderation-latest", inputs=[{"role": "user", "content": "A nice text."}]
    )
    print(sorted(response.results[0].category_scores) == sorted(response.results[0].categories))


if __name__ == "__main__":
    main()
