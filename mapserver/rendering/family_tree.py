"""A unit's family as a drawing: what it came from on the left, what it went into on the right."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from markupsafe import Markup

from mapserver.rendering.templates import templates

__all__ = ["TreeLink", "TreeUnit", "family_tree", "wrapped"]

# All lengths are pixels of the drawing at its own size.
_NODE_WIDTH = 236
_GAP_WIDTH = 120
_PADDING = 10
_LINE = 18
_FIRST_BASELINE = 14
_BETWEEN_NODES = 10
_BAND_WIDTH = 20
_BETWEEN_BANDS = 4
_THINNEST = 1.5
_TITLE_PX = 14
_NOTE_PX = 12.5
_TITLE_LINES = 2
_NARROW = frozenset("fijlrtI.,:;'()|·- ")
_WIDE = frozenset("mwMWĐOQG@%—")
_NARROW_EM, _PLAIN_EM, _CAPITAL_EM, _WIDE_EM = 0.38, 0.62, 0.74, 0.95


@dataclass(frozen=True)
class TreeUnit:
    """A unit in the drawing.

    Parameters
    ----------
    title : str
        Its name; wrapped to two lines.
    note : str
        One line below: code and dates.
    href : str
        Its page; empty for the unit whose page this is.
    """

    title: str
    note: str
    href: str = ""


@dataclass(frozen=True)
class TreeLink:
    """A unit at the other end of a band.

    Parameters
    ----------
    unit : TreeUnit
        The relative.
    share : float or None
        Part of the older unit that the band stands for, 0 to 1; None when it is not known.
    said : str
        The share in words, one line.
    """

    unit: TreeUnit
    share: float | None
    said: str


@dataclass(frozen=True)
class _Line:
    text: str
    y: float
    kind: str


@dataclass(frozen=True)
class _Node:
    x: float
    y: float
    width: float
    height: float
    href: str
    full: str
    lines: tuple[_Line, ...]
    is_self: bool


@dataclass(frozen=True)
class _Band:
    path: str
    known: bool
    said: str


@dataclass(frozen=True)
class _Box:
    """What a unit says and the height it needs."""

    unit: TreeUnit
    texts: tuple[tuple[str, str], ...]

    @property
    def height(self) -> float:
        return 2 * _PADDING + _LINE * len(self.texts)


def family_tree(
    unit: TreeUnit, before: Sequence[TreeLink], after: Sequence[TreeLink], *, title: str, described: str
) -> Markup:
    """Draw a unit between what it came from and what it went into.

    A band is as wide as the share of the older unit it stands for; an unknown share is a dashed line. Words
    stand in boxes only, wrapped by widths that no font in use exceeds, so that nothing overlaps. Colours come
    from the classes of the style sheet. The same family gives the same text.

    Parameters
    ----------
    unit : TreeUnit
        The unit in the middle.
    before, after : sequence of TreeLink
        n units it came from and m units it went into, from top to bottom; either may be empty.
    title : str
        What the drawing is.
    described : str
        What it shows, in words.

    Returns
    -------
    Markup
        An inline SVG element.

    Examples
    --------
    >>> old = TreeLink(TreeUnit("Phường Tân Bình", "10532"), 1.0, "100 %")
    >>> drawing = family_tree(TreeUnit("Phường <b>", ""), [old], [], title="Gia phả", described="Từ một đơn vị")
    >>> "Phường &lt;b&gt;" in drawing, "tree-band" in drawing
    (True, True)
    """
    middle = _Box(unit, _texts(unit, ""))
    sides = [[_Box(link.unit, _texts(link.unit, link.said)) for link in links] for links in (before, after)]
    self_height = max(middle.height, *(_port_room(links) + 2 * _PADDING for links in (before, after)))
    height = max(self_height, *(_column_height(boxes) for boxes in sides))
    step = _NODE_WIDTH + _GAP_WIDTH
    self_x = step if before else 0
    self_y = (height - self_height) / 2
    left = _column(sides[0], 0, height)
    right = _column(sides[1], self_x + step, height)
    own = _placed(middle, self_x, self_y, height=self_height, is_self=True)
    bands = [
        *_bands(before, left, own, ends=(_NODE_WIDTH, self_x)),
        *_bands(after, right, own, ends=(self_x + step, self_x + _NODE_WIDTH)),
    ]
    page = templates().get_template("family_tree.svg")
    width = self_x + _NODE_WIDTH + (step if after else 0)
    drawn = page.render(
        width=width, height=_short(height), nodes=[*left, own, *right], bands=bands, title=title, described=described
    )
    return Markup(drawn)  # noqa: S704 - rendered from our own template, which escapes


def wrapped(text: str, *, room_px: float, font_px: float, lines: int) -> list[str]:
    """Break a text into lines that surely fit.

    Parameters
    ----------
    text : str
        Any text.
    room_px : float
        Width of a line.
    font_px : float
        Size of the font.
    lines : int
        The most lines; what does not fit ends in an ellipsis.

    Returns
    -------
    list of str
        At least one line.

    Examples
    --------
    >>> wrapped("Thị trấn Nông trường Mộc Châu", room_px=160, font_px=14, lines=2)
    ['Thị trấn Nông trường', 'Mộc Châu']
    >>> wrapped("Xã" + " dài" * 40, room_px=90, font_px=14, lines=2)
    ['Xã dài dài', 'dài dài dài…']
    """
    made = [""]
    for word in text.split():
        longer = f"{made[-1]} {word}".strip()
        if not made[-1] or _width(longer, font_px) <= room_px:
            made[-1] = longer
        else:
            made.append(word)
    kept = made[:lines]
    if len(made) > lines:
        kept[-1] += "…"
    return [_cut(line, room_px, font_px) for line in kept]


def _cut(line: str, room_px: float, font_px: float) -> str:
    while len(line) > 1 and _width(line, font_px) > room_px:
        line = line.rstrip("…")[:-1].rstrip() + "…"
    return line


def _width(text: str, font_px: float) -> float:
    return font_px * sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain in _NARROW:
        return _NARROW_EM
    if plain in _WIDE:
        return _WIDE_EM
    return _CAPITAL_EM if plain.isupper() else _PLAIN_EM


def _texts(unit: TreeUnit, said: str) -> tuple[tuple[str, str], ...]:
    room = _NODE_WIDTH - 2 * _PADDING
    titles = wrapped(unit.title, room_px=room, font_px=_TITLE_PX, lines=_TITLE_LINES)
    notes = [
        (line, kind)
        for text, kind in ((unit.note, "note"), (said, "share"))
        if text
        for line in wrapped(text, room_px=room, font_px=_NOTE_PX, lines=_TITLE_LINES)
    ]
    return (*((line, "title") for line in titles), *notes)


def _column_height(boxes: Sequence[_Box]) -> float:
    return sum(box.height for box in boxes) + _BETWEEN_NODES * max(len(boxes) - 1, 0)


def _column(boxes: Sequence[_Box], x: float, height: float) -> list[_Node]:
    top = (height - _column_height(boxes)) / 2
    tops = accumulate((box.height + _BETWEEN_NODES for box in boxes), initial=top)
    return [_placed(box, x, y, height=box.height) for box, y in zip(boxes, tops, strict=False)]


def _placed(box: _Box, x: float, y: float, *, height: float, is_self: bool = False) -> _Node:
    first = y + (height - _LINE * len(box.texts)) / 2 + _FIRST_BASELINE
    lines = tuple(_Line(text, first + _LINE * row, kind) for row, (text, kind) in enumerate(box.texts))
    full = " · ".join(part for part in (box.unit.title, box.unit.note) if part)
    return _Node(x, y, _NODE_WIDTH, height, box.unit.href, full, lines, is_self)


def _port_room(links: Sequence[TreeLink]) -> float:
    return sum(_thickness(link.share) + _BETWEEN_BANDS for link in links)


def _thickness(share: float | None) -> float:
    # A dashed line takes some room as well, but says nothing by its width.
    return _BAND_WIDTH / 2 if share is None else max(_THINNEST, _BAND_WIDTH * min(share, 1.0))


def _bands(links: Sequence[TreeLink], nodes: Sequence[_Node], own: _Node, *, ends: tuple[float, float]) -> list[_Band]:
    """Join each relative to its own place on the side of the middle box."""
    port = own.y + (own.height - _port_room(links)) / 2
    made = []
    for link, node in zip(links, nodes, strict=True):
        room = _thickness(link.share) + _BETWEEN_BANDS
        path = _path((ends[0], node.y + node.height / 2), (ends[1], port + room / 2), share=link.share)
        made.append(_Band(path, link.share is not None, f"{node.full}: {link.said}"))
        port += room
    return made


def _path(start: tuple[float, float], end: tuple[float, float], *, share: float | None) -> str:
    (x1, y1), (x2, y2), middle = start, end, _short((start[0] + end[0]) / 2)
    if share is None:
        return f"M{_short(x1)} {_short(y1)}C{middle} {_short(y1)} {middle} {_short(y2)} {_short(x2)} {_short(y2)}"
    half = _thickness(share) / 2
    upper1, lower1, upper2, lower2 = (_short(y) for y in (y1 - half, y1 + half, y2 - half, y2 + half))
    return (
        f"M{_short(x1)} {upper1}C{middle} {upper1} {middle} {upper2} {_short(x2)} {upper2}"
        f"V{lower2}C{middle} {lower2} {middle} {lower1} {_short(x1)} {lower1}Z"
    )


def _short(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
