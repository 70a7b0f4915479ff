"""Prompts and skills: their versions, which aliases lead to, through every face of the client."""

from __future__ import annotations

import json

import pytest

from mistral_async import calls
from mistral_async.errors import ConflictError, NotFoundError, UnprocessableEntityError
from mistral_async.models import (
    AliasList,
    PromptDefinition,
    PromptVariable,
    RawContent,
    SkillAssetContentTextContent,
    SkillDefinition,
)

HELLO = PromptDefinition(content="Hello {{name}}", variables=[PromptVariable(name="name")])


async def test_a_prompt_from_its_creation_to_its_end(client, server):
    prompts = client.beta.prompts
    made = await prompts.create(name="hello", definition=HELLO, title="T", sharing_scope="workspace", aliases=["live"])
    assert json.loads(server.requests[-1].body)["sharingScope"] == "workspace"
    assert (made.version, made.latest_version, made.aliases, made.definition) == (1, 1, ["live"], HELLO)
    assert made.created_at_datetime is not None
    new = await prompts.create_version(made.id, definition={"content": "Bye"}, notes="shorter", aliases=["next"])
    assert (new.version, new.deduplicated) == (2, False)
    again = await prompts.create_version(made.id, definition={"content": "Bye"})
    assert (again.version, again.deduplicated) == (2, True)
    assert (await prompts.get(made.id, alias="live")).version == 1
    assert (await prompts.get(made.id)).definition.content == "Bye"
    moved = await prompts.update_version_metadata(made.id, 2, notes=None, aliases=AliasList(values=["live"]))
    assert (moved.notes, moved.aliases) == ("", ["live"])
    listed = (await prompts.list_versions(made.id)).data
    assert [(each.version, each.aliases) for each in listed] == [(2, ["live"]), (1, [])]
    changed = await prompts.update_metadata(made.id, title=None, description="D")
    assert json.loads(server.requests[-1].body) == {"title": None, "description": "D"}
    assert (changed.title, changed.description, changed.sharing_scope) == ("", "D", "workspace")
    await prompts.delete(made.id)
    with pytest.raises(NotFoundError):
        await prompts.get(made.id)


async def test_lists_of_prompts_page_by_page_in_an_order(client, server):
    for name in "bca":
        await client.beta.prompts.create(name=name, definition=HELLO)
    found = await client.beta.prompts.list(page_size=2, sort_by="name").to_list()
    assert [each.name for each in found] == ["a", "b", "c"]
    first, second = (each.query for each in server.requests[-2:])
    assert (first["pageSize"], first["sort_by"], "pageToken" in first) == (["2"], ["name"], False)
    assert second["pageToken"]
    reversed_ = client.beta.prompts.list(
        sort_field="list_sort_field_name", sort_field_direction="list_sort_direction_desc"
    )
    assert [each.name async for each in reversed_] == ["c", "b", "a"]


async def test_errors_of_prompts(client):
    await client.beta.prompts.create(name="hello", definition=HELLO)
    with pytest.raises(ConflictError):
        await client.beta.prompts.create(name="hello", definition=HELLO)
    with pytest.raises(UnprocessableEntityError, match="content"):
        await client.beta.prompts.create(name="other", definition={})


async def test_a_skill_keeps_its_files(client):
    text, raw = (
        SkillAssetContentTextContent(text_content="print(1)", is_executable=True),
        RawContent(raw_content="AAE="),
    )
    definition = SkillDefinition(description="d", body="b", assets={"run.py": text, "logo.png": raw})
    skill = await client.beta.skills.create(name="s", definition=definition)
    assert (await client.beta.skills.get_version(skill.id, 1)).definition == definition


def test_blocking_and_with_response(sync_client):
    made = sync_client.beta.skills.create(name="s", definition=SkillDefinition(body="b"))
    answer = sync_client.with_response.beta.skills.get(made.id)
    assert (answer.data.name, answer.unknown_fields()) == ("s", {})
    assert [each.id for each in sync_client.beta.skills.list()] == [made.id]


async def test_many_prompts_at_once(client):
    names = [f"prompt {number}" for number in range(5)]
    describe = calls.beta.prompts.create
    async with client.bulk.map(describe(name=name, definition=HELLO) for name in names) as made:
        assert sorted([each.unwrap().name async for each in made]) == names
