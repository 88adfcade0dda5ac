"""What a planner can do to a plan: frozen operations that read and write the same bytes of JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, TypeAlias, TypeVar

from layers.planning import plan_refusals
from layers.planning.grid import CELLS_PER_DEG, Place
from layers.wording import nfc, storable

__all__ = [
    "OPERATIONS", "Code", "Line", "Merge", "MoveNode", "MoveVertices", "Operation", "Redraw", "Rename", "Retype",
    "Split", "Transfer", "TransferPart", "operation_from_json", "operation_to_json",
]  # fmt: skip

Line: TypeAlias = tuple[Place, ...]
# Of a unit that a plan makes: it becomes part of addresses, of names of files and of the outside name, before the @.
Code: TypeAlias = str
_T = TypeVar("_T")
_LONGEST_TEXT = 200
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")


@dataclass(frozen=True)
class Redraw:
    """Redraw a stretch of one arc.

    Parameters
    ----------
    arc : str
        Id of the arc.
    line : tuple of places
        The new line, in either direction, both ends on the arc. Of a closed arc the stretch that does not run
        over its node is replaced.
    """

    kind: ClassVar[str] = "redraw"
    arc: str
    line: Line


@dataclass(frozen=True)
class MoveVertices:
    """Move vertices of one arc; its nodes stay.

    Parameters
    ----------
    arc : str
        Id of the arc.
    moves : tuple of (place, place)
        Where each vertex is and where it goes.
    """

    kind: ClassVar[str] = "move_vertices"
    arc: str
    moves: tuple[tuple[Place, Place], ...]


@dataclass(frozen=True)
class MoveNode:
    """Move a node and with it the ends of all arcs that meet there.

    Parameters
    ----------
    node, to : tuple of int
        Where it is and where it goes, cells.
    """

    kind: ClassVar[str] = "move_node"
    node: Place
    to: Place


@dataclass(frozen=True)
class Split:
    """Divide a unit by a line; the ground to the left of the line becomes a new unit.

    Parameters
    ----------
    unit : str
        Code of the unit.
    line : tuple of places
        From border to border through the unit.
    code, name : str
        Of the new unit, which is of the same type.
    """

    kind: ClassVar[str] = "split"
    unit: str
    line: Line
    code: Code
    name: str


@dataclass(frozen=True)
class Merge:
    """Give all ground of one unit to another; the first is no more.

    Parameters
    ----------
    unit, into : str
        Codes.
    apart : bool
        Whether the result may lie in more parts than both units now.
    """

    kind: ClassVar[str] = "merge"
    unit: str
    into: str
    apart: bool = False


@dataclass(frozen=True)
class Transfer:
    """Cut a piece off a unit and give it to another.

    Parameters
    ----------
    unit, to : str
        Codes.
    line : tuple of places
        From border to border through the unit; the ground to its left is given.
    apart : bool
        Whether units may lie in more parts afterwards.
    """

    kind: ClassVar[str] = "transfer"
    unit: str
    to: str
    line: Line
    apart: bool = False


@dataclass(frozen=True)
class TransferPart:
    """Give a whole part of a unit, such as an island, to another.

    Parameters
    ----------
    unit, to : str
        Codes.
    inside : tuple of int
        A place in the part, cells.
    apart : bool
        Whether units may lie in more parts afterwards.
    """

    kind: ClassVar[str] = "transfer_part"
    unit: str
    to: str
    inside: Place
    apart: bool = False


@dataclass(frozen=True)
class Rename:
    """Give a unit another name.

    Parameters
    ----------
    unit : str
        Code.
    name : str
        The new name.
    """

    kind: ClassVar[str] = "rename"
    unit: str
    name: str


@dataclass(frozen=True)
class Retype:
    """Give a unit another type.

    Parameters
    ----------
    unit : str
        Code.
    unit_type : str
        Such as ``Phường``.
    """

    kind: ClassVar[str] = "retype"
    unit: str
    unit_type: str


Operation: TypeAlias = (
    Redraw | MoveVertices | MoveNode | Split | Merge | Transfer | TransferPart | Rename | Retype
)  # fmt: skip
_KINDS: tuple[type[Operation], ...] = (
    Redraw, MoveVertices, MoveNode, Split, Merge, Transfer, TransferPart, Rename, Retype,
)  # fmt: skip
OPERATIONS: Mapping[str, type[Operation]] = {kind.kind: kind for kind in _KINDS}


def operation_to_json(operation: Operation) -> dict[str, object]:
    """Write an operation as plain values.

    Parameters
    ----------
    operation : Operation
        The operation.

    Returns
    -------
    dict
        Its kind and fields; places as lists of two whole numbers.

    Examples
    --------
    >>> operation_to_json(MoveNode((1, 2), (3, 4)))
    {'kind': 'move_node', 'node': [1, 2], 'to': [3, 4]}
    """
    written = {field.name: _plain(getattr(operation, field.name)) for field in fields(operation)}
    return {"kind": operation.kind, **written}


def operation_from_json(values: Mapping[str, object]) -> Operation:
    """Read an operation, trusting nothing.

    Parameters
    ----------
    values : mapping
        From `operation_to_json` or from a browser.

    Returns
    -------
    Operation
        The operation.

    Raises
    ------
    InvalidParameter
        When the kind is unknown, a field is missing or one too many, or a value is of another kind.

    Examples
    --------
    >>> operation_from_json({"kind": "rename", "unit": "10532", "name": "Lê Thanh Nghị"})
    Rename(unit='10532', name='Lê Thanh Nghị')
    """
    found = OPERATIONS.get(str(values.get("kind")))
    if found is None:
        raise plan_refusals.not_readable()
    readers = {field.name: _READ[str(field.type)] for field in fields(found)}
    try:
        given: dict[str, Any] = {name: readers[name](value) for name, value in values.items() if name != "kind"}
        return found(**given)
    except (KeyError, TypeError, ValueError) as problem:
        raise plan_refusals.not_readable() from problem


def _plain(value: object) -> object:
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _line(value: object) -> Line:
    return tuple(_place(each) for each in _exactly(value, list))


def _moves(value: object) -> tuple[tuple[Place, Place], ...]:
    return tuple((_place(start), _place(end)) for start, end in _exactly(value, list))


def _place(value: object) -> Place:
    east, north = (_exactly(each, int) for each in _exactly(value, list))
    # What lies beyond the globe is no place.
    if abs(east) > 180 * CELLS_PER_DEG or abs(north) > 90 * CELLS_PER_DEG:
        raise ValueError(value)
    return east, north


def _text(value: object) -> str:
    text = nfc(storable(_exactly(value, str)))
    # What cannot be printed has no place on the sheets of a plan.
    if not 0 < len(text) <= _LONGEST_TEXT or not text.isprintable():
        raise ValueError(value)
    return text


def _code(value: object) -> str:
    if not _CODE.fullmatch(_exactly(value, str)):
        raise ValueError(value)
    return str(value)


def _exactly(value: object, kind: type[_T]) -> _T:
    # True is an int to Python, not to a planner.
    if type(value) is not kind:
        raise TypeError(value)
    return value


# How a field is read, by the type it is declared with.
_READ: Mapping[str, Callable[[object], object]] = {
    "str": _text,
    "Code": _code,
    "bool": partial(_exactly, kind=bool),
    "Place": _place,
    "Line": _line,
    "tuple[tuple[Place, Place], ...]": _moves,
}
