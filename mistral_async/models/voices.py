"""Voices for speech: the ready-made ones and those cloned from a sample. Times are ISO 8601 in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, Required, TypeAlias

from msgspec import field
from typing_extensions import TypedDict

from mistral_async.models._model import Model, Moment

VoiceType: TypeAlias = Literal["all", "custom", "preset"]
"""Which voices are listed."""

VoiceGender: TypeAlias = Literal["female", "male", "neutral"]

VoiceKind: TypeAlias = Literal["ivc", "pvc"]
"""The ways of cloning a voice: instantly, or professionally."""


class VoiceResponse(Model, kw_only=True):
    """A voice."""

    id: str = ""
    name: str = ""
    slug: str | None = None
    languages: list[str] = field(default_factory=list[str])
    gender: str | None = None
    age: int | None = None
    """Years."""
    tags: list[str] | None = None
    color: str | None = None
    description: str | None = None
    retention_notice: int = 30
    """Days."""
    created_at: str = ""
    created_at_datetime: ClassVar[Moment] = Moment("created_at")
    user_id: str | None = None
    """None for ready-made voices."""
    type: str = ""
    """`preset`, `custom`, or a newer one."""
    kind: str | None = None
    """One of `VoiceKind`, or a newer one."""
    trimmed_seconds: float | None = None
    """Seconds of a long sample that were cut off."""


class VoiceListResponse(Model, kw_only=True):
    """A page of voices, by offset."""

    items: list[VoiceResponse] = field(default_factory=list[VoiceResponse])
    total: int = 0
    """Voices on all pages."""
    page: int = 0
    page_size: int = 0
    total_pages: int = 0


class VoiceListPage(Model, kw_only=True):
    """A page of voices, by token."""

    data: list[VoiceResponse] = field(default_factory=list[VoiceResponse])
    next_page_token: str | None = None


class VoiceOptions(TypedDict, total=False):
    """Options of a new voice. None is not sent."""

    sample_audio: str | bytes | None
    """The recording to clone: its bytes, or these as base64."""
    sample_filename: str | None
    """The name of the recording's file, which tells its format."""
    languages: Sequence[str] | None
    """Languages that the voice speaks, such as `en`."""
    gender: VoiceGender | str | None
    """As the voice sounds."""
    age: int | None
    """Years, as the voice sounds."""
    tags: Sequence[str] | None
    """Words to find the voice by."""
    color: str | None
    """The colour that the console shows."""
    description: str | None
    """Up to 500 characters."""
    retention_notice: int | None
    """Days; 30 where not set."""
    slug: str | None
    """A short name to use in place of the id."""


class VoiceCreateRequest(VoiceOptions):
    """Everything that `voices.create` takes: `create(**request)`."""

    name: Required[str]


class VoiceUpdateRequest(TypedDict, total=False):
    """Changes to a voice; what is not named stays, None removes."""

    name: str | None
    """The new name."""
    languages: Sequence[str] | None
    """Languages that the voice speaks, such as `en`."""
    gender: VoiceGender | str | None
    """As the voice sounds."""
    age: int | None
    """Years, as the voice sounds."""
    tags: Sequence[str] | None
    """Words to find the voice by."""
    description: str | None
    """Up to 500 characters."""
    retention_notice: int | None
    """Days."""


class VoiceSearchOptions(TypedDict, total=False):
    """Which voices are found."""

    page_size: int | None
    """Voices a page."""
    page_token: str | None
    """The page to go on with: the `next_page_token` of the one before."""
    type: VoiceType | str | None
    """`custom`, `preset` or `all`."""
    gender: Sequence[VoiceGender | str] | None
    """Only voices that sound so."""
    language: Sequence[str] | None
    """Only voices that speak these."""
    query: str | None
    """In names and descriptions."""
    kind: VoiceKind | str | None
    """`ivc` (cloned at once) or `pvc` (by professionals)."""
