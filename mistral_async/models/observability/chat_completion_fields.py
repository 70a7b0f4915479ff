"""Fields of chats, which searches filter by. Times are ISO 8601 in UTC."""

from __future__ import annotations

from msgspec import field
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSONMapping
from mistral_async.models._model import Model
from mistral_async.models.observability.searches import FilterPayload


class BaseFieldDefinition(Model, kw_only=True):
    """A field of chats."""

    name: str = ""
    label: str = ""
    type: str = ""
    """One of `ObservabilityFieldType`, or a newer one."""
    group: str | None = None
    """The name of its `FieldGroup`."""
    supported_operators: list[str] = field(default_factory=list[str])
    """Each one of `FilterConditionOp`, or a newer one."""


class FieldGroup(Model, kw_only=True, gc=False):
    """A group of fields."""

    name: str = ""
    label: str = ""


class ListChatCompletionFieldsResponse(Model, kw_only=True):
    """All fields of chats, and their groups."""

    field_definitions: list[BaseFieldDefinition] = field(default_factory=list[BaseFieldDefinition])
    field_groups: list[FieldGroup] = field(default_factory=list[FieldGroup])


class FetchChatCompletionFieldOptionsResponse(Model, kw_only=True):
    """The values of a field."""

    options: list[str | bool] | None = None
    """None where they are too many to list."""


class FetchFieldOptionCountsRequest(TypedDict, total=False):
    """Everything that `fields.fetch_option_counts` takes beside the name."""

    filter_params: FilterPayload | JSONMapping | None
    """The chats that count; all where not set."""


class FieldOptionCountItem(Model, kw_only=True, gc=False):
    """A value of a field, and how many chats have it."""

    value: str = ""
    count: int = 0


class FetchFieldOptionCountsResponse(Model, kw_only=True):
    """The values of a field, counted."""

    counts: list[FieldOptionCountItem] = field(default_factory=list[FieldOptionCountItem])
