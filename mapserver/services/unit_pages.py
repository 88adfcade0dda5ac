"""What the page of a unit shows, gathered from its record, its family and the standards."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd

from layers.boundaries.families import Families, Relative, Version
from layers.boundaries.standards import in_force_on, judge
from layers.catalog import UNITS
from layers.geo import Bounds, bounds_lonlat
from layers.store import Query, Store
from layers.wording import fold
from mapserver.rendering.unit_page import Kin, UnitFacts, UnitSheet
from mapserver.services.reader import Reader
from mapserver.services.standards import standards_of

__all__ = ["unit_bounds", "unit_sheet"]

_SAME_PLACE = frozenset({"unchanged", "rename"})
_ONE_DAY = dt.timedelta(days=1)


def unit_sheet(
    reader: Reader, families: Families, version: Version, *, as_of: dt.date | None, now: dt.datetime
) -> UnitSheet:
    """Gather the page of a unit version.

    Parameters
    ----------
    reader : Reader
        The store.
    families : Families
        Every version and link of that store.
    version : Version
        The unit.
    as_of : date or None
        The day the reader came from, kept on the way back to the map where the unit is in force on it.
    now : datetime
        The moment.

    Returns
    -------
    UnitSheet
        Facts, family, standing and the other versions of its code.
    """
    record = _record(reader.store, version)
    standards, _edited = standards_of(reader)
    first_day = dt.date.fromisoformat(version.valid_from)
    (standing,) = judge(record, in_force_on(standards, first_day))
    name, versions = version.reference, families.versions_of(version.code)
    return UnitSheet(
        version=version,
        facts=_facts(record),
        versions=tuple(versions),
        elsewhere=tuple(each for each in versions if not _is_same_place(families, each, version)),
        ancestors=tuple(
            _kin(relative, families.successors(relative.version.reference), of=name)
            for relative in families.ancestors(name)
        ),
        descendants=tuple(
            _kin(relative, families.origins(relative.version.reference), of=name)
            for relative in families.descendants(name)
        ),
        standing=standing,
        map_day=_map_day(version, as_of, today=reader.today(now)),
    )


def unit_bounds(store: Store, version: Version) -> Bounds | None:
    """Find the box of a unit version.

    Parameters
    ----------
    store : Store
        The store of record.
    version : Version
        The unit, in force or not.

    Returns
    -------
    Bounds or None
        Degrees; None for a unit known only by name.
    """
    return bounds_lonlat(_record(store, version))


def _record(store: Store, version: Version) -> gpd.GeoDataFrame:
    rows = store.read(UNITS, Query(where=(("code", version.code),)))
    return rows[rows["valid_from"] == version.valid_from].head(1)


def _facts(record: gpd.GeoDataFrame) -> UnitFacts:
    row = record.iloc[0]
    people = _known(row["population"])
    return UnitFacts(
        level=str(row["level"]),
        area_published_km2=_known(row["area_km2_published"]),
        area_measured_km2=_known(row["area_km2"]),
        population=None if people is None else int(people),
        bounds=bounds_lonlat(record),
    )


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _is_same_place(families: Families, one: Version, other: Version) -> bool:
    """Tell whether two versions of a code are one place: lineage says so, or nothing but the days differs."""
    if one.reference == other.reference:
        return True
    older, newer = sorted((one, other), key=lambda version: version.valid_from)
    kinds = {
        str(relative.link["kind"])
        for relative in families.descendants(older.reference)
        if relative.version.reference == newer.reference
    }
    return kinds <= _SAME_PLACE if kinds else fold(older.name) == fold(newer.name)


def _kin(relative: Relative, all_kin: list[Version], *, of: str) -> Kin:
    # Only next to the unit itself is it certain whom a relative is shared with.
    others = all_kin if relative.steps == 1 else []
    return Kin(relative, tuple(each for each in others if each.reference != of))


def _map_day(version: Version, as_of: dt.date | None, *, today: dt.date) -> dt.date | None:
    if as_of is not None and version.in_force(as_of):
        return None if as_of == today else as_of
    if version.in_force(today):
        return None
    first = dt.date.fromisoformat(version.valid_from)
    if version.valid_to is None or first > today:
        return first
    return dt.date.fromisoformat(version.valid_to) - _ONE_DAY
