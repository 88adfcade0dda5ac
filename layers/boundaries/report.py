"""What was found when boundaries were imported or checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.coverage import Hole, find_gaps, find_overlaps, invalid_edges
from layers.boundaries.repairs import Repair, cards
from layers.geo import area_m2
from layers.wording import Text

__all__ = [
    "AREA_TOLERANCE_PCT",
    "AreaFlag",
    "DroppedValue",
    "Gap",
    "ImportReport",
    "MendedUnit",
    "Overlap",
    "QuarantinedRow",
    "area_flags",
    "check_units",
]

AREA_TOLERANCE_PCT = 5.0


@dataclass(frozen=True)
class QuarantinedRow:
    """A row that was not taken in.

    Parameters
    ----------
    row : int
        Its number in the file, from 1.
    code : str
        Its code; empty when it has none.
    reasons : tuple of Text
        Why, one sentence each.
    """

    row: int
    code: str
    reasons: tuple[Text, ...]


@dataclass(frozen=True)
class DroppedValue:
    """One value that could not be read; its row was taken in without it.

    Parameters
    ----------
    row : int
        Its row number in the file, from 1.
    column : str
        The standard column.
    value : str
        As written in the file.
    """

    row: int
    column: str
    value: str


@dataclass(frozen=True)
class MendedUnit:
    """A unit whose rings were made valid.

    Parameters
    ----------
    code, name : str
        The unit.
    area_change_m2 : float
        Geodesic area after less before.
    """

    code: str
    name: str
    area_change_m2: float


@dataclass(frozen=True)
class Overlap:
    """Ground that two units both claim.

    Parameters
    ----------
    a, b : str
        Codes of the two units.
    area_m2 : float
        Geodesic area.
    a_name, b_name : str
        Names of the two units.
    """

    a: str
    b: str
    area_m2: float
    a_name: str
    b_name: str


@dataclass(frozen=True)
class Gap:
    """Ground surrounded by units that belongs to none.

    Parameters
    ----------
    area_m2 : float
        Geodesic area.
    neighbours : tuple of str
        Codes of the units around it.
    neighbour_names : tuple of str
        Their names, in the same order.
    lon, lat : float
        A place inside it, degrees.
    """

    area_m2: float
    neighbours: tuple[str, ...]
    neighbour_names: tuple[str, ...]
    lon: float
    lat: float


@dataclass(frozen=True)
class AreaFlag:
    """A unit whose published and measured areas differ by too much.

    Parameters
    ----------
    code, name : str
        The unit.
    published_km2, computed_km2 : float
        The published and the geodesic area.
    diff_pct : float
        Measured less published, in per cent of the published area.
    """

    code: str
    name: str
    published_km2: float
    computed_km2: float
    diff_pct: float


@dataclass(frozen=True)
class ImportReport:
    """What an import took in, mended, set aside and found.

    Parameters
    ----------
    accepted : int
        Number of units taken in, the mended ones included.
    mended : tuple of MendedUnit
        Units whose rings were made valid.
    quarantined : tuple of QuarantinedRow
        Rows that were set aside.
    overlaps : tuple of Overlap
        Largest first.
    gaps : tuple of Gap
        Largest first.
    area_flags : tuple of AreaFlag
        Largest difference first.
    dropped_columns : tuple of str
        Columns of the file that were not taken in.
    dropped_values : tuple of DroppedValue
        Values that could not be read.
    repairs : tuple of Repair
        Every defect with a proposal, largest first.
    """

    accepted: int
    mended: tuple[MendedUnit, ...] = ()
    quarantined: tuple[QuarantinedRow, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    gaps: tuple[Gap, ...] = ()
    area_flags: tuple[AreaFlag, ...] = ()
    dropped_columns: tuple[str, ...] = ()
    dropped_values: tuple[DroppedValue, ...] = ()
    repairs: tuple[Repair, ...] = ()

    def to_json(self, language: str = "vi") -> dict[str, object]:
        """Write the report as JSON values.

        Parameters
        ----------
        language : str
            Language of the reasons, ``vi`` or ``en``.

        Returns
        -------
        dict
            Counts under `accepted`, `mended` and `quarantined`; lists under `mended_units`,
            `quarantined_rows`, `overlaps`, `gaps`, `area_flags`, `dropped_columns`,
            `dropped_values` and `repairs`. Areas in m² to 0.01, in km² to 0.0001, per cent to 0.01.

        Examples
        --------
        >>> ImportReport(2, overlaps=(Overlap("1", "2", 1135.383, "A", "B"),)).to_json()["overlaps"]
        [{'a': '1', 'b': '2', 'area_m2': 1135.38, 'a_name': 'A', 'b_name': 'B'}]
        """
        return {
            "accepted": self.accepted,
            "mended": len(self.mended),
            "quarantined": len(self.quarantined),
            "overlaps": _plain(self.overlaps),
            "gaps": _plain(self.gaps),
            "area_flags": _plain(self.area_flags),
            "mended_units": _plain(self.mended),
            "quarantined_rows": [
                {
                    "row": row.row,
                    "code": row.code,
                    "reasons": [why.in_language(language) for why in row.reasons],
                }
                for row in self.quarantined
            ],
            "dropped_columns": list(self.dropped_columns),
            "dropped_values": _plain(self.dropped_values),
            "repairs": [card.to_json(language) for card in self.repairs],
        }


_DIGITS = {
    "area_m2": 2, "area_change_m2": 2, "diff_pct": 2, "published_km2": 4, "computed_km2": 4,
    "lon": 6, "lat": 6,
}  # fmt: skip


def _plain(records: Sequence[object]) -> list[dict[str, object]]:
    return [{key: _value(key, value) for key, value in vars(record).items()} for record in records]


def _value(key: str, value: object) -> object:
    if isinstance(value, float):
        return round(value, _DIGITS[key])
    return list(value) if isinstance(value, tuple) else value


def check_units(frame: gpd.GeoDataFrame, *, min_area_m2: float = 1.0) -> ImportReport:
    """Check units that are in force together: overlaps, gaps, published against measured area.

    Parameters
    ----------
    frame : GeoDataFrame
        Units of one level in EPSG:4326, valid polygons or None, with `code`, `name` and, where
        known, `area_km2_published` and `area_km2` (measured here when absent).
    min_area_m2 : float
        Smaller overlaps and gaps are left out.

    Returns
    -------
    ImportReport
        With `accepted` the number of units checked.
    """
    shapes = frame.geometry.to_numpy()
    codes, names = frame["code"].to_list(), frame["name"].to_list()
    edges = invalid_edges(shapes)
    shared_grounds = find_overlaps(shapes, min_area_m2=min_area_m2)
    holes = find_gaps(shapes, min_area_m2=min_area_m2, edges=edges)
    overlaps = [
        Overlap(codes[p], codes[q], shared.area_m2, names[p], names[q])
        for shared in shared_grounds
        for p, q in [sorted((shared.first, shared.second), key=lambda unit: str(codes[unit]))]
    ]
    return replace(
        ImportReport(len(frame)),
        overlaps=tuple(overlaps),
        gaps=tuple(_gap(hole, codes, names) for hole in holes),
        area_flags=area_flags(frame),
        repairs=tuple(cards(frame, shared_grounds, holes, edges=edges)),
    )


def _gap(hole: Hole, codes: Sequence[str], names: Sequence[str]) -> Gap:
    units = sorted(hole.neighbours, key=lambda unit: str(codes[unit]))
    place = shapely.point_on_surface(hole.shape)
    listed = tuple(codes[unit] for unit in units), tuple(names[unit] for unit in units)
    return Gap(hole.area_m2, *listed, lon=float(place.x), lat=float(place.y))


def area_flags(frame: gpd.GeoDataFrame, *, tolerance_pct: float = AREA_TOLERANCE_PCT) -> tuple[AreaFlag, ...]:
    """Find the units whose measured area is far from the published one.

    Parameters
    ----------
    frame : GeoDataFrame
        Units in EPSG:4326; see `check_units`.
    tolerance_pct : float
        Differences up to this many per cent are left out.

    Returns
    -------
    tuple of AreaFlag
        Largest difference first.

    Examples
    --------
    >>> unit = {"code": ["1"], "name": ["A"], "area_km2_published": [1.0]}
    >>> frame = gpd.GeoDataFrame(unit, geometry=[shapely.box(106, 20, 106.01, 20.01)], crs="EPSG:4326")
    >>> [round(flag.diff_pct, 1) for flag in area_flags(frame)]
    [15.8]
    """
    if "area_km2_published" not in frame.columns:
        return ()
    published = frame["area_km2_published"].to_numpy(dtype=float)
    measured = _measured_km2(frame)
    with np.errstate(divide="ignore", invalid="ignore"):
        diff_pct = (measured - published) / published * 100
    usable = (published > 0) & (measured > 0) & (np.abs(diff_pct) > tolerance_pct)
    rows = [position for position in np.argsort(-np.abs(diff_pct), kind="stable") if usable[position]]
    return tuple(
        AreaFlag(
            frame["code"].iloc[row], frame["name"].iloc[row],
            float(published[row]), float(measured[row]), float(diff_pct[row]),
        )
        for row in rows
    )  # fmt: skip


def _measured_km2(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    if "area_km2" in frame.columns:
        return np.asarray(frame["area_km2"].to_numpy(dtype=float))
    return area_m2(frame.geometry.to_numpy()) / 1e6
