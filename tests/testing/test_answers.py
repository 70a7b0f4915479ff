"""What the fake server says fits what it is asked: the passages found, the sentence quoted, the arguments of calls."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mistral_async import SyncMistral, demo
from mistral_async.demo._passages import read_passages
from mistral_async.testing import FakeMistral

QUESTIONS = {
    "Which river flows into the Black Sea?": "Dnieper",
    "What is the highest mountain in the world?": "Everest",
    "Which planet is the largest?": "Jupiter",
    "What is the largest lake in Africa?": "Lake Victoria",
    "What is the largest lake in Europe?": "Lake Ladoga",
    "What is the largest coral reef in the world?": "Great Barrier Reef",
    "Which is the deepest lake in the world?": "Baikal",
    "What is the highest mountain in the Alps?": "Mont Blanc",
    "Which strait connects the Mediterranean and the Black Sea?": "Bosporus",
    "Which layer of the stratosphere blocks ultraviolet radiation?": "ozone layer",
    "Which element has atomic number 46?": "palladium",
    "What is dry ice?": "dry ice",
    "Which river flows through London?": "Thames",
    "What is the longest French river?": "Loire",
    "Which gas causes explosions in coal mines?": "firedamp",
    "Which bases pair with thymine in DNA?": "adenine",
    "What is used to kill lice and mites?": "Kwell",
    "Which mountains run along the Pacific coast of South America?": "Andes",
    "What is an alloy of nickel and copper?": "Monel metal",
    "Which waterfall is the highest in Canada?": "Takakkaw",
    "What is the second largest continent?": "Africa",
    "Which lake is linked to the Hudson River by a canal?": "Lake Erie",
    "Which rivers empty into the North Sea?": "Elbe",
    "What carries oxygen to the cells of the body?": "oxyhemoglobin",
    "What pass connects Innsbruck with Bolzano?": "Brenner Pass",
    "Which satellites of Jupiter are covered with frozen water?": "Europa",
    "What treats bronchitis and asthma?": "ephedrine",
    "Which saltwater lake lies between Iran and Russia?": "Caspian",
    "What is obtained by distilling wood tar?": "creosote",
    "Which vitamin prevents scurvy?": "vitamin C",
    "Which planet has rings?": "Saturn",
    "Which metal is liquid at ordinary temperatures?": "mercury",
}


def test_the_demo_answers_every_question_with_the_passage_that_a_reader_expects():
    passages = read_passages(None)
    with FakeMistral() as server, SyncMistral(server.api_key, server_url=server.url) as client:
        rows = client.bulk.embed(passages, model=demo.EMBED_MODEL).to_numpy()
        asked = client.bulk.embed(list(QUESTIONS), model=demo.EMBED_MODEL).to_numpy()
        wrong = []
        for (question, expected), scores in zip(QUESTIONS.items(), asked @ rows.T, strict=True):
            nearest = [passages[index] for index in np.argsort(-scores)[: demo.NEAREST]]
            message = demo._message(question, nearest)
            answer = client.chat.complete(model=demo.CHAT_MODEL, messages=[message]).text
            if answer not in passages or not answer.startswith(expected):
                wrong.append((question, answer))
    assert not wrong


@pytest.mark.parametrize(
    ("context", "question", "answer"),
    [
        ("Tea is hot. Assam grows tea.", "Where does tea grow?", "Assam grows tea."),  # another ending
        ("He lives in St. Malo. It rains.", "Where does he live?", "He lives in St. Malo."),
        ("It is 3.5 m long. It is red.", "How long is it?", "It is 3.5 m long."),
        ("Ann has a cat. Bob has a dog.", "Who has the cat and the dog?", "Ann has a cat. Bob has a dog."),
        ("Ann has a cat.\nBob has a dog.", "Who has the cat and the dog?", "Ann has a cat."),  # one passage
    ],
)
async def test_the_answer_is_whole_sentences_of_one_line(mistral, context, question, answer):
    messages = [{"role": "user", "content": f"{context}\n\n{question}"}]
    assert (await mistral.chat.complete(model=demo.CHAT_MODEL, messages=messages)).text == answer


NUMBER, TEXT = {"type": "integer"}, {"type": "string"}
UNIT = {"enum": ["fahrenheit", "celsius"]}


@pytest.mark.parametrize(
    ("prompt", "properties", "arguments"),
    [
        ("call it: add 1 and 2", {"a": NUMBER, "b": NUMBER}, {"a": 1, "b": 2}),
        ("call it: 10-20", {"a": NUMBER, "b": NUMBER}, {"a": 10, "b": 20}),
        ("call it with 5", {"a": NUMBER, "b": NUMBER}, {"a": 5, "b": 5}),
        ("call it with 5000, 3", {"a": {**NUMBER, "maximum": 10}, "b": NUMBER}, {"a": 3, "b": 5000}),
        ("please, Ann, call it: send Bob to Paris", {"who": TEXT, "to": TEXT}, {"who": "Bob", "to": "Paris"}),
        ("call it for Oslo", {"a": TEXT, "b": TEXT}, {"a": "Oslo", "b": "Oslo"}),
        ("call it for Oslo in celsius", {"city": TEXT, "unit": UNIT}, {"city": "Oslo", "unit": "celsius"}),
        ("call it for Oslo", {"city": TEXT, "unit": UNIT}, {"city": "Oslo", "unit": "fahrenheit"}),
    ],
)
async def test_calls_take_their_arguments_from_the_prompt_in_order(mistral, prompt, properties, arguments):
    tool = {"type": "function", "function": {"name": "it", "parameters": {"type": "object", "properties": properties}}}
    messages = [{"role": "user", "content": prompt}]
    answer = await mistral.chat.complete(model=demo.CHAT_MODEL, messages=messages, tools=[tool], tool_choice="any")
    (call,) = answer.choices[0].message.tool_calls
    assert json.loads(call.function.arguments) == arguments
