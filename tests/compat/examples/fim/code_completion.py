import os

from mistral_async.compat import Mistral


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    prompt, suffix = "def double(n: int):", "print(double(4))"
    response = client.fim.complete(model="codestral-latest", prompt=prompt, suffix=suffix)
    print(f"{prompt}\n{response.choices[0].message.content}{suffix}")
    print(response.choices[0].message.role)


if __name__ == "__main__":
    main()
