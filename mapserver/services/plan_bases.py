"""The borders that plans start from: the units of one day made arcs, kept as long as the units stay the same."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd

from layers.boundaries.versions import in_force, version_names
from layers.catalog import REPAIRS, UNITS
from layers.errors import InvalidParameter, NotFound
from layers.planning.opening import Opening, open_plan
from layers.records import vi_date
from layers.store import Query, Store
from layers.wording import Text
from mapserver.services.cache import VersionedCache

__all__ = ["LEVELS", "PlanBases"]

LEVELS = ("commune", "beat")
_KEPT = 6


class PlanBases:
    """Opens the units that plans start from; safe to use from several threads.

    Parameters
    ----------
    store : Store
        The store of record.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._openings: VersionedCache[Opening] = VersionedCache(_KEPT, lambda _opening: 1)
        self._grounds: VersionedCache[frozenset[str]] = VersionedCache(64, lambda _codes: 1)

    def opening(self, level: str, parent: str, as_of: dt.date) -> Opening:
        """Open the wards of a province, or the beats of a ward; a ward without beats is one beat.

        Parameters
        ----------
        level : str
            One of `LEVELS`.
        parent : str
            Code of the province or ward.
        as_of : date
            The day.

        Returns
        -------
        Opening
            The same object until a unit changes or somebody decides about a gap.

        Raises
        ------
        InvalidParameter
            When it is another level.
        NotFound
            When the parent has no units on that day.
        EmptyInput, CheckFailed
            As `open_plan`.
        """
        versions = self._store.versions()
        key = (level, parent, as_of, versions[UNITS.key], versions[REPAIRS.key])
        return self._openings.get_or_make(key, lambda: self._open(level, parent, as_of))

    def ground(self, level: str, parent: str, as_of: dt.date) -> frozenset[str]:
        """Name the wards whose ground a plan is about, which decides who may change it.

        Parameters
        ----------
        level : str
            One of `LEVELS`.
        parent : str
            Code of the province or ward.
        as_of : date
            The day.

        Returns
        -------
        frozenset of str
            Codes of the wards of the province; of a plan of beats the ward alone.
        """
        if level == "beat":
            return frozenset({parent})
        key = (parent, as_of, self._store.versions()[UNITS.key])
        return self._grounds.get_or_make(key, lambda: self._wards(parent, as_of))

    def _wards(self, parent: str, as_of: dt.date) -> frozenset[str]:
        wanted = ("code", "valid_from", "valid_to")
        where = (("level", "commune"), ("parent", parent))
        return frozenset(in_force(self._store.read(UNITS, Query(where, columns=wanted, geometry=False)), as_of)["code"])

    def _open(self, level: str, parent: str, as_of: dt.date) -> Opening:
        units = self._units(level, parent, as_of)
        if units.empty:
            raise _no_units(parent, as_of)
        decided = self._store.read(REPAIRS, Query((("decision", "leave"),), columns=("key",), geometry=False))
        return open_plan(units, level=level, left=set(decided["key"]))

    def _units(self, level: str, parent: str, as_of: dt.date) -> gpd.GeoDataFrame:
        if level == "commune":
            where = (("level", level), ("parent", parent))
            return in_force(self._store.read(UNITS, Query(where)), as_of)
        if level != "beat":
            raise _unknown_level(level)
        beats = in_force(self._store.read(UNITS, Query((("level", level),))), as_of)
        own = beats[[str(of or "").partition("@")[0] == parent for of in beats["parent"]]]
        return own if len(own) else self._ward_as_beat(parent, as_of)

    def _ward_as_beat(self, ward: str, as_of: dt.date) -> gpd.GeoDataFrame:
        found = in_force(self._store.read(UNITS, Query((("level", "commune"), ("code", ward)))), as_of)
        named = (found["unit_type"] + " " + found["name"]).str.strip()
        return found.assign(
            code=f"{ward}-1", unit_type="Địa bàn", level="beat", parent=version_names(found), parent_name=named
        )


def _unknown_level(level: str) -> InvalidParameter:
    return InvalidParameter(
        Text(f"Không lập phương án được ở cấp “{level}”.", f"Plans are not made at the level “{level}”."),
        Text("Chọn commune (xã, phường) hoặc beat (địa bàn).", "Choose commune (wards) or beat."),
    )


def _no_units(parent: str, as_of: dt.date) -> NotFound:
    return NotFound(
        Text(f"Ngày {vi_date(as_of)} không có đơn vị nào thuộc “{parent}”.",
             f"On {as_of} there is no unit that belongs to “{parent}”."),
        Text("Nêu mã tỉnh (cấp xã) hoặc mã xã, phường (cấp địa bàn), và ngày có ranh giới.",
             "Name the code of a province (wards) or of a ward (beats), and a day that has boundaries."),
    )  # fmt: skip
