"""What the groups of observability share: pages of lists, and filters. Times are ISO 8601 in UTC."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec
from typing_extensions import TypedDict

from mistral_async._codec.json_types import JSON
from mistral_async._codec.open_union import OpenUnion
from mistral_async.models._model import Model


class ObservabilityPageOptions(TypedDict, total=False):
    """The page of a list. All pages are read where `page` is not set."""

    page_size: int | None
    """At most 100. 50 where not set."""
    page: int | None
    """Counted from 1."""


class ObservabilityListOptions(ObservabilityPageOptions, total=False):
    """Which items are listed."""

    q: str | None
    """A part of the name."""


ObservabilityTaskStatus: TypeAlias = Literal[
    "RUNNING", "COMPLETED", "FAILED", "CANCELED", "TERMINATED", "CONTINUED_AS_NEW", "TIMED_OUT", "UNKNOWN"
]
"""The states of a campaign or an import."""

ObservabilityFieldType: TypeAlias = Literal["ENUM", "TEXT", "INT", "FLOAT", "BOOL", "TIMESTAMP", "ARRAY", "MAP"]
"""The types of fields."""

FilterConditionOp: TypeAlias = Literal[
    "lt",
    "lte",
    "gt",
    "gte",
    "startswith",
    "istartswith",
    "endswith",
    "iendswith",
    "contains",
    "icontains",
    "matches",
    "notcontains",
    "inotcontains",
    "eq",
    "neq",
    "isnull",
    "includes",
    "excludes",
    "len_eq",
]
"""The operators of conditions. `icontains` and the like do not tell small letters from capitals."""


class FilterCondition(Model, kw_only=True):
    """A condition on a field of an event, such as `FilterCondition(field="model", op="eq", value="mistral-small")`."""

    field: str
    """One of those that `chat_completion_events.fields.list` names."""
    op: str
    """One of `FilterConditionOp`, or a newer one."""
    value: JSON


class FilterGroup(Model, kw_only=True, rename={"and_": "AND", "or_": "OR"}):
    """Filters that all hold (`and_`), or of which one holds (`or_`). A group may hold groups."""

    and_: list[FilterItem] | None = None
    or_: list[FilterItem] | None = None


FilterItem: TypeAlias = OpenUnion[FilterCondition | FilterGroup]
"""Told apart by their keys."""


class FilterPayload(Model, kw_only=True):
    """A search. With no filters it finds everything: `{"filters": None}`."""

    filters: FilterItem | None = msgspec.field(default_factory=lambda: None)  # null is sent
