"""Whether a single record lies where its viewer sees exactly: when it is shown, and before and after a change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely

from layers.access.policy import Sight
from layers.access.viewer import Viewer
from layers.boundaries.locate import locate
from layers.catalog import INCIDENTS, LINEAGE
from layers.errors import Forbidden
from layers.incidents.reattribution import Descent
from layers.incidents.reported_units import known_units
from layers.store.base import Change
from layers.wording import Text
from mapserver.services.reader import Reader

__all__ = ["OwnGround", "Whereabouts"]

_EPOCH = dt.date(1970, 1, 1)
_GEOMETRY = ("geometry", "geom")


@dataclass(frozen=True)
class Whereabouts:
    """Where an incident was.

    Parameters
    ----------
    lon, lat : float or None
        Degrees; None without a place.
    reported_unit : str or None
        The unit as written, which tells where there is no place.
    occurred_from : datetime
        When; the unit as written is read as of that day.
    """

    lon: float | None
    lat: float | None
    reported_unit: str | None
    occurred_from: dt.datetime


@dataclass(frozen=True)
class OwnGround:
    """What one viewer sees exactly, asked record by record.

    Parameters
    ----------
    whole : Reader
        Reads everything.
    viewer : Viewer
        Who asks.
    today : date
        The day whose units decide.
    """

    whole: Reader
    viewer: Viewer
    today: dt.date

    def shows(self, where: Whereabouts) -> bool:
        """Say whether the viewer sees an incident exactly.

        Parameters
        ----------
        where : Whereabouts
            Where it was.

        Returns
        -------
        bool
            By the unit in force today at its place; without a place all that its old unit became must be inside.
        """
        if where.lon is None or where.lat is None:
            return self._sees_units(self._successors(where) if self.viewer.area is not None else frozenset())
        return self._sees_at(where.lon, where.lat)

    def require(self, where: Whereabouts) -> None:
        """Refuse to write an incident where the viewer does not see exactly.

        Parameters
        ----------
        where : Whereabouts
            Where it is to be.

        Raises
        ------
        Forbidden
            When it is outside the area of responsibility, or nobody can tell where it is.
        """
        if not self.shows(where):
            raise Forbidden(
                Text("Vụ việc không nằm trong địa bàn bạn phụ trách.", "The incident is outside your area."),
                Text("Kiểm tra vị trí hoặc đơn vị; vụ việc ở địa bàn khác do nơi đó ghi.",
                     "Check its place or unit; incidents elsewhere are written there."),
            )  # fmt: skip

    def told(self, change: Change) -> Change:
        """Take places outside the area out of an entry of the history, as of an incident that was moved here.

        Parameters
        ----------
        change : Change
            The entry.

        Returns
        -------
        Change
            Without them.
        """
        return replace(change, before=self._without_place(change.before), after=self._without_place(change.after))

    def _without_place(self, side: Mapping[str, object] | None) -> Mapping[str, object] | None:
        if side is None:
            return None
        shape = next((side[name] for name in _GEOMETRY if isinstance(side.get(name), str)), None)
        point = shapely.from_wkt(shape)
        if point is None or point.is_empty or self._sees_at(point.x, point.y):
            return side
        return {name: None if name in _GEOMETRY else value for name, value in side.items()}

    def _sees_at(self, lon: float, lat: float) -> bool:
        if self.viewer.area is None:
            return self._sees_units(frozenset())
        units = self.whole.units(self.today)
        if not len(units.frame):
            return self._sees_units(frozenset())
        (row,) = locate(np.array([lon]), np.array([lat]), units.frame)
        return self._sees_units(frozenset() if row < 0 else frozenset({str(units.frame["code"].iloc[row])}))

    def _sees_units(self, codes: frozenset[str]) -> bool:
        return self.viewer.sight(INCIDENTS.key, codes) is Sight.EXACT

    def _successors(self, where: Whereabouts) -> frozenset[str]:
        day = (where.occurred_from.astimezone(self.whole.timezone).date() - _EPOCH).days
        versions = self.whole.all_units()
        communes = versions[versions["level"] == "commune"]
        (name,) = known_units([where.reported_unit], np.array([day]), communes)
        if name is None:
            return frozenset()
        descent = Descent(self.whole.symbols(LINEAGE), self.whole.units(self.today).references)
        return frozenset(share.target.partition("@")[0] for share in descent.shares(name))
