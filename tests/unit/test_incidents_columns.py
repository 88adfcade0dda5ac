"""Headers of real offices find their fields."""

from __future__ import annotations

import pytest

from layers.errors import InvalidParameter
from layers.incidents.columns import dropped, guess_mapping, with_overrides


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            "occurred_at offense premise lon lat",
            {"occurred_at": "occurred_at", "category": "offense", "lon": "lon", "lat": "lat"},
        ),
        (
            "SỐ HỒ SƠ|Ngày xảy ra|Giờ|Loại vụ việc|Mức độ|Trạng thái|Kinh độ|Vĩ độ|Phường, xã|Họ tên",
            {
                "source_ref": "SỐ HỒ SƠ",
                "occurred_at": "Ngày xảy ra",
                "occurred_time": "Giờ",
                "category": "Loại vụ việc",
                "severity": "Mức độ",
                "status": "Trạng thái",
                "lon": "Kinh độ",
                "lat": "Vĩ độ",
                "reported_unit": "Phường, xã",
            },
        ),
        (
            "Mã vụ|Thời gian xảy ra|Loại|Tọa độ",
            {"source_ref": "Mã vụ", "occurred_at": "Thời gian xảy ra", "category": "Loại", "coordinates": "Tọa độ"},
        ),
        ("id Date Time Type Longitude Latitude", {
            "source_ref": "id", "occurred_at": "Date", "occurred_time": "Time", "category": "Type",
            "lon": "Longitude", "lat": "Latitude",
        }),
        ("Ngày|Thời gian|X|Y", {"occurred_at": "Ngày", "occurred_time": "Thời gian", "lon": "X", "lat": "Y"}),
        ("Ngày xảy ra vụ việc|Kinh độ (WGS84)|Vĩ độ (WGS84)", {
            "occurred_at": "Ngày xảy ra vụ việc", "lon": "Kinh độ (WGS84)", "lat": "Vĩ độ (WGS84)",
        }),
    ],
)  # fmt: skip
def test_headers_are_understood(headers: str, expected: dict[str, str]) -> None:
    columns = headers.split("|") if "|" in headers else headers.split()
    assert guess_mapping(columns) == expected


def test_columns_without_a_field_are_listed() -> None:
    columns = ["Ngày", "Họ tên", "CCCD", "lon", "lat"]
    assert dropped(columns, guess_mapping(columns)) == ["Họ tên", "CCCD"]


def test_an_override_wins_and_frees_what_the_column_was_guessed_for() -> None:
    columns = ["Ngày", "x", "y", "Đông", "Bắc"]
    mapping = with_overrides(guess_mapping(columns), {"lon": "Đông", "lat": "bac"}, columns)
    assert (mapping["lon"], mapping["lat"]) == ("Đông", "Bắc")
    swapped = with_overrides(guess_mapping(columns), {"lon": "y", "lat": "x"}, columns)
    assert (swapped["lon"], swapped["lat"]) == ("y", "x")
    assert "lon" not in with_overrides(guess_mapping(columns), {"lon": ""}, columns)


@pytest.mark.parametrize(("overrides", "said"), [({"person": "a"}, "occurred_at"), ({"lon": "Tây"}, "kinh độ")])
def test_an_unknown_name_is_answered_with_those_that_are_known(overrides: dict[str, str], said: str) -> None:
    with pytest.raises(InvalidParameter) as caught:
        with_overrides({}, overrides, ["kinh độ", "vĩ độ"])
    assert said in caught.value.hint.vi
