import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.audio.transcriptions.complete(
        model="voxtral-mini-latest", file_url="https://sounds.test/rain.mp3", language="en"
    )
    print(response.text)


if __name__ == "__main__":
    main()
