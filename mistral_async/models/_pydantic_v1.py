"""The methods of models under their names in pydantic 1, which pydantic 2 still takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from mistral_async._codec.json_types import JSONObject
from mistral_async.models._pydantic import ModelField, OfClass, PydanticMethods


class Pydantic1Methods(PydanticMethods):
    """The methods of pydantic's models, under both of their names."""

    __slots__ = ()

    if TYPE_CHECKING:
        __fields__: ClassVar[Mapping[str, ModelField]]
    else:
        __fields__ = OfClass(lambda cls: cls.model_fields)

    @property
    def __fields_set__(self) -> set[str]:
        return self.model_fields_set

    def dict(self, **options: Any) -> JSONObject:
        """Return `model_dump(...)`: its name in pydantic 1."""
        return self.model_dump(**options)

    def json(self, **options: Any) -> str:
        """Return `model_dump_json(...)`: its name in pydantic 1."""
        return self.model_dump_json(**options)

    def copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return `model_copy(...)`: its name in pydantic 1."""
        return self.model_copy(update=update, deep=deep)

    @classmethod
    def parse_obj(cls, obj: Any) -> Self:
        """Return `model_validate(obj)`: its name in pydantic 1."""
        return cls.model_validate(obj)

    @classmethod
    def parse_raw(cls, b: str | bytes) -> Self:
        """Return `model_validate_json(b)`: its name in pydantic 1."""
        return cls.model_validate_json(b)

    @classmethod
    def validate(cls, value: Any) -> Self:
        """Return `model_validate(value)`: its name in pydantic 1."""
        return cls.model_validate(value)

    @classmethod
    def from_orm(cls, obj: Any) -> Self:
        """Return `model_validate(obj)`: its name in pydantic 1."""
        return cls.model_validate(obj)

    @classmethod
    def construct(cls, _fields_set: object = None, **values: Any) -> Self:
        """Return `model_construct(...)`: its name in pydantic 1."""
        return cls.model_construct(_fields_set, **values)

    if not TYPE_CHECKING:  # some models have a field of this name

        @classmethod
        def schema(cls, *_: object, **__: object) -> JSONObject:
            """Return `model_json_schema()`: its name in pydantic 1."""
            return cls.model_json_schema()

    @classmethod
    def schema_json(cls, *_: object, **dumps: Any) -> str:
        """Return `model_json_schema()` as JSON text, with the options of `json.dumps`."""
        return json.dumps(cls.model_json_schema(), **dumps)

    @classmethod
    def update_forward_refs(cls, **_: object) -> None:
        """Do nothing: the types of fields are always known."""
