"""Which incidents a filter takes, and how the filter says itself in one sentence."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from layers.catalog import categories
from layers.errors import InvalidParameter
from layers.geo import Bounds
from layers.incidents.values import SEVERITIES, STATUSES
from layers.records import Filter, vi_date
from layers.wording import Text
from mapserver.services.tables import IncidentTable, UnitTable

__all__ = ["category_slugs", "chosen", "sentence", "vintage_text"]

_FEW_WORDS = 12
_EPOCH = dt.date(1970, 1, 1)


def category_slugs(asked: tuple[str, ...]) -> frozenset[str]:
    """Widen groups to their subcategories.

    Parameters
    ----------
    asked : tuple of str
        Slugs of categories and groups.

    Returns
    -------
    frozenset of str
        Every slug meant.

    Raises
    ------
    InvalidParameter
        When a slug is not in the list; the hint names those that are.

    Examples
    --------
    >>> sorted(category_slugs(("ma_tuy",))), "trom_cap" in category_slugs(("trat_tu_xa_hoi",))
    (['ma_tuy'], True)
    """
    known = [category.slug for category in categories()]
    for slug in asked:
        if slug not in known:
            raise InvalidParameter(
                Text(f"Không có loại vụ việc “{slug}”.", f"There is no category “{slug}”."),
                Text(f"Các loại có: {', '.join(known)}.", f"Categories: {', '.join(known)}."),
            )
    return frozenset(category.slug for category in categories() if {category.slug, category.group} & {*asked})


def chosen(table: IncidentTable, units: UnitTable, asked: Filter, *, any_day: bool = False) -> NDArray[np.bool_]:
    """Mark the incidents that a filter takes.

    Parameters
    ----------
    table : IncidentTable
        n incidents.
    units : UnitTable
        The units that the table's positions point into.
    asked : Filter
        What was asked for.
    any_day : bool
        Whether the period is left out.

    Returns
    -------
    ndarray of bool, shape (n,)
        True for those taken.

    Raises
    ------
    NotFound
        When the unit asked for is not in force.
    """
    mask = np.ones(len(table.day), dtype=bool)
    if not any_day:
        mask &= _in_period(table, asked)
    if asked.categories:
        mask &= _among(table, "category", category_slugs(asked.categories))
    if asked.severities:
        mask &= _among(table, "severity", _known("severity", asked.severities, table))
    if asked.statuses:
        mask &= _among(table, "status", _known("status", asked.statuses, table))
    if asked.unit is not None:
        mask &= table.unit == units.position(asked.unit)
    if asked.bounds is not None:
        mask &= _in_box(table, asked.bounds)
    return mask


def _known(name: str, asked: tuple[str, ...], table: IncidentTable) -> frozenset[str]:
    listed = {"severity": SEVERITIES, "status": STATUSES}[name]
    # A source may use words of its own; those are known as soon as a record has them.
    known = [*listed, *(word for word in table.words[name] if word and word not in listed)]
    for slug in asked:
        if slug not in known:
            raise InvalidParameter(
                Text(f"Không có giá trị “{slug}” cho {name}.", f"There is no {name} “{slug}”."),
                Text(f"Các giá trị có: {', '.join(known)}.", f"Values: {', '.join(known)}."),
            )
    return frozenset(asked)


def _in_period(table: IncidentTable, asked: Filter) -> NDArray[np.bool_]:
    mask = np.ones(len(table.day), dtype=bool)
    if asked.period.since:
        mask &= table.day >= (asked.period.since - _EPOCH).days
    if asked.period.until:
        mask &= table.day < (asked.period.until - _EPOCH).days
    return mask


def _among(table: IncidentTable, name: str, slugs: frozenset[str]) -> NDArray[np.bool_]:
    wanted = np.array([word in slugs for word in table.words[name]], dtype=bool)
    codes: NDArray[np.unsignedinteger] = getattr(table, name)
    places = np.flatnonzero(wanted)
    mask = np.zeros(len(codes), dtype=bool)
    if len(places) > _FEW_WORDS:
        np.take(wanted, codes, out=mask)
        return mask
    # A comparison of small numbers takes a twentieth of the time of a look into a list.
    for place in places.tolist():
        mask |= codes == place
    return mask


def _in_box(table: IncidentTable, box: Bounds) -> NDArray[np.bool_]:
    inside_lon = (table.lon >= box.west) & (table.lon <= box.east)
    return inside_lon & (table.lat >= box.south) & (table.lat <= box.north)


def vintage_text(units: UnitTable) -> Text:
    """Say which boundaries are used.

    Parameters
    ----------
    units : UnitTable
        The units in force.

    Returns
    -------
    Text
        Named by the latest first day among them.
    """
    if not units.references:
        return Text("chưa có ranh giới", "no boundaries loaded")
    day = dt.date.fromisoformat(max(units.frame["valid_from"]))
    return Text(f"theo ranh giới từ {vi_date(day)}", f"by the boundaries from {day}")


def sentence(asked: Filter, units: UnitTable) -> Text:
    """Say a filter in one sentence.

    Parameters
    ----------
    asked : Filter
        What was asked for.
    units : UnitTable
        The units in force.

    Returns
    -------
    Text
        Category, period, unit and boundaries.
    """
    title = {category.slug: category.title for category in categories()}
    named = [title[slug] for slug in asked.categories if slug in title]
    what = Text(
        ", ".join(text.vi for text in named) or "Mọi loại vụ việc",
        ", ".join(text.en for text in named) or "All incidents",
    )
    where = _where(asked, units)
    when, vintage = asked.period.describe(), vintage_text(units)
    also = Text(", kể cả vụ đã rút", ", withdrawn ones included") if asked.with_withdrawn else Text("", "")
    return Text(
        f"{what.vi}{where.vi}, {when.vi}, {vintage.vi}{also.vi}",
        f"{what.en}{where.en}, {when.en}, {vintage.en}{also.en}",
    )


def _where(asked: Filter, units: UnitTable) -> Text:
    parts: list[Text] = []
    if asked.unit is not None:
        row = units.frame.iloc[units.position(asked.unit)]
        parts.append(Text(f"{row['unit_type']} {row['name']}".strip(), str(row["name"])))
    if asked.bounds is not None:
        box = ", ".join(f"{degrees:.4f}" for degrees in asked.bounds)
        parts.append(Text(f"chỉ trong khung tọa độ {box}", f"only inside the box {box}"))
    if asked.severities:
        said = [SEVERITIES.get(slug, Text(slug, slug)) for slug in asked.severities]
        parts.append(Text(f"mức độ {', '.join(t.vi for t in said)}", f"severity {', '.join(t.en for t in said)}"))
    if asked.statuses:
        said = [STATUSES.get(slug, Text(slug, slug)) for slug in asked.statuses]
        parts.append(Text(f"trạng thái {', '.join(t.vi for t in said)}", f"status {', '.join(t.en for t in said)}"))
    return Text("".join(f", {part.vi}" for part in parts), "".join(f", {part.en}" for part in parts))
