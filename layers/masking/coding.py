"""The published cube as bytes: the same cube gives the same bytes, and damage is found when they are read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import fields
from typing import Any

import numpy as np

from layers.errors import FileUnreadable
from layers.masking.cube import Cells, Cube, MonthOfCube, Rule, Totals
from layers.masking.grid import Grid
from layers.wording import Text

__all__ = ["decoded", "encoded", "release_name"]

_FORMAT = 1
_Content = dict[str, Any]


def encoded(cube: Cube) -> bytes:
    """Write a cube: one line with the SHA-256 of the rest, then JSON of whole numbers and names, keys in order.

    Months of one set of units share it.

    Parameters
    ----------
    cube : Cube
        As published.

    Returns
    -------
    bytes
        ASCII text.
    """
    grounds: dict[str, int] = {}
    months = [_month_content(month, grounds) for month in cube.months]
    body = _json({"format": _FORMAT, "grounds": [json.loads(text) for text in grounds], "months": months})
    return f"{_digest(body)}\n{body}\n".encode("ascii")


def decoded(content: bytes, *, name: str) -> Cube:
    """Read a cube.

    Parameters
    ----------
    content : bytes
        From `encoded`.
    name : str
        Of the file, for the message.

    Returns
    -------
    Cube
        The same cube.

    Raises
    ------
    FileUnreadable
        When the bytes are not what was written, or of another format.
    """
    head, _newline, rest = content.partition(b"\n")
    body = rest.removesuffix(b"\n").decode("ascii", errors="replace")
    if head.decode("ascii", errors="replace") != _digest(body):
        raise _unreadable(name, Text("hỏng", "is damaged"))
    read = json.loads(body)
    if read["format"] != _FORMAT:
        raise _unreadable(name, Text("thuộc phiên bản khác của chương trình", "is of another version of the program"))
    return Cube(tuple(_month_of(one, read["grounds"][one["ground"]]) for one in read["months"]))


def release_name(content: bytes) -> str:
    """Name a release by what it holds; for keys of caches.

    Parameters
    ----------
    content : bytes
        From `encoded`.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return content[:16].decode("ascii")


def _month_content(month: MonthOfCube, grounds: dict[str, int]) -> _Content:
    rule = month.rule
    ground = _json(
        {
            "cell_m": rule.grid.cell_m,
            "epsg": rule.grid.epsg,
            "groups": rule.groups,
            "k": rule.k,
            "pieces": month.pieces.tolist(),
            "released_on": rule.released_on.isoformat(),
            "units": month.units,
        }
    )
    return {
        "month": month.month,
        "ground": grounds.setdefault(ground, len(grounds)),
        "cells": _columns(month.cells),
        "totals": _columns(month.totals),
    }


def _month_of(content: _Content, ground: _Content) -> MonthOfCube:
    rule = Rule(
        k=ground["k"],
        grid=Grid(ground["epsg"], ground["cell_m"]),
        groups=tuple(ground["groups"]),
        released_on=dt.date.fromisoformat(ground["released_on"]),
    )
    cells, totals = (
        {name: np.array(column, dtype=np.int64) for name, column in content[part].items()}
        for part in ("cells", "totals")
    )
    pieces = np.array(ground["pieces"], dtype=np.int64)
    return MonthOfCube(content["month"], rule, tuple(ground["units"]), pieces, Cells(**cells), Totals(**totals))


def _columns(figures: Cells | Totals) -> _Content:
    return {column.name: getattr(figures, column.name).tolist() for column in fields(figures)}


def _json(content: _Content) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _unreadable(name: str, what: Text) -> FileUnreadable:
    return FileUnreadable(
        Text(f"Tệp số liệu công bố “{name}” {what.vi}.", f"The file of published counts “{name}” {what.en}."),
        Text(
            "Khôi phục tệp từ bản sao lưu; không công bố lại tháng đã công bố.",
            "Restore the file from a backup; months published before must not be published anew.",
        ),
    )
