"""Types of JSON values, for bodies that are checked by shape and not by Structs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

JSONObject: TypeAlias = dict[str, Any]
JSONMapping: TypeAlias = Mapping[str, Any]
"""An object that is read only."""
JSONArray: TypeAlias = list[Any]
Messages: TypeAlias = Sequence[JSONMapping]
"""The messages of a chat."""
