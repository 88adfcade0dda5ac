"""Coordinates as offices write them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from layers.errors import AxesSwapped, InvalidParameter
from layers.geo import VIETNAM, Bounds, transform_xy
from layers.incidents.places import Places, check_epsg, read_pair, read_places, refuse_swapped_axes
from layers.incidents.reasons import reason_at


def _read(x: list[str], y: list[str], *, epsg: int = 4326, region: Bounds | None = VIETNAM) -> Places:
    return read_places(pa.array(x), pa.array(y), pairs=None, epsg=epsg, region=region)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        ("106.3125", "20.95"),
        ("106,3125", "20,95"),
        ("106°18'45\"E", "20°57'00\"N"),
        ("106°18.75'", "20°57'"),
        ("106 độ 18 phút 45 giây", "20 độ 57 phút"),
        ("106° 18’ 45” Đông", "20° 57’ Bắc"),
        ("E 106°18'45\"", "N 20°57'"),
    ],
)
def test_a_place_is_understood(x: str, y: str) -> None:
    places = _read([x], [y])
    assert (round(float(places.lon[0]), 6), round(float(places.lat[0]), 6)) == (106.3125, 20.95)


@pytest.mark.parametrize(
    "text",
    ["20.95, 106.3125", "20.95,106.3125", "20.95 106.3125", "20,95; 106,3125", "20,95, 106,3125", "(20.95, 106.3125)",
     "POINT (106.3125 20.95)", "106°18'45\"E 20°57'N", "20°57'N, 106°18'45\"E"],
)  # fmt: skip
def test_both_coordinates_in_one_cell(text: str) -> None:
    lon, lat = read_pair(text)
    assert (round(lon, 6), round(lat, 6)) == (106.3125, 20.95)


@pytest.mark.parametrize("epsg", [9210, 5897, 9209, 3405])
def test_metres_of_vn2000_land_within_a_metre(epsg: int) -> None:
    east, north = transform_xy(np.array([106.3125]), np.array([20.95]), from_epsg=4326, to_epsg=epsg)
    places = _read([f"{east[0]:.2f}"], [f"{north[0]:.2f}"], epsg=epsg)
    assert abs(places.lon[0] - 106.3125) < 1e-6
    assert abs(places.lat[0] - 20.95) < 1e-6


@pytest.mark.parametrize("cell", ["", "0", "không rõ"])
def test_no_place_is_no_fault(cell: str) -> None:
    places = _read([cell], [cell])
    assert not places.placed[0]
    assert places.faults[0] == 0


@pytest.mark.parametrize(
    ("x", "y", "reason"),
    [
        ("20.95", "106.31", "axes_swapped"),
        ("106.31", "", "coordinates_incomplete"),
        ("abc", "20.95", "coordinates_unreadable"),
        ("106°75'", "20°57'", "coordinates_unreadable"),
        ("590000", "2315000", "coordinates_impossible"),
        ("-95.4", "29.7", "outside_region"),
        ("1e400", "20.95", "coordinates_unreadable"),
    ],
)
def test_what_cannot_be_is_said(x: str, y: str, reason: str) -> None:
    places = _read([x, "106.3"], [y, "20.9"])
    assert [reason_at(fault) for fault in places.faults] == [reason, ""]
    assert places.placed.tolist() == [False, True]


def test_without_a_region_every_place_on_earth_is_taken() -> None:
    places = _read(["-95.4", "20.95"], ["29.7", "106.31"], region=None)
    assert [reason_at(fault) for fault in places.faults] == ["", "axes_swapped"]


def test_a_file_with_swapped_axes_is_refused_and_one_row_is_not() -> None:
    with pytest.raises(AxesSwapped):
        refuse_swapped_axes(_read(["20.9"] * 19 + ["106.3"], ["106.3"] * 19 + ["20.9"]))
    refuse_swapped_axes(_read(["20.9"] + ["106.3"] * 19, ["106.3"] + ["20.9"] * 19))


def test_the_official_order_of_vn2000_is_named_when_it_is_met() -> None:
    with pytest.raises(AxesSwapped) as caught:
        refuse_swapped_axes(_read(["2315000"] * 3, ["590000"] * 3, epsg=9210))
    assert "lon=Y, lat=X" in caught.value.hint.vi


def test_an_unknown_coordinate_system_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="EPSG:999999"):
        check_epsg(999999)
