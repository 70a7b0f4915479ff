import json
import os

from mistral_async.compat import Mistral

FORMAT = {
    "type": "json_schema",
    "json_schema": {
        "name": "Solution",
        "schema_definition": {
            "$defs": {
                "Step": {
                    "properties": {"equation": {"title": "Equation", "type": "string"}},
                    "required": ["equation"],
                    "title": "Step",
                    "type": "object",
                    "additionalProperties": False,
                },
            },
            "properties": {
                "steps": {"items": {"$ref": "#/$defs/Step"}, "title": "Steps", "type": "array"},
                "x": {"title": "X", "type": "integer"},
            },
            "required": ["steps", "x"],
            "title": "Solution",
            "type": "object",
            "additionalProperties": False,
        },
        "description": None,
        "strict": True,
    },
}
MESSAGES = [{"role": "user", "content": "How is 3x + 4 = 19 solved?"}]


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    whole = client.chat.complete(model="mistral-large-latest", messages=MESSAGES, response_format=FORMAT)
    print(sorted(json.loads(whole.choices[0].message.content)))
    with client.chat.stream(model="mistral-large-latest", messages=MESSAGES, response_format=FORMAT) as stream:
        said = "".join(chunk.data.choices[0].delta.content for chunk in stream)
    print(said == whole.choices[0].message.content)


if __name__ == "__main__":
    main()
