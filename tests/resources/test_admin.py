"""The admin API: what is done to an organization is seen wherever it shows, through every face of the client."""

from __future__ import annotations

import json
from datetime import date

import anyio
import anyio.lowlevel
import pytest

from mistral_async import Mistral, calls
from mistral_async.batch import Poll
from mistral_async.errors import AuthenticationError, ConflictError, NotFoundError, UnprocessableEntityError
from mistral_async.models import (
    ActionAvailable,
    OrganizationMemberCreate,
    ScimSyncConfig,
    WhoamiUserPrincipal,
    WorkspaceMember,
    WorkspaceMemberRef,
)
from mistral_async.testing import FakeMistral, VirtualClock

HELLO = {"model": "mistral-small-latest", "messages": [{"role": "user", "content": "Hello"}]}
GRACE = OrganizationMemberCreate(email="grace@example.com", first_name="Grace", last_name="Hopper")


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
async def server(anyio_backend, clock):
    async with FakeMistral(clock=clock) as server:
        yield server


@pytest.fixture
def admin(client):
    return client.beta.admin


async def test_a_member_from_the_first_role_to_the_end(admin, server):
    made = await admin.users.create([GRACE, {"email": "nobody", "first_name": "N", "last_name": "O"}])
    assert made.invalid_emails == ["nobody"]
    grace = made.email_to_user_id["grace@example.com"]
    assert json.loads(server.requests[-1].body)[0]["email"] == "grace@example.com"
    changed = await admin.users.update(grace, role_names=["billing_manager"], subscription_types=["CHAT"])
    assert (changed.raw_roles, changed.raw_role, changed.subscription_types) == (["B"], "B", ["CHAT"])
    found = await admin.users.get(grace)
    assert (found.first_name, [each.name for each in found.workspaces or []]) == ("Grace", ["Default workspace"])
    await admin.users.delete(grace)
    with pytest.raises(NotFoundError):
        await admin.users.get(grace)


async def test_invitations(admin):
    sent = await admin.users.create_invite(email="ada@example.com, new@example.com\nwrong", role_names=["member"])
    assert (sent.already_members, sent.invalid_emails) == (["ada@example.com"], ["wrong"])
    assert sent.invited_members_count == 1
    waiting = await admin.users.list_invites()
    assert [(each.email, each.roles) for each in waiting] == [("new@example.com", ["M"])]
    page = await anext(admin.users.list().pages())
    assert [each.email for each in page.invites] == ["new@example.com"]
    await admin.users.delete_invite(waiting[0].invite_uuid)
    assert await admin.users.list_invites() == []


async def test_roles_are_given_by_name_letter_or_id(admin):
    roles = await admin.users.list_roles()
    billing = next(each for each in roles.organization_roles if each.name == "billing_manager")
    user = (await admin.users.list().to_list())[0].uuid
    for given in ({"roles": [billing.uuid]}, {"role": "B"}, {"role_name": "billing_manager"}):
        assert (await admin.users.update(user, **given)).raw_roles == ["B"]
    with pytest.raises(UnprocessableEntityError, match="mutually exclusive"):
        await admin.users.update(user, roles=["A"], role_names=["member"])
    with pytest.raises(UnprocessableEntityError, match="role"):
        await admin.users.update(user, roles=["Z"])
    with pytest.raises(UnprocessableEntityError, match="role_names"):
        await admin.users.update(user, role_name="chief")
    assert [each.raw_roles for each in await admin.users.list().to_list()] == [["B"]]


async def test_lists_page_by_page_to_the_end(admin, server):
    people = [{"email": f"u{n}@example.com", "first_name": "U", "last_name": str(n)} for n in range(4)]
    await admin.users.create(people)
    found = await admin.users.list(page_size=2, email="u").to_list()
    assert [each.email for each in found] == [each["email"] for each in people]
    assert [each.query.get("page") for each in server.requests[-2:]] == [None, ["2"]]
    one_page = await admin.users.list(page_size=2, page=2, email="u").to_list()
    assert [each.email for each in one_page] == ["u2@example.com", "u3@example.com"]


async def test_a_workspace_and_its_members(admin, server):
    ada = (await admin.users.list().to_list())[0].uuid
    made = await admin.workspaces.create(name="Lab", admin_user_id=ada, description="D", icon="🧪")
    assert (made.name, made.members_count, made.raw_roles) == ("Lab", 1, ["A"])
    with pytest.raises(ConflictError):
        await admin.workspaces.create(name="Lab", admin_user_id=ada)
    grace = (await admin.users.create([GRACE])).email_to_user_id["grace@example.com"]
    member = WorkspaceMember(user_uuid=grace, role_names=["dev"])
    added = await admin.workspaces.add_users(made.uuid, members=[member, {"user_uuid": ada}])
    assert added.added_members_count == 1
    updated = await admin.workspaces.update_users(made.uuid, members=[member])
    assert (updated.added_members_count, updated.updated_members_count) == (0, 1)
    refs = [WorkspaceMemberRef(user_uuid=grace), WorkspaceMemberRef(user_uuid="stranger")]
    removed = await admin.workspaces.remove_users(made.uuid, members=refs)
    assert (removed.deleted_members_count, removed.not_deleted_members) == (1, ["stranger"])
    assert server.requests[-1].method == "DELETE"
    changed = await admin.workspaces.update(made.uuid, name="Shop", description=None)
    assert json.loads(server.requests[-1].body) == {"name": "Shop", "description": None}
    assert (changed.name, changed.description, changed.icon) == ("Shop", None, "🧪")
    await admin.workspaces.delete(made.uuid)
    assert [each.name for each in await admin.workspaces.list().to_list()] == ["Default workspace"]
    archived = await admin.workspaces.list(is_archived=True, search="shop").to_list()
    assert [each.uuid for each in archived] == [made.uuid]


async def test_groups_are_nested_and_belong_to_workspaces(admin, server):
    groups = admin.user_groups
    grace = (await admin.users.create([GRACE])).email_to_user_id["grace@example.com"]
    workspace = (await admin.workspaces.create(name="Lab", admin_user_id=grace)).uuid
    outer, inner = await groups.create(name="Outer", target_type="W"), await groups.create(name="Inner")
    await groups.set_nested(outer.uuid, child_group_uuids=[inner.uuid])
    assert [each.name for each in (await groups.list_nested(outer.uuid)).children] == ["Inner"]
    assert (await groups.get(inner.uuid)).parent_group_ids == [outer.uuid]
    with pytest.raises(UnprocessableEntityError, match="inside itself"):
        await groups.update(outer.uuid, parent_group_ids=[inner.uuid])
    assert (await groups.update(outer.uuid, target_type=None)).target_type is None
    await groups.add_members(outer.uuid, user_uuids=[grace])
    assert [each.email for each in await groups.list_members(outer.uuid).to_list()] == ["grace@example.com"]
    await groups.set_organization_role(outer.uuid, organization_role="B")
    assert (await groups.get(outer.uuid)).organization_role == "B"
    await groups.add_workspace(outer.uuid, workspace_uuid=workspace, role_names=["dev"])
    await groups.update_workspace(outer.uuid, workspace, role_names=["dev", "billing"])
    (assigned,) = await groups.list_workspaces(outer.uuid).to_list()
    assert (assigned.workspace_name, [each.name for each in assigned.roles]) == ("Lab", ["dev", "billing"])
    await groups.remove_workspace(outer.uuid, workspace)
    assert await groups.list_workspaces(outer.uuid).to_list() == []
    await groups.remove_members(outer.uuid, user_uuids=[grace])
    assert json.loads(server.requests[-1].body) == {"user_uuids": [grace]}
    await groups.delete(outer.uuid)
    assert [each.parent_group_ids for each in await groups.list().to_list()] == [[]]


async def test_the_members_of_a_group_are_provisioned(admin):
    grace = (await admin.users.create([GRACE])).email_to_user_id["grace@example.com"]
    ada = (await admin.users.list(email="ada").to_list())[0].uuid
    workspace = (await admin.workspaces.create(name="Lab", admin_user_id=ada)).uuid
    group = (await admin.user_groups.create(name="G")).uuid
    await admin.user_groups.add_members(group, user_uuids=[grace])
    roles = {"workspace_role_name": "workspace_admin"}
    await admin.user_groups.provision_workspace(user_group_uuid=group, workspace_uuid=workspace, **roles)
    lab = next(each for each in (await admin.users.get(grace)).workspaces or [] if each.name == "Lab")
    assert lab.raw_roles == ["A"]


async def test_a_key_works_until_it_is_deleted(admin, server):
    user, workspace = (await admin.users.list().to_list())[0].uuid, (await admin.workspaces.list().to_list())[0].uuid
    made = await admin.api_keys.create(workspace_uuid=workspace, user_id=user, name="ci", expiration=date(2099, 12, 31))
    assert made.hidden_key == f"****{made.key[-4:]}"
    assert (made.expiration_date, made.actions.delete) == ("2099-12-31", ActionAvailable())
    async with Mistral(made.key, server_url=server.url) as other:
        identity = await other.beta.users.get_identity()
        assert (identity.api_key.id, identity.api_key.name) == (made.key_id, "ci")
        (listed,) = await admin.api_keys.list(name=made.key[-4:]).to_list()
        assert (listed.key, listed.workspace_name, listed.created_by) == (None, "Default workspace", user)
        await admin.api_keys.delete(made.key_id)
        with pytest.raises(AuthenticationError):
            await other.beta.users.get_identity()


async def test_the_key_goes_in_both_ways(admin, client, server):
    await admin.billing.get_rate_limit()
    await client.beta.users.whoami()
    for request in server.requests[-2:]:
        assert request.headers["authorization"] == f"Bearer {request.headers['x-api-key']}"
    await client.models.list()
    assert "x-api-key" not in server.requests[-1].headers


async def test_spend_and_usage_are_those_of_what_was_done(admin, client):
    before = (await admin.billing.get_spend_limit()).limits
    assert (before.completion.usage, before.completion.usage_limit, before.currency) == (0, 150, "EUR")
    await client.embeddings.create(model="mistral-embed", inputs=["one", "two"])
    answers = [await client.chat.complete(**HELLO) for _ in range(2)]
    usage = await admin.billing.get_usage()
    groups = usage.completion.models["mistral-small-latest"]
    written = sum(answer.usage.completion_tokens or 0 for answer in answers)
    assert groups["output"][0]["value"] == written > 0
    assert groups["input"][0]["value"] == sum(answer.usage.prompt_tokens or 0 for answer in answers)
    assert list(usage.completion.models["mistral-embed"]) == ["input"]
    prices = {(each.billing_metric, each.billing_group): each.price for each in usage.prices or []}
    spend = sum(
        entry["value"] * prices[model, group]
        for model, groups in usage.completion.models.items()
        for group, entries in groups.items()
        for entry in entries
    )
    limited = (await admin.billing.update_spend_limit(amount=0)).limits.completion
    assert limited.total_usage == pytest.approx(spend)
    assert limited.monthly_limit_reached
    free = (await admin.billing.update_spend_limit(amount=0, no_monthly_limit=True)).limits.completion
    assert (free.no_monthly_limit, free.monthly_limit_reached, free.usage_limit) == (True, False, None)
    assert (await admin.billing.get_usage(year="2024", month="2")).completion.models == {}
    assert (await admin.billing.get_usage(api_zone="eu")).completion.models == {}


async def test_streams_pages_and_characters_are_billed(admin, client):
    async with client.chat.stream(**HELLO) as events:
        streamed = [event async for event in events][-1].usage
    document = {"type": "document_url", "document_url": "https://example.com/a.pdf"}
    pages = len((await client.ocr.process(model="mistral-ocr-latest", document=document)).pages)
    await client.audio.speech.complete(model="voxtral-mini-tts-latest", input="Hello")
    assert await billed(admin, "completion") == {"input": streamed.prompt_tokens, "output": streamed.completion_tokens}
    assert await billed(admin, "ocr") == {"pages": pages}
    assert await billed(admin, "audio_characters") == {"characters": 5}
    types = {each.event_type for each in (await admin.billing.get_usage()).prices or []}
    assert types == {"api_tokens", "api_pages", "api_audio_characters"}


async def test_lines_of_a_batch_are_billed(admin, client, clock):
    async def sleep(seconds):
        clock.advance(seconds)
        await anyio.lowlevel.checkpoint()

    results = await client.batch.run([calls.chat.complete(**HELLO)] * 3, poll=Poll(sleep=sleep))
    written = [result.unwrap().usage.completion_tokens for result in results]
    assert (await billed(admin, "completion"))["output"] == sum(written)


async def billed(admin, section):
    """The units of the only model of a section, by group."""
    (groups,) = getattr(await admin.billing.get_usage(), section).models.values()
    return {group: entries[0]["value"] for group, entries in groups.items()}


async def test_the_log_tells_what_was_done_by_time(admin, server, clock):
    for name in "abc":
        clock.advance(1)
        await admin.user_groups.create(name=name)
    await admin.billing.update_spend_limit(amount=5)
    created = [each async for each in admin.audit_logs.list(event_type=["user_group.create"], limit=2)]
    assert [each.log_id for each in created] == [3, 2, 1]
    assert "before" in server.requests[-1].query
    assert (created[0].target_type, created[0].created_at_datetime is not None) == ("USER_GROUP", True)
    first = await admin.audit_logs.list(sort="ascending", target_type=["MONTHLY_LIMIT", "USER_GROUP"]).to_list()
    assert [each.log_id for each in first] == [1, 2, 3, 4]


async def test_pages_of_the_log_lose_nothing_that_was_done_at_one_time(admin):
    for name in ("a", "b", "c", "d", "e"):
        await admin.user_groups.create(name=name)
    assert [each.log_id async for each in admin.audit_logs.list(limit=2)] == [5, 4, 3, 2, 1]


async def test_a_year_that_no_calendar_has_is_refused(admin):
    assert (await admin.billing.get_usage(year=9999, month=12)).next_month == "10000-01"
    with pytest.raises(UnprocessableEntityError, match="year"):
        await admin.billing.get_usage(year=10_000)


async def test_a_synchronization_runs_through_its_states(admin, clock):
    config = ScimSyncConfig(sync_users=True, sync_groups=False, sync_memberships=False)
    run = (await admin.scim.sync(dry_run=False, sync_config=config)).run_id
    with pytest.raises(ConflictError):
        await admin.scim.sync()
    states = []
    for _ in range(3):
        states.append((found := await admin.scim.get_sync(run)).status)
        clock.advance(0.3)
    assert states == ["PENDING", "RUNNING", "SUCCESS"]
    assert (found.sync_config, found.dry_run, found.finished_at_datetime is not None) == (config, False, True)
    assert found.summary is not None
    await admin.scim.sync()


async def test_windows_of_analytics(admin, server):
    server.reply("beta.admin.vibe_work_analytics.by_time_stats", json=WEEK)
    found = await admin.vibe_work_analytics.by_time_stats(start_time=1, end_time=9, granularity="week")
    assert server.requests[-1].query == {"start_time": ["1"], "end_time": ["9"], "granularity": ["week"]}
    assert [(each.messages_count, each.unique_agents_count) for each in found.data] == [(3, 1)]
    assert (await admin.vibe_code_analytics.by_workspace(start_time=1, end_time=9, workspace_id="w")).sessions == []
    with pytest.raises(UnprocessableEntityError, match="Ends before"):
        await admin.vibe_code_analytics.by_organization(start_time=9, end_time=1)


WEEK = {
    "start_time": 1,
    "end_time": 9,
    "data": [{"time_bucket": "2026-11-23T00:00:00Z", "messages_count": 3, "unique_agents_count": 1}],
}


async def test_the_user_of_the_key(client):
    whoami = await client.beta.users.whoami()
    assert isinstance(whoami.principal, WhoamiUserPrincipal)
    identity = await client.beta.users.get_identity()
    assert (identity.id, identity.email) == (whoami.principal.id, "ada@example.com")
    (organization,) = await client.beta.users.list_organizations().to_list()
    (workspace,) = await client.beta.users.list_workspaces(organization_id=organization.id).to_list()
    assert (workspace.organization_id, workspace.name) == (organization.id, "Default workspace")
    assert await client.beta.users.list_workspaces(organization_id="other").to_list() == []


async def test_a_service_account_and_its_roles(client, server):
    accounts = client.beta.service_accounts
    (workspace,) = await client.beta.users.list_workspaces().to_list()
    roles = [each.uuid for each in (await accounts.list_assignable_roles(workspace_id=workspace.id)).items]
    made = await accounts.create(name="ci", workspace_id=workspace.id, description="D", role_ids=roles[:1])
    assert [each.role_id for each in (await accounts.list_roles(made.id)).items] == roles[:1]
    await accounts.set_roles(made.id, role_ids=roles[1:3])
    assert [each.role_id for each in (await accounts.list_roles(made.id)).items] == roles[1:3]
    assert (await accounts.update(made.id, description=None)).description is None
    assert json.loads(server.requests[-1].body) == {"description": None}
    with pytest.raises(UnprocessableEntityError):
        await accounts.set_roles(made.id, role_ids=["nothing"])
    await accounts.delete(made.id)
    with pytest.raises(NotFoundError):
        await accounts.get(made.id)


async def test_service_accounts_are_listed_whole_or_from_an_offset(client, server):
    (workspace,) = await client.beta.users.list_workspaces().to_list()
    create = calls.beta.service_accounts.create
    names = [f"s{number}" for number in range(3)]
    for name in names:
        await client.send(create(name=name, workspace_id=workspace.id))
    found = await client.beta.service_accounts.list(limit=2, order="asc").to_list()
    assert [each.name for each in found] == names
    assert [each.query["offset"] for each in server.requests[-3:]] == [["0"], ["2"], ["3"]]
    assert [each.name for each in await client.beta.service_accounts.list(offset=1, limit=1).to_list()] == ["s1"]


def test_blocking_and_with_response(sync_client):
    admin = sync_client.beta.admin
    ada = next(iter(admin.users.list()))
    answer = sync_client.with_response.beta.admin.users.get(ada.uuid)
    assert (answer.data.email, answer.unknown_fields()) == (ada.email, {})
    assert sync_client.beta.users.whoami().organization is not None
    assert admin.billing.get_rate_limit().requests_per_second > 0
