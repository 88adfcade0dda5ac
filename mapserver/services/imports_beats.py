"""What an import of beats asks of the store: the wards of the day, and where the beats that are there lie in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import geopandas as gpd
import numpy as np

from layers.boundaries.nesting import NO_WARD, wards_of
from layers.boundaries.versions import in_force, version_names
from layers.catalog import UNITS
from layers.errors import Conflict, InvalidParameter
from layers.records import vi_date
from layers.store import Query, Store
from layers.wording import Text

__all__ = ["renested", "scope_of", "wards_on"]


def wards_on(store: Store, day: dt.date) -> gpd.GeoDataFrame:
    """Read the wards and communes that beats of a day are placed in.

    Parameters
    ----------
    store : Store
        The store of record.
    day : date
        First day of the beats.

    Returns
    -------
    GeoDataFrame
        Those in force with borders.

    Raises
    ------
    Conflict
        When there are none.
    """
    communes = in_force(store.read(UNITS, Query(where=(("level", "commune"),))), day)
    drawn = communes[communes.geometry.notna()].reset_index(drop=True)
    if not len(drawn):
        raise Conflict(
            Text(f"Chưa có ranh giới phường, xã nào có hiệu lực ngày {vi_date(day)} để đặt địa bàn vào.",
                 f"No borders of wards in force on {day} are loaded, so beats have no place."),
            Text("Nạp ranh giới phường, xã trước, rồi nạp địa bàn.", "Import the wards first, then the beats."),
        )  # fmt: skip
    return drawn


def scope_of(codes: Collection[str], wards: gpd.GeoDataFrame) -> tuple[str, ...]:
    """Turn the wards that a user names into their versions.

    Parameters
    ----------
    codes : collection of str
        Bare codes or ``code@valid_from``.
    wards : GeoDataFrame
        The wards of the day.

    Returns
    -------
    tuple of str
        ``code@valid_from`` of each.

    Raises
    ------
    InvalidParameter
        When one is not in force on the day.
    """
    versions = version_names(wards)
    known = dict(zip(wards["code"], versions, strict=True)) | {version: version for version in versions}
    unknown = [code for code in codes if code not in known]
    if unknown:
        raise InvalidParameter(
            Text(f"Không có phường, xã {unknown[0]} có ranh giới ngày đó.",
                 f"No ward {unknown[0]} with borders is in force on that day."),
            Text("Với địa bàn, --scope là mã phường, xã.", "With beats, --scope is the code of a ward."),
        )  # fmt: skip
    return tuple(known[code] for code in codes)


def renested(existing: gpd.GeoDataFrame, wards: gpd.GeoDataFrame, day: dt.date) -> gpd.GeoDataFrame:
    """Say of the beats that are there which ward of the day they lie in, for planning only.

    Their ward may have changed since they were drawn; new beats of the ground replace them all the same.

    Parameters
    ----------
    existing : GeoDataFrame
        All unit versions.
    wards : GeoDataFrame
        The wards of the day.
    day : date
        First day of the beats to come.

    Returns
    -------
    GeoDataFrame
        The same rows; `parent` of beats that began earlier and are in force is the ward's version.
    """
    current = in_force(existing, day)
    older = current[(current["level"] == "beat") & (current["valid_from"] < day.isoformat()) & current.geometry.notna()]
    if not len(older):
        return existing
    ward = wards_of(older, wards)
    names = np.array([*version_names(wards), ""], dtype=object)
    moved = older.index[ward != NO_WARD]
    after = existing.copy()
    after.loc[moved, "parent"] = names[ward[ward != NO_WARD]]
    return after
