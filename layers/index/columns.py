"""Incidents as compact columns: what each holds, and how they are made from records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.index.identity import hash_ids
from layers.index.morton import morton_of_places

__all__ = ["NAMES", "READ", "WORDED", "Columns", "Words", "columns_of", "empty_columns", "joined", "ordered", "taken"]

Columns = dict[str, NDArray[Any]]

# Columns whose texts repeat: each row holds a position in a list of words.
WORDED = ("category", "severity", "status", "source")
_DTYPES: dict[str, str] = {
    "key": "u8", "identity": "u8", "lon": "f8", "lat": "f8", "day": "i4", "hour": "i1",
    "category": "u1", "severity": "u1", "status": "u1", "source": "u1", "accuracy_m": "f4", "withdrawn": "?",
}  # fmt: skip
NAMES = tuple(_DTYPES)
# What has to be read from a store to make them.
READ = ("source", "occurred_from", "occurred_to", "category", "severity", "status", "location_accuracy_m", "withdrawn")
_DAY = np.timedelta64(1, "D")
_FEW_WORDS = 256
_SOME_WORDS = 65_536


class Words:
    """The lists of words that columns point into; they only ever grow, so positions stay true.

    Parameters
    ----------
    known : mapping of str to sequence of str
        Words to begin with, by column of `WORDED`.
    """

    def __init__(self, known: Mapping[str, Sequence[str]]) -> None:
        self._places = {
            name: {word: place for place, word in enumerate(dict.fromkeys(known.get(name, ())))} for name in WORDED
        }

    def listed(self) -> dict[str, tuple[str, ...]]:
        """Tell every word.

        Returns
        -------
        dict of str to tuple of str
            Column -> its words in order.
        """
        return {name: tuple(places) for name, places in self._places.items()}

    def positions(self, name: str, texts: pd.Series) -> NDArray[Any]:
        """Put texts into positions, adding words that are new.

        Parameters
        ----------
        name : str
            One of `WORDED`.
        texts : Series of str, length n
            A missing text is the word ``""``.

        Returns
        -------
        ndarray of the smallest unsigned type that holds them, shape (n,)
            Positions.

        Examples
        --------
        >>> words = Words({"status": ["", "moi"]})
        >>> words.positions("status", pd.Series(["moi", None, "dong"])).tolist(), words.listed()["status"]
        ([1, 0, 2], ('', 'moi', 'dong'))
        """
        places = self._places[name]
        found, distinct = pd.factorize(texts.fillna(""))
        of_distinct = np.array([places.setdefault(str(word), len(places)) for word in distinct], dtype=np.int64)
        dtype = np.uint8 if len(places) <= _FEW_WORDS else np.uint16 if len(places) <= _SOME_WORDS else np.uint32
        return of_distinct.astype(dtype)[found] if len(distinct) else np.zeros(len(found), dtype=dtype)


def columns_of(frame: gpd.GeoDataFrame, words: Words, *, timezone: str, salt: int) -> Columns:
    """Make columns of records.

    Parameters
    ----------
    frame : GeoDataFrame
        n incidents with `id`, the columns `READ` and points in EPSG:4326.
    words : Words
        Takes up words it does not know.
    timezone : str
        IANA name of the zone that defines a day.
    salt : int
        Salt of the identities.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        ``key`` along the Morton curve; ``identity``; ``lon, lat`` degrees, not a number without a place;
        ``day`` since 1970-01-01; ``hour`` 0 to 23 or -1; positions of words; ``accuracy_m``;
        ``withdrawn``. In the order of the frame.
    """
    shapes = frame.geometry.to_numpy()
    lon, lat = shapely.get_x(shapes), shapely.get_y(shapes)
    day, hour = _local_day_hour(frame, ZoneInfo(timezone))
    made: Columns = {
        "key": morton_of_places(lon, lat),
        "identity": hash_ids(frame["id"], salt=salt),
        "lon": lon,
        "lat": lat,
        "day": day,
        "hour": hour,
        "accuracy_m": frame["location_accuracy_m"].to_numpy(dtype=np.float32),
        "withdrawn": frame["withdrawn"].notna().to_numpy(),
    }
    made |= {name: words.positions(name, frame[name]) for name in WORDED}
    return {name: made[name] for name in NAMES}


def empty_columns() -> Columns:
    """Make columns without rows.

    Returns
    -------
    dict of str to ndarray, shape (0,)
        Every column of `NAMES`.
    """
    return {name: np.zeros(0, dtype=kind) for name, kind in _DTYPES.items()}


def joined(parts: Iterable[Columns]) -> Columns:
    """Put columns one behind the other.

    Parameters
    ----------
    parts : iterable of dict
        Columns with the same names.

    Returns
    -------
    dict of str to ndarray
        One array a column.
    """
    held = [part for part in parts if len(part["key"])]
    if not held:
        return empty_columns()
    return {name: np.concatenate([part[name] for part in held]) for name in NAMES}


def ordered(columns: Columns) -> NDArray[np.int64]:
    """Tell the order of rows in every table: by key, then by identity.

    The same records so give the same table, whichever way they came.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n,)
        Has ``key`` and ``identity``.

    Returns
    -------
    ndarray of int64, shape (n,)
        Row positions in order.
    """
    return np.lexsort((columns["identity"], columns["key"]))


def taken(columns: Columns, rows: NDArray[Any]) -> Columns:
    """Take some rows of every column.

    Parameters
    ----------
    columns : dict of str to ndarray, shape (n,)
        The columns.
    rows : ndarray of int or bool
        Positions, or a mark for each row.

    Returns
    -------
    dict of str to ndarray
        The rows taken.
    """
    return {name: column[rows] for name, column in columns.items()}


def _local_day_hour(frame: gpd.GeoDataFrame, zone: ZoneInfo) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    local = frame["occurred_from"].dt.tz_convert(zone).dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    day = local.astype("datetime64[D]")
    hour = (local - day).astype("timedelta64[h]").astype(np.int8)
    length = (frame["occurred_to"] - frame["occurred_from"]).to_numpy()
    # A range of a day or more says only the day: its hour is not known.
    unknown = ~np.isnat(length) & (length >= _DAY)
    return day.astype(np.int32), np.where(unknown, np.int8(-1), hour)
