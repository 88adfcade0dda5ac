"""Finding a unit by what people type: without marks, with or without its type, by an old name too."""

from __future__ import annotations

import re
from functools import lru_cache

import geopandas as gpd

from layers.wording import fold

__all__ = ["bare_name", "match_rank", "search"]

_TYPES = {
    "phuong": "phuong", "p.": "phuong", "p": "phuong", "xa": "xa", "x.": "xa", "x": "xa",
    "dac khu": "dac khu", "dk": "dac khu", "dk.": "dac khu", "thi tran": "thi tran", "tt": "thi tran",
    "tt.": "thi tran", "thanh pho": "thanh pho", "tp": "thanh pho", "tp.": "thanh pho", "tinh": "tinh",
    "ward": "phuong", "commune": "xa", "quan": "quan", "q.": "quan", "q": "quan", "huyen": "huyen", "h.": "huyen",
    "h": "huyen", "thi xa": "thi xa", "tx": "thi xa", "tx.": "thi xa",
}  # fmt: skip
_LEADING_TYPE = re.compile(
    r"^(?:(thanh pho|thi tran|thi xa|dac khu|phuong|tinh|quan|huyen|ward|commune|xa)\s+"
    r"|(tp|tt|tx|dk|p|x|q|h)\.\s*|(tp|tt|tx|dk|p|x|q|h)\s+)(?=\S)"
)

# Every keystroke folds the same names again; the list of all communes fits.
_fold_kept = lru_cache(maxsize=16384)(fold)

# Smaller is better.
_EXACT, _PREFIX, _WORD, _INSIDE, _OLD_NAME, _NO = 0, 1, 2, 3, 4, 9


def search(frame: gpd.GeoDataFrame, text: str, limit: int = 10) -> list[int]:
    """Find units by name or code.

    Parameters
    ----------
    frame : GeoDataFrame
        Units with `name`, `code` and, where known, `unit_type`, `parent_name`, `formed_from`.
    text : str
        As typed: ``le thanh nghi``, ``P. Thành Đông``, ``Lê Lợi, Hải Phòng`` or a code.
    limit : int
        The most rows wanted.

    Returns
    -------
    list of int
        Row positions, best first: the whole name, its beginning, the beginning of a word in
        it, any part of it, then units formed from one of that name. Empty for empty text.

    Examples
    --------
    >>> names = {"code": ["1", "2", "3"], "name": ["Thành Đông", "Đồ Sơn", "Nam Đồ Sơn"]}
    >>> frame = gpd.GeoDataFrame(names, geometry=[None, None, None], crs="EPSG:4326")
    >>> search(frame, "do son"), search(frame, "P. thanh"), search(frame, "")
    ([1, 2], [0], [])
    """
    wanted, _comma, parent = fold(text).partition(",")
    wanted, parent = wanted.strip(), bare_name(parent.strip())[0]
    if not wanted or limit < 1:
        return []
    columns = {name: _folded(frame, name) for name in ("name", "unit_type", "parent_name", "formed_from")}
    codes = [str(code) for code in frame["code"]]
    ranked = []
    for row, name in enumerate(columns["name"]):
        if parent and parent not in columns["parent_name"][row]:
            continue
        rank = match_rank(
            wanted,
            name,
            unit_type=columns["unit_type"][row],
            code=codes[row],
            formed_from=columns["formed_from"][row],
        )
        if rank[0] != _NO:
            ranked.append((*rank, len(name), codes[row], row))
    return [int(entry[-1]) for entry in sorted(ranked)[:limit]]


def _folded(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return [""] * len(frame)
    return [_fold_kept(value) if isinstance(value, str) else "" for value in frame[column]]


@lru_cache(maxsize=1024)
def bare_name(wanted: str) -> tuple[str, str]:
    """Part a leading type word, or its abbreviation, from a folded text.

    Parameters
    ----------
    wanted : str
        Folded, as `layers.wording.fold` writes it.

    Returns
    -------
    tuple of str
        The rest and the type; the type is empty when there is none.

    Examples
    --------
    >>> bare_name("p. thanh dong"), bare_name("q.le chan"), bare_name("do son")
    (('thanh dong', 'phuong'), ('le chan', 'quan'), ('do son', ''))
    """
    leading = _LEADING_TYPE.match(wanted)
    if not leading:
        return wanted, ""
    word = next(group for group in leading.groups() if group)
    return wanted[leading.end() :], _TYPES[word]


def match_rank(
    wanted: str, name: str, *, unit_type: str, code: str, parent: str = "", formed_from: str = ""
) -> tuple[int, int]:
    """Tell how well a unit answers what was typed; everything is folded.

    Parameters
    ----------
    wanted : str
        What was typed, without the part behind a comma.
    name, unit_type, code : str
        The unit's.
    parent : str
        Its district and province; a place typed behind the name is looked for there.
    formed_from : str
        The names of those it was formed from.

    Returns
    -------
    tuple of int
        Smaller is better: how the text matches, 9 for not at all, and whether another type was asked for.

    Examples
    --------
    >>> match_rank("p. do son", "do son", unit_type="phuong", code="1")
    (0, 0)
    >>> match_rank("tran phu hai duong", "tran phu", unit_type="", code="1", parent="tinh hai duong")
    (1, 0)
    """
    if wanted.isdigit() and code.startswith(wanted):
        return (_EXACT if code == wanted else _PREFIX), 0
    bare, kind = bare_name(wanted)
    other_type = int(bool(kind) and kind != unit_type)
    # A name can begin with what looks like a type ("Xa La"), so the whole text is tried as well.
    rank = min((_match(wanted, name), 0), (_match(bare, name), other_type))
    if rank[0] != _NO:
        return rank
    if parent and bare.startswith(f"{name} ") and bare_name(bare[len(name) + 1 :])[0] in parent:
        return _PREFIX, other_type
    return (_OLD_NAME, 1) if f" {bare}" in f" {formed_from}" else (_NO, 0)


def _match(wanted: str, name: str) -> int:
    if wanted == name:
        return _EXACT
    if name.startswith(wanted):
        return _PREFIX
    if f" {wanted}" in name:
        return _WORD
    return _INSIDE if wanted in name else _NO
