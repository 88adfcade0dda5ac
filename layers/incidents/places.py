"""Columns of coordinates: decimals, degrees and minutes, VN-2000 metres, swapped axes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from layers.errors import AxesSwapped, InvalidParameter
from layers.geo import VIETNAM, Bounds, transform_xy
from layers.incidents.reasons import fault_number
from layers.incidents.values import numbers_of
from layers.wording import Text, fold

__all__ = ["Places", "check_epsg", "read_angle", "read_pair", "read_places", "refuse_swapped_axes"]

_LONLAT_EPSG = 4326
_NEARLY_ALL = 0.9
_NOWHERE = {"khong ro", "chua ro", "khong co", "khong xac dinh", "chua xac dinh", "unknown"}
_NUMBER = re.compile(r"[+-]?\d{1,9}(?:[.,]\d*)?")
_ANGLE = re.compile(
    r"(?P<head>[nsewbt]|dong|tay|nam|bac)?\s*(?P<sign>[+-])?(?P<d>\d{1,3}(?:[.,]\d+)?)\s*(?:°|º|˚|do|deg)\s*"
    r"(?:(?P<m>\d{1,2}(?:[.,]\d+)?)\s*(?:'|’|′|phut|p|m|(?=$))\s*"
    r"(?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:\"|”|″|''|’’|giay|s(?!\w)|(?=$))\s*)?)?"
    r"(?P<tail>[nsewbdt]|dong|tay|nam|bac)?"
)
_LATITUDE = {"n", "s", "b", "bac", "nam"}
_LONGITUDE = {"e", "w", "d", "t", "dong", "tay"}
_NEGATIVE = {"s", "w", "t", "nam", "tay"}
_WKT = re.compile(r"point\s*\(\s*(\S+)\s+(\S+)\s*\)")


@dataclass(frozen=True)
class Places:
    """Where each row happened.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (n,)
        Degrees in EPSG:4326; NaN where there is no place.
    faults : ndarray of int8, shape (n,)
        Reasons as `reasons.fault_number` numbers them; 0 where the row is understood, placed or not.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    faults: NDArray[np.int8]

    @property
    def placed(self) -> NDArray[np.bool_]:
        """Which rows have a place."""
        return np.isfinite(self.lon)

    def count(self, code: str) -> int:
        """Count the rows with a fault.

        Parameters
        ----------
        code : str
            The reason's code.

        Returns
        -------
        int
            How many.
        """
        return int((self.faults == fault_number(code)).sum())


def check_epsg(epsg: int) -> None:
    """Refuse a coordinate system that does not exist or cannot be brought to WGS 84.

    Parameters
    ----------
    epsg : int
        An EPSG code.

    Raises
    ------
    InvalidParameter
        When it does not.
    """
    zero = np.zeros(1)
    try:
        transform_xy(zero, zero, from_epsg=epsg, to_epsg=_LONLAT_EPSG)
    except ProjError as cause:
        raise InvalidParameter(
            Text(f"Không có hệ tọa độ EPSG:{epsg}.", f"There is no coordinate system EPSG:{epsg}."),
            Text(
                "WGS 84 là EPSG:4326; VN-2000 Hải Phòng là EPSG:9210, Hà Nội là EPSG:5897.",
                "WGS 84 is EPSG:4326; VN-2000 is EPSG:9210 for Hải Phòng, EPSG:5897 for Hà Nội.",
            ),
        ) from cause


def read_angle(text: str) -> tuple[float, str]:
    r"""Read degrees, with minutes and seconds or with decimals.

    Parameters
    ----------
    text : str
        Such as ``20°56'12"N``, ``20 độ 56 phút``, ``20,9367``.

    Returns
    -------
    tuple of float and str
        Degrees, NaN where not understood; and ``lat``, ``lon`` or an empty string as its letter says.

    Examples
    --------
    >>> angle, axis = read_angle("20°56'12\"N")
    >>> round(angle, 6), axis
    (20.936667, 'lat')
    >>> read_angle("106 độ 30 phút")
    (106.5, '')
    """
    plain = fold(text)
    if _NUMBER.fullmatch(plain):
        return float(plain.replace(",", ".")), ""
    match = _ANGLE.fullmatch(plain)
    if match is None:
        return float("nan"), ""
    degrees, minutes, seconds = (float((match[part] or "0").replace(",", ".")) for part in "dms")
    if minutes >= 60 or seconds >= 60:
        return float("nan"), ""
    letter = match["tail"] or match["head"] or ""
    angle = degrees + minutes / 60 + seconds / 3600
    axis = "lat" if letter in _LATITUDE else "lon" if letter in _LONGITUDE else ""
    return (-angle if match["sign"] == "-" or letter in _NEGATIVE else angle), axis


def read_pair(text: str) -> tuple[float, float]:
    """Read both coordinates from one cell.

    Parameters
    ----------
    text : str
        Latitude before longitude as maps on telephones write it, unless letters say
        otherwise; or ``POINT(lon lat)``.

    Returns
    -------
    tuple of float
        x (longitude) and y (latitude); NaN where not understood.

    Examples
    --------
    >>> read_pair("20.95, 106.31"), read_pair("20,95; 106,31"), read_pair("106°30'E 21°N")
    ((106.31, 20.95), (106.31, 20.95), (106.5, 21.0))
    """
    plain = fold(text).strip("()[]")
    shape = _WKT.fullmatch(f"{plain})" if plain.startswith("point") else plain)
    if shape:
        return read_angle(shape[1])[0], read_angle(shape[2])[0]
    for splitter in (r"\s*;\s*", r"\s*,\s+", r"\s*/\s*", r",", r"\s+", r"(?<=[nsewbdt])\s+"):
        pieces = re.split(splitter, plain)
        if len(pieces) != 2:
            continue
        (first, axis), (second, other) = read_angle(pieces[0]), read_angle(pieces[1])
        if np.isfinite(first) and np.isfinite(second):
            return (first, second) if axis == "lon" or other == "lat" else (second, first)
    return float("nan"), float("nan")


def read_places(
    x: pa.Array | None, y: pa.Array | None, *, pairs: pa.Array | None, epsg: int, region: Bounds | None
) -> Places:
    """Read columns of coordinates.

    Parameters
    ----------
    x, y : pyarrow.Array or None
        Cleaned cells of east (longitude) and north (latitude); None when both stand in one column.
    pairs : pyarrow.Array or None
        Cleaned cells with both.
    epsg : int
        Their coordinate system.
    region : Bounds or None
        Degrees; a place outside is a fault. None takes the whole Earth.

    Returns
    -------
    Places
        An empty cell and the place 0, 0 are no place and no fault.
    """
    if pairs is not None:
        east, north, odd, half = _from_pairs(pairs)
    elif x is not None and y is not None:
        (east, odd_x), (north, odd_y) = _angles(x), _angles(y)
        odd, half = odd_x | odd_y, np.isnan(east) ^ np.isnan(north)
    else:
        raise ValueError("either x and y or pairs")
    empty = np.isnan(east) | np.isnan(north) | ((east == 0) & (north == 0))
    lon, lat = _lonlat(east, north, epsg=epsg)
    fits = _fits(lon, lat, region)
    faults = np.zeros(len(east), dtype=np.int8)
    faults[~fits & ~empty] = fault_number("outside_region")
    faults[~_on_earth(lon, lat) & ~empty] = fault_number("coordinates_impossible")
    wrong = ~fits & ~empty
    if wrong.any():
        faults[wrong & _swapped(east, north, epsg=epsg, region=region)] = fault_number("axes_swapped")
    faults[half] = fault_number("coordinates_incomplete")
    faults[odd] = fault_number("coordinates_unreadable")
    gone = empty | (faults != 0)
    return Places(np.where(gone, np.nan, lon), np.where(gone, np.nan, lat), faults)


def _angles(cells: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    values, odd = numbers_of(cells)
    if odd.any():
        texts = cells.filter(pa.array(odd)).to_pylist()
        values = values.copy()
        values[odd] = [read_angle(text)[0] for text in texts]
        nowhere = np.array([fold(text) in _NOWHERE for text in texts])
        odd[odd] = np.isnan(values[odd]) & ~nowhere
    return values, odd


def _from_pairs(
    cells: pa.Array,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    encoded = cells.dictionary_encode()
    texts = encoded.dictionary.to_pylist()
    read = np.array([read_pair(text) for text in texts], dtype=np.float64).reshape(-1, 2)
    nowhere = np.array([not text or fold(text) in _NOWHERE for text in texts], dtype=np.bool_)
    where = encoded.indices.to_numpy(zero_copy_only=False)
    odd = (np.isnan(read[:, 0]) & ~nowhere)[where]
    return read[where, 0], read[where, 1], odd, np.zeros(len(odd), dtype=np.bool_)


def _lonlat(
    east: NDArray[np.float64], north: NDArray[np.float64], *, epsg: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if epsg == _LONLAT_EPSG:
        return east, north
    return transform_xy(east, north, from_epsg=epsg, to_epsg=_LONLAT_EPSG)


def _on_earth(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(lon) <= 180) & (np.abs(lat) <= 90), dtype=np.bool_)


def _fits(lon: NDArray[np.float64], lat: NDArray[np.float64], region: Bounds | None) -> NDArray[np.bool_]:
    inside = _on_earth(lon, lat)
    if region is not None:
        inside &= (lon >= region.west) & (lon <= region.east) & (lat >= region.south) & (lat <= region.north)
    return inside


def _swapped(
    east: NDArray[np.float64], north: NDArray[np.float64], *, epsg: int, region: Bounds | None
) -> NDArray[np.bool_]:
    # In metres nearly every exchange lands somewhere on Earth, so only a region can tell.
    box = region if region is not None or epsg == _LONLAT_EPSG else VIETNAM
    return _fits(*_lonlat(north, east, epsg=epsg), box)


def refuse_swapped_axes(places: Places) -> None:
    """Refuse a file whose coordinates nearly all fit only when exchanged.

    Parameters
    ----------
    places : Places
        Of the file's first rows.

    Raises
    ------
    AxesSwapped
        When nine rows of ten that have coordinates are swapped.
    """
    swapped = places.count("axes_swapped")
    written = int(places.placed.sum())
    written += places.count("outside_region") + places.count("coordinates_impossible")
    if swapped and swapped >= _NEARLY_ALL * (written + swapped):
        raise AxesSwapped(
            Text(
                "Kinh độ và vĩ độ đổi chỗ cho nhau trong cả tệp; chưa nhập dòng nào.",
                "Longitude and latitude are in each other's place in the whole file; nothing was imported.",
            ),
            Text(
                "Đổi lại bằng --map lon=CỘT --map lat=CỘT. Với VN-2000, X là bắc và Y là đông: lon=Y, lat=X.",
                "Exchange them with --map lon=COLUMN --map lat=COLUMN. In VN-2000, X is north and Y is east: "
                "lon=Y, lat=X.",
            ),
        )
