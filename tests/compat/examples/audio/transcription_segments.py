import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.audio.transcriptions.complete(
        model="voxtral-mini-latest",
        file_url="https://sounds.test/rain.mp3",
        timestamp_granularities=["segment"],
    )
    print(response.text)
    print("".join(segment.text for segment in response.segments))


if __name__ == "__main__":
    main()
