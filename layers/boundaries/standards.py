"""What the law asks of wards and communes, as a dated table, and how each unit stands against it."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import pandas as pd

from layers.errors import SchemaMismatch
from layers.wording import Text, slug

__all__ = [
    "COLUMNS", "CONFIRMED", "Standard", "Standing", "Verdict", "doubts", "in_force_on", "judge", "read_standards",
    "shipped_standards",
]  # fmt: skip

COLUMNS = (
    "document", "in_force_from", "in_force_to", "unit_type", "setting", "province_kind", "min_area_km2",
    "min_population", "source", "confirmed", "unchecked_vi", "unchecked_en",
)  # fmt: skip
# How far the figures of a line were checked; a user's own line may say nothing.
CONFIRMED: Mapping[str, Text] = {
    "": Text("do người dùng nhập", "entered by the user"),
    "toan_van": Text("đã đối chiếu toàn văn", "checked against the text of the law"),
    "co_quan": Text("theo bản giới thiệu của cơ quan nhà nước, chưa đối chiếu toàn văn",
                    "from the summary of an authority, not checked against the text"),
    "bao_chi": Text("theo báo chí, chưa đối chiếu toàn văn", "from the press, not checked against the text"),
}  # fmt: skip


class Verdict(StrEnum):
    """How a unit stands; `DEPENDS` on something that the data do not tell."""

    MEETS = "meets"
    BELOW = "below"
    DEPENDS = "depends"
    UNKNOWN = "unknown"
    NO_STANDARD = "no_standard"


@dataclass(frozen=True)
class Standard:
    """One line of the table: what one document asks of one kind of unit in one setting.

    Parameters
    ----------
    document : str
        The legal text.
    since : date
        First day in force.
    until : date or None
        First day no longer in force.
    unit_type : str
        ``phuong`` or ``xa``.
    setting : str
        Slug of the setting it holds in, such as ``mien_nui``.
    province_kind : str
        ``thanh_pho`` or ``tinh`` where it holds in such provinces only; empty for all.
    min_area_km2 : float
        Smallest area.
    min_population : int
        Fewest people.
    source : str
        The document and article that the figures are from.
    confirmed : str
        A key of `CONFIRMED`.
    unchecked : Text
        What else the document asks that the map cannot check.
    """

    document: str
    since: dt.date
    until: dt.date | None
    unit_type: str
    setting: str
    province_kind: str
    min_area_km2: float
    min_population: int
    source: str
    confirmed: str
    unchecked: Text


@dataclass(frozen=True)
class Standing:
    """One unit against the standards in force.

    Parameters
    ----------
    area, population, overall : Verdict
        By measure, and both together in the same setting.
    standards : tuple of Standard
        Those that may hold for the unit.
    """

    area: Verdict
    population: Verdict
    overall: Verdict
    standards: tuple[Standard, ...]


def read_standards(rows: Iterable[Mapping[str, str]]) -> tuple[Standard, ...]:
    """Read the table.

    Parameters
    ----------
    rows : iterable of mapping
        Texts by the names in `COLUMNS`.

    Returns
    -------
    tuple of Standard
        In the order of the table.

    Raises
    ------
    SchemaMismatch
        Names the first row that cannot be read.
    """
    found = []
    for number, row in enumerate(rows, start=2):
        try:
            found.append(_standard(row))
        except (KeyError, ValueError, TypeError) as problem:
            raise SchemaMismatch(
                Text(f"Không hiểu dòng {number} của bảng tiêu chuẩn.", f"Row {number} is not understood."),
                Text(f"Giữ đủ các cột: {', '.join(COLUMNS)}; ngày viết 2026-01-01, số viết 5.5.",
                     f"Keep the columns {', '.join(COLUMNS)}; write days as 2026-01-01 and numbers as 5.5."),
            ) from problem  # fmt: skip
    return tuple(found)


@cache
def shipped_standards() -> tuple[Standard, ...]:
    """Read the table that comes with the program.

    Returns
    -------
    tuple of Standard
        Resolutions 1211/2016 (with 27/2022), 76/2025 and 112/2025.

    Examples
    --------
    >>> sorted({standard.document.split("/")[0] for standard in shipped_standards()})
    ['NQ 112', 'NQ 1211', 'NQ 76']
    """
    text = files("layers").joinpath("codelists", "unit_standards.csv").read_text(encoding="utf-8")
    return read_standards(csv.DictReader(text.splitlines()))


def in_force_on(standards: Sequence[Standard], day: dt.date) -> tuple[Standard, ...]:
    """Keep the standards in force on a day.

    Parameters
    ----------
    standards : sequence of Standard
        The table.
    day : date
        The day.

    Returns
    -------
    tuple of Standard
        Those rows.

    Examples
    --------
    >>> {standard.document for standard in in_force_on(shipped_standards(), dt.date(2026, 7, 1))}
    {'NQ 112/2025/UBTVQH15'}
    """
    return tuple(each for each in standards if each.since <= day and (each.until is None or day < each.until))


def doubts(standards: Iterable[Standard]) -> tuple[Text, ...]:
    """Say which figures were not checked against the text of the law.

    Parameters
    ----------
    standards : iterable of Standard
        Those used.

    Returns
    -------
    tuple of Text
        One sentence for each document and way its figures were found.

    Examples
    --------
    >>> doubts(in_force_on(shipped_standards(), dt.date(2026, 7, 1)))[0].vi
    'NQ 112/2025/UBTVQH15: theo báo chí, chưa đối chiếu toàn văn'
    """
    kinds = dict.fromkeys((each.document, each.confirmed) for each in standards)
    return tuple(
        Text(f"{document}: {CONFIRMED[how].vi}", f"{document}: {CONFIRMED[how].en}")
        for document, how in kinds
        if how in {"co_quan", "bao_chi"}
    )


def judge(units: pd.DataFrame, standards: Sequence[Standard]) -> tuple[Standing, ...]:
    """Hold each unit against the standards that may apply to it.

    A unit whose setting the data do not tell (mountains, island, delta) is held against every setting; it
    meets the standard when it does in each, is below when it is in each, and otherwise depends on it. So
    does a unit whose published and measured area lie on different sides of the standard. Of several
    documents in force, the newest one that was in force when the unit was formed holds for it.

    Parameters
    ----------
    units : DataFrame
        n units with ``unit_type, parent_name, area_km2, area_km2_published, population, valid_from``.
    standards : sequence of Standard
        Those in force.

    Returns
    -------
    tuple of Standing, length n
        In the order of the units.

    Examples
    --------
    >>> ward = pd.DataFrame({"unit_type": ["Phường"], "parent_name": "Thành phố Hải Phòng", "area_km2": 8.07,
    ...                      "area_km2_published": 8.04, "population": 81_500, "valid_from": "2025-07-01"})
    >>> standing = judge(ward, in_force_on(shipped_standards(), dt.date(2026, 6, 1)))[0]
    >>> str(standing.overall)
    'meets'
    """
    names = ("unit_type", "parent_name", "valid_from", "area_km2_published", "area_km2", "population")
    rows = zip(*(units[name] for name in names), strict=True)
    return tuple(
        _standing(
            _of_formation([each for each in standards if _may_apply(each, kind, province)], formed),
            _known(published, measured),
            _known(people),
        )
        for kind, province, formed, published, measured, people in rows
    )


def _of_formation(standards: list[Standard], formed: str) -> list[Standard]:
    if not standards:
        return standards
    days = {each.since for each in standards}
    known = [day for day in days if day.isoformat() <= formed]
    day = max(known) if known else min(days)
    return [each for each in standards if each.since == day]


def _standard(row: Mapping[str, str]) -> Standard:
    return Standard(
        document=row["document"],
        since=dt.date.fromisoformat(row["in_force_from"]),
        until=dt.date.fromisoformat(row["in_force_to"]) if row["in_force_to"] else None,
        unit_type=row["unit_type"],
        setting=row["setting"],
        province_kind=row["province_kind"] or "",
        min_area_km2=float(row["min_area_km2"]),
        min_population=int(float(row["min_population"])),
        source=row["source"] or "",
        confirmed=_confirmed(row["confirmed"] or ""),
        unchecked=Text(row["unchecked_vi"] or "", row["unchecked_en"] or ""),
    )


def _confirmed(word: str) -> str:
    if word not in CONFIRMED:
        raise ValueError(word)
    return word


def _may_apply(standard: Standard, unit_type: object, province: object) -> bool:
    if slug(str(unit_type)) != standard.unit_type:
        return False
    called = slug(province) if isinstance(province, str) else ""
    kind = next((kind for kind in ("thanh_pho", "tinh") if called.startswith(f"{kind}_")), "")
    # A province whose kind is not told may be of any kind.
    return standard.province_kind in {"", kind} or not kind


def _known(*values: float | None) -> list[float]:
    return [float(value) for value in values if value is not None and not pd.isna(value)]


def _standing(standards: list[Standard], areas: list[float], people: list[float]) -> Standing:
    if not standards:
        none = Verdict.NO_STANDARD
        return Standing(none, none, none, ())
    area = _verdict([value >= each.min_area_km2 for each in standards for value in areas])
    population = _verdict([value >= each.min_population for each in standards for value in people])
    both = [
        wide >= each.min_area_km2 and many >= each.min_population
        for each in standards
        for wide in areas
        for many in people
    ]
    overall = _verdict(both)
    if overall is Verdict.UNKNOWN and Verdict.BELOW in {area, population}:
        overall = Verdict.BELOW
    return Standing(area, population, overall, tuple(standards))


def _verdict(answers: list[bool]) -> Verdict:
    if not answers:
        return Verdict.UNKNOWN
    if all(answers):
        return Verdict.MEETS
    return Verdict.DEPENDS if any(answers) else Verdict.BELOW
