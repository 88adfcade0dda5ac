"""A reader of vector tiles for tests: one number at a time, as the specification words it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Feature:
    """A feature; its geometry is a list of parts, each a list of (x, y)."""

    id: int | None = None
    kind: int = 0
    attributes: dict[str, int] = field(default_factory=dict)
    parts: list[list[tuple[int, int]]] = field(default_factory=list)


def read_tile(content: bytes) -> dict[str, list[Feature]]:
    """The features of each layer; a layer of another version or extent is refused."""
    layers: dict[str, list[Feature]] = {}
    for member, body in _members(content):
        assert member == 3
        name, features = _layer(body)
        assert name not in layers
        layers[name] = features
    return layers


def _layer(body: bytes) -> tuple[str, list[Feature]]:
    members = list(_members(body))
    single = {member: value for member, value in members if member in {1, 5, 15}}
    assert (single[15], single[5]) == (2, 4096)
    keys = [value.decode() for member, value in members if member == 3]
    values = [_value(value) for member, value in members if member == 4]
    return single[1].decode(), [_feature(value, keys, values) for member, value in members if member == 2]


def _value(body: bytes) -> int:
    ((member, value),) = _members(body)
    assert member in {5, 6}
    return int(value) if member == 5 else _unzigzag(value)


def _feature(body: bytes, keys: list[str], values: list[int]) -> Feature:
    found = Feature()
    for member, value in _members(body):
        if member == 1:
            found.id = value
        elif member == 2:
            tags = list(_numbers(value))
            found.attributes = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
        elif member == 3:
            found.kind = value
        else:
            found.parts = _parts(list(_numbers(value)))
    return found


def _parts(commands: list[int]) -> list[list[tuple[int, int]]]:
    parts: list[list[tuple[int, int]]] = []
    x = y = at = 0
    while at < len(commands):
        command, count = commands[at] & 7, commands[at] >> 3
        at += 1
        if command == 7:
            assert count == 1
            continue
        for _ in range(count):
            x, y = x + _unzigzag(commands[at]), y + _unzigzag(commands[at + 1])
            at += 2
            if command == 1:
                parts.append([])
            parts[-1].append((x, y))
    return parts


def _unzigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _members(body: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(body):
        head, at = _number(body, at)
        value, at = _number(body, at)
        if head & 7 == 2:
            yield head >> 3, body[at : at + value]
            at += value
        else:
            assert head & 7 == 0
            yield head >> 3, value
    assert at == len(body)


def _numbers(body: bytes) -> Iterator[int]:
    at = 0
    while at < len(body):
        value, at = _number(body, at)
        yield value


def _number(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (body[at] & 0x7F) << shift
        at += 1
        if not body[at - 1] & 0x80:
            return value, at
        shift += 7
