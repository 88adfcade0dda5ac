"""Which rows of a table of incidents lie where their viewer sees exactly; the rule of `own_ground` for many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.access.policy import Sight
from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.boundaries.locate import locate
from layers.catalog import INCIDENTS, LINEAGE
from layers.incidents.reattribution import Descent
from layers.incidents.reported_units import known_units
from layers.store import Store
from mapserver.services.reader import Reader

__all__ = ["WHEREABOUTS", "OwnRows", "importer_json", "rows_of_importer"]

WHEREABOUTS = ("occurred_from", "reported_unit")
"""The columns that tell, beside the geometry, where an incident was."""

_NOBODY_KNOWS: frozenset[str] = frozenset()


class OwnRows:
    """What one viewer sees exactly, with the units and their lineage as they are now.

    Parameters
    ----------
    whole : Reader
        Reads everything; read here and not again, so that another thread can ask.
    viewer : Viewer
        Who asks.
    today : date
        The day whose units decide.
    """

    def __init__(self, whole: Reader, viewer: Viewer, today: dt.date) -> None:
        units, versions = whole.units(today), whole.all_units()
        self._viewer = viewer
        self._zone = whole.timezone
        self._units = units.frame
        self._communes = versions[versions["level"] == "commune"]
        self._descent = Descent(whole.symbols(LINEAGE), units.references)
        each = [self._sees(frozenset({str(code)})) for code in units.frame["code"]]
        # The last one answers for places in no unit.
        self._seen = np.array([*each, self._sees(_NOBODY_KNOWS)], dtype=bool)

    @property
    def area(self) -> list[str]:
        """Codes of the units where the viewer sees exactly, sorted."""
        return sorted(self._viewer.exact_area(INCIDENTS.key) or ())

    def shows(self, rows: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        """Tell which incidents the viewer sees exactly.

        Parameters
        ----------
        rows : GeoDataFrame
            With `WHEREABOUTS` and points or nothing, EPSG:4326.

        Returns
        -------
        ndarray of bool, shape (n,)
            By the unit in force today at the place; without a place all that the old unit became must be inside.
        """
        seen, placed = self._by_place(rows)
        seen[~placed] = [self._sees(became) for became in self._became(rows[~placed])]
        return seen

    def takes(self, rows: gpd.GeoDataFrame) -> NDArray[np.bool_]:
        """Tell which incidents the viewer may bring.

        Parameters
        ----------
        rows : GeoDataFrame
            As for `shows`.

        Returns
        -------
        ndarray of bool, shape (n,)
            Those that are seen exactly, without those whose reported unit lies in another area as a whole.
        """
        seen, placed = self._by_place(rows)
        for row, became in enumerate(self._became(rows)):
            # An old unit may have gone to several areas: then the place tells which.
            elsewhere = bool(became) and not any(self._sees(frozenset({code})) for code in became)
            seen[row] = seen[row] and not elsewhere if placed[row] else self._sees(became)
        return seen

    def _by_place(self, rows: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        shapes = rows.geometry.to_numpy()
        lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
        at = locate(lon, lat, self._units) if len(self._units) else np.full(len(rows), -1)
        return self._seen[at], np.isfinite(lon)

    def _became(self, rows: pd.DataFrame) -> list[frozenset[str]]:
        told = rows["reported_unit"]
        texts = [str(text) if known else None for text, known in zip(told, told.notna(), strict=True)]
        moments = pd.DatetimeIndex(rows["occurred_from"]).tz_convert(self._zone).tz_localize(None)
        days = moments.to_numpy().astype("datetime64[D]").astype(np.int64)
        names: Sequence[str | None] = known_units(texts, days, self._communes)
        codes = {name: self._codes(name) for name in set(names) if name is not None}
        return [_NOBODY_KNOWS if name is None else codes[name] for name in names]

    def _codes(self, name: str) -> frozenset[str]:
        return frozenset(share.target.partition("@")[0] for share in self._descent.shares(name))

    def _sees(self, codes: frozenset[str]) -> bool:
        return self._viewer.sight(INCIDENTS.key, codes) is Sight.EXACT


def importer_json(viewer: Viewer, *, timezone: str) -> dict[str, object]:
    """Write down who imports, for the job that does it later.

    Parameters
    ----------
    viewer : Viewer
        Who.
    timezone : str
        IANA name of the zone that defines today.

    Returns
    -------
    dict
        Plain values.
    """
    area = None if viewer.area is None else sorted(viewer.area)
    return {"name": viewer.name, "role": str(viewer.role), "area": area, "timezone": timezone}


def rows_of_importer(store: Store, importer: Mapping[str, Any], *, now: dt.datetime) -> OwnRows | None:
    """Find out what whoever imports may bring and change.

    Parameters
    ----------
    store : Store
        The store of record.
    importer : mapping
        As `importer_json` wrote it.
    now : datetime
        The moment.

    Returns
    -------
    OwnRows or None
        None for whoever sees everything.
    """
    area = importer["area"]
    viewer = Viewer(importer["name"], Role(importer["role"]), None if area is None else frozenset(area))
    if viewer.exact_area(INCIDENTS.key) is None:
        return None
    whole = Reader(store, importer["timezone"])
    return OwnRows(whole, viewer, whole.today(now))
