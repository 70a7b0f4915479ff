import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.audio.transcriptions.stream(
        model="voxtral-mini-latest",
        file_url="https://sounds.test/rain.mp3",
        timestamp_granularities=["segment"],
    )
    for event in response:
        print(event.event, getattr(event.data, "text", ""))


if __name__ == "__main__":
    main()
