import base64
import os
from pathlib import Path

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    sample = base64.b64encode(Path("rain.wav").read_bytes()).decode()
    voice = client.audio.voices.create(name="Rain", sample_audio=sample)
    response = client.audio.speech.complete(
        model="voxtral-mini-tts-latest", input="It rains.", voice_id=voice.id, response_format="wav"
    )
    print(voice.name, base64.b64decode(response.audio_data)[:4])
    for event in client.audio.speech.complete(input="It rains.", voice_id=voice.id, response_format="wav", stream=True):
        print(event.event)


if __name__ == "__main__":
    main()
