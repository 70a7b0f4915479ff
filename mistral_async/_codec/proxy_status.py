"""The header Proxy-Status (RFC 9209): what a proxy in front of a service says of an answer that it made itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_ITEM: Final = r'"(?:[^"\\]|\\["\\])*"|[^\s;,"=]+'
_NAME: Final = r"[a-z*][a-z0-9_\-.*]*"
_MEMBER: Final = re.compile(rf"[ \t]*({_ITEM})((?:[ \t]*;[ \t]*{_NAME}(?:=(?:{_ITEM}))?)*)[ \t]*(?:,|$)")
_PARAMETER: Final = re.compile(rf";[ \t]*({_NAME})(?:=({_ITEM}))?")
_ESCAPED: Final = re.compile(r'\\(["\\])')


class ProxyStatus(NamedTuple):
    """A proxy's word on an answer."""

    text: str
    """The member of the header, as it was sent."""
    proxy: str
    parameters: dict[str, str]

    @property
    def status_code(self) -> int | None:
        """The status of the answer that the proxy itself had; None where it had none."""
        code = self.parameters.get("status-code", "")
        return int(code) if re.fullmatch("[1-9][0-9]{2}", code) else None


def parse_proxy_status(value: str) -> Iterator[ProxyStatus]:
    """Read the members, up to the first that is none."""
    position = 0
    while position < len(value) and (found := _MEMBER.match(value, position)) is not None:
        position = found.end()
        parameters = {each[1]: "?1" if each[2] is None else _text(each[2]) for each in _PARAMETER.finditer(found[2])}
        yield ProxyStatus(f"{found[1]}{found[2]}", _text(found[1]), parameters)


def _text(item: str) -> str:
    return _ESCAPED.sub(r"\1", item[1:-1]) if item.startswith('"') else item
