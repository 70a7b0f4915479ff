"""Secrets in bodies are read and sent, and shown nowhere (the rules of `secret_fields`)."""

from __future__ import annotations

import json
import logging
import re
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from mistral_async import Mistral, models
from mistral_async._codec.secret_fields import secret_names, secrets_of_body
from mistral_async.models._model import SecretModel
from mistral_async.testing import record, replay

SECRET = "s3cr3t-0123456789"
STRUCTS = {name: each for name in dir(models) if isinstance(each := getattr(models, name), msgspec.StructMeta)}
SHOWN = {"OAuth2ClientCredentials", "APIKeyAuth", "OAuth2TokenAuth", "WandbIntegration", "GithubRepositoryIn"}


def filled(struct):
    """The fields of a Struct that may be texts, each with one, or its constant."""
    fields = [each for each in msgspec.structs.fields(struct) if re.search(r"\bstr\b|Literal", str(each.type))]
    others = {each.encode_name: None for each in msgspec.structs.fields(struct)}
    return others | {each.encode_name: constant_of(each) or SECRET for each in fields}


def constant_of(field):
    made = None if field.default_factory is msgspec.NODEFAULT else field.default_factory()
    return made if isinstance(made, str) else None


def hiding():
    return [name for name, each in STRUCTS.items() if issubclass(each, SecretModel)]


def test_rule_1_every_struct_with_a_secret_hides_it():
    assert hiding() == [name for name, each in STRUCTS.items() if list(secret_names(filled(each)))]
    assert set(hiding()) > SHOWN


@pytest.mark.parametrize("name", hiding())
def test_rule_1_no_repr_shows_it(name):
    fields = dict.fromkeys(secret_names(filled(STRUCTS[name])), SECRET)
    others = {
        each.name: "shown"
        for each in msgspec.structs.fields(STRUCTS[name])
        if each.required and each.name not in fields
    }
    value = STRUCTS[name](**fields, **others)
    console = Console(file=StringIO(), width=200)
    console.print(value)
    for text in (repr(value), str([value]), f"{value}", console.file.getvalue()):
        assert SECRET not in text
        assert "'***'" in text
        assert all(f"{key}=" in text for key in others)
    assert [getattr(value, key) for key in fields] == [SECRET] * len(fields)
    assert msgspec.json.decode(value.to_json()).items() >= fields.items()


def test_rule_2_what_is_absent_is_shown():
    assert "key=None" in repr(models.AdminAPIKey(key_id="1", hidden_key="****1234"))
    assert "hidden_key='****1234'" in repr(models.AdminAPIKey(key_id="1", hidden_key="****1234"))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"key_id": "1", "key": SECRET, "hidden_key": "****"}, [SECRET]),
        ({"data": [{"client_secret": {"value": SECRET, "expires_at": ""}}]}, [SECRET]),
        ({"headers": {"X": {"value": SECRET, "is_secret": True}}}, [SECRET]),
        ({"headers": {"X": {"value": SECRET, "is_secret": None}}}, [SECRET]),
        ({"headers": {"X": {"value": "public", "is_secret": False}}}, []),
        ({"value": SECRET, "is_secret": False, "expires_at": ""}, [SECRET]),
        ({"choices": [{"logprobs": {"content": [{"token": "Hello"}]}}], "key": "a", "value": "b"}, []),
        ({"secret": None, "api_key": {"id": "1"}, "signing_secret": ""}, []),
    ],
)
def test_rule_1_names_in_json(body, found):
    assert secrets_of_body(json.dumps(body).encode()) == found


def test_rule_1_a_value_that_is_public_is_shown():
    assert "value='public'" in repr(models.GlobalHeaderValue(value="public", is_secret=False))
    assert "value='***'" in repr(models.GlobalHeaderValue(value=SECRET, is_secret=True))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ('{"api_key":"%s","more":', [SECRET]),
        ('{"data": [{"n": 1, "api_key" : "%s', [SECRET]),
        ('{"content": "{{{ \\"", "key": "%s", "permissions": {"all": true}, "key_id": "1", "more": [', [SECRET]),
        ('data: {"api_key":"%s"}\n\n', [SECRET]),
        (': a "\r\nevent: a\r\ndata: {"api_key":\r\ndata: "%s"}\r\n\r\ndata: [DONE]\r\n\r\n', [SECRET]),
        ('{"n": 1}\n{"value": "%s", "is_secret": true}\n{"value": "b", "is_secret": false}\n', [SECRET]),
        ('}} no "{"secret": "%s"} {"secret": "\\u0061\\n\u00fc"}', [SECRET, "a\n\u00fc"]),
        ('{"nan": NaN, "token": "Hello", "api_key": null, "secret": ["a"]}', []),
    ],
)
def test_rule_3_json_that_is_cut_or_stands_in_other_text(body, found):
    assert secrets_of_body(body.replace("%s", SECRET).encode()) == found


def test_rule_3_a_text_that_is_cut_within_a_character():
    assert secrets_of_body(b'{"secret":"abcd\xc3') == ["abcd\u00c3"]
    assert secrets_of_body(b'{"secret":"abcd\\u00') == ["abcd\\u00"]


@pytest.mark.parametrize("body", [b"", b"no JSON", b"\xff", b"[" * 100_000, b"{" * 100_000])
def test_what_is_no_json_has_none(body):
    assert secrets_of_body(body) == []


async def test_secrets_that_are_made_are_in_no_log_and_no_cassette(server, tmp_path, caplog):
    # Rule 1 of secret_fields, rule 1 of cassette.
    caplog.set_level(logging.DEBUG)
    made = []
    tape = tmp_path / "tape.jsonl"
    question = {"provider": "custom", "name": "n", "secret": SECRET}
    for transport in (record, replay):
        async with Mistral(server.api_key, server_url=server.url, transport=transport(tape)) as client:
            webhook = await client.beta.webhooks.create(**question)
            response = await client.with_response.beta.webhooks.get_signing_secret(webhook.id)
            made.append(response.data.signing_secret)
            session = await client.realtime.sessions.create(model="voxtral-mini-transcribe-realtime-2602")
            made.append(session.client_secret.value)
            logging.getLogger("user").info("%s %r %r", webhook, response, [response.data, session])
    first, second, *again = made
    assert len(first) > 8 < len(second)
    assert again == ["[key]", "[key]"]
    for text in (caplog.text, tape.read_text(encoding="utf-8")):
        assert not [secret for secret in (SECRET, first, second) if secret in text]
