import os
from typing import List  # noqa: UP035 - as older programs write it

from mistral_async.compat import Mistral
from pydantic import BaseModel, Field


class Ingredient(BaseModel):
    name: str = Field(description="In the singular")
    grams: float


class Recipe(BaseModel):
    title: str
    ingredients: List[Ingredient]  # noqa: UP006 - as older programs write it


def main():
    client = Mistral(api_key=os.environ["MISTRAL_API_KEY"])
    response = client.chat.parse(
        model="mistral-large-latest",
        messages=[{"role": "user", "content": "A recipe for soup."}],
        response_format=Recipe,
        temperature=0,
        max_tokens=512,
    )
    recipe = response.choices[0].message.parsed
    print(isinstance(recipe, Recipe), isinstance(recipe.ingredients[0], Ingredient))


if __name__ == "__main__":
    main()
