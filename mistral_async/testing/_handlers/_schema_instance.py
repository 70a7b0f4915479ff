"""An instance of a JSON schema: deterministic, valid, and where it can be, with words and numbers from the prompt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from mistral_async.testing._handlers._words import words_of
from mistral_async.testing._json import JSONArray, JSONObject

# Below this depth only what is required is written, and a union ends in its simplest member.
_DEEP = 6
_ENDS = ("null", "string", "boolean", "integer", "number")
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "duration": "P1D",
    "email": "someone@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "018f0000-0000-7000-8000-000000000000",
}
_CANDIDATES = (
    "a",
    "A",
    "1",
    "12",
    "123",
    "12345",
    "ab",
    "abc",
    "ABC",
    "abc-123",
    "A1",
    "2026-01-31",
    "12:00",
    "a@b.co",
    "+33123456789",
)
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w'-]+|\"([^\"]+)\"")


def instance_of(schema: Any, prompt: str = "") -> Any:
    """Return a value that `schema` accepts.

    Rule 1: numeric fields take the numbers of the prompt in order, each the first that fits and is left.
    Rule 2: text fields take its names and quoted texts in order, the last of them if there are more than fields.
    Rule 3: the last one is taken again if there are too few.
    Rule 4: an enum has the value that the prompt names, or else its first.
    """
    draft = _InstanceBuilder(schema, prompt)
    draft.value(schema, "", 0)
    return _InstanceBuilder(schema, prompt, fields=draft.named).value(schema, "", 0)


class _InstanceBuilder:
    def __init__(self, root: Any, prompt: str, fields: int = 0) -> None:
        self.named: int = 0
        self._root = root
        self._words = f" {' '.join(words_of(prompt))} "
        self._numbers = [float(number) for number in _NUMBER.findall(prompt)]
        self._unused = list(self._numbers)
        self._names = [match[1] or match[0] for match in _NAME.finditer(prompt)][-fields:]

    def value(self, schema: Any, name: str, depth: int) -> Any:
        if not isinstance(schema, dict):
            return None if schema is False else name or "value"
        rules = self._resolve(cast("JSONObject", schema), depth)
        if "const" in rules:
            return rules["const"]
        if "enum" in rules:
            return next((each for each in rules["enum"] if self._is_named(each)), rules["enum"][0])
        if "default" in rules and depth >= _DEEP:
            return rules["default"]
        return self._of_type(rules, name, depth)

    def _of_type(self, rules: JSONObject, name: str, depth: int) -> Any:
        makers: dict[str, Callable[[], Any]] = {
            "object": lambda: self._object(rules, depth),
            "array": lambda: self._array(rules, name, depth),
            "integer": lambda: int(self._number(rules, whole=True)),
            "number": lambda: self._number(rules, whole=False),
            "boolean": lambda: True,
            "null": lambda: None,
        }
        make = makers.get(self._type(rules))
        return self._string(rules, name) if make is None else make()

    def _resolve(self, schema: JSONObject, depth: int) -> JSONObject:
        rules = dict(schema)
        while "$ref" in rules:
            target: Any = self._root
            for step in str(rules.pop("$ref")).removeprefix("#").strip("/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")] if step else target
            rules = {**target, **rules}
        for part in rules.pop("allOf", ()):
            rules = _merge(rules, self._resolve(part, depth))
        for choice in ("anyOf", "oneOf"):
            if branches := rules.pop(choice, None):
                rules = _merge(rules, self._resolve(self._branch(branches, depth), depth))
        return rules

    def _branch(self, branches: JSONArray, depth: int) -> JSONObject:
        ends = [branch for branch in branches if branch.get("type") in _ENDS]
        chosen: JSONObject = ends[-1] if depth >= _DEEP and ends else branches[0]
        return chosen

    def _type(self, rules: JSONObject) -> str:
        kind: Any = rules.get("type")
        if isinstance(kind, list):
            kind = next((each for each in cast("list[str]", kind) if each != "null"), "null")
        if kind is None:
            return "object" if "properties" in rules else "array" if "items" in rules else "string"
        return str(kind)

    def _object(self, rules: JSONObject, depth: int) -> JSONObject:
        properties: JSONObject = rules.get("properties", {})
        required: list[str] = rules.get("required", [])
        wanted = properties if depth < _DEEP else {name: properties.get(name, {}) for name in required}
        result = {name: self.value(schema, name, depth + 1) for name, schema in wanted.items()}
        for name in required:
            if name not in result:
                result[name] = self.value(properties.get(name, {}), name, depth + 1)
        return result

    def _array(self, rules: JSONObject, name: str, depth: int) -> JSONArray:
        prefix = [self.value(each, name, depth + 1) for each in rules.get("prefixItems", [])]
        least = int(rules.get("minItems", 0))
        count = max(least, 0 if depth >= _DEEP else 1)
        count = min(count, int(rules.get("maxItems", count)))
        items = rules.get("items", {})
        if items is False or (prefix and count <= len(prefix)):
            return prefix
        made = [self.value(items, name, depth + 1) for _ in range(count - len(prefix))]
        return prefix + (_make_distinct(made, items) if rules.get("uniqueItems") else made)

    def _number(self, rules: JSONObject, *, whole: bool) -> float:
        step = rules.get("multipleOf") or (1 if whole else None)
        low, high = _bounds(rules, step or 0.001)
        value = self._given_number(lambda n: low <= n <= high and (step is None or n % step == 0))
        value = min(max(1.0, low), high) if value is None else value
        if step:
            value = -(-value // step) * step
            value = value - step if value > high else value
        return value

    def _given_number(self, fits: Callable[[float], bool]) -> float | None:
        number = next(filter(fits, self._unused), None)
        if number is None:
            return next(filter(fits, reversed(self._numbers)), None)
        self._unused.remove(number)
        return number

    def _is_named(self, value: Any) -> bool:
        words = " ".join(words_of(str(value)))
        return bool(words) and f" {words} " in self._words

    def _string(self, rules: JSONObject, name: str) -> str:
        if rules.get("format") in _FORMATS:
            return _FORMATS[rules["format"]]
        if pattern := rules.get("pattern"):
            return next((text for text in (*self._names, *_CANDIDATES) if re.search(pattern, text)), "")
        text = self._names[min(self.named, len(self._names) - 1)] if self._names else name or "text"
        self.named += 1
        text = text.ljust(int(rules.get("minLength", 0)), ".")
        return text[: int(rules.get("maxLength", len(text)))]


def _merge(first: JSONObject, second: JSONObject) -> JSONObject:
    merged = {**first, **second}
    if "properties" in first and "properties" in second:
        merged["properties"] = {**first["properties"], **second["properties"]}
    if "required" in first and "required" in second:
        merged["required"] = list(dict.fromkeys([*first["required"], *second["required"]]))
    return merged


def _bounds(rules: JSONObject, step: float) -> tuple[float, float]:
    low, high = rules.get("minimum"), rules.get("maximum")
    if isinstance(above := rules.get("exclusiveMinimum"), int | float) and not isinstance(above, bool):
        low = above + step
    if isinstance(below := rules.get("exclusiveMaximum"), int | float) and not isinstance(below, bool):
        high = below - step
    return (float("-inf") if low is None else low), (float("inf") if high is None else high)


def _make_distinct(values: JSONArray, items: Any) -> JSONArray:
    if isinstance(items, dict) and "enum" in items:
        return cast("dict[str, JSONArray]", items)["enum"][: len(values)]
    return [f"{value}{index or ''}" if isinstance(value, str) else index + 1 for index, value in enumerate(values)]
