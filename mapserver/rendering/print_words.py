"""The words of the printed sheet, and how it writes numbers, dates and coordinates."""

from __future__ import annotations

import datetime as dt
import math

from layers.geo import TM3_MERIDIAN_BY_EPSG
from layers.records import vi_date
from layers.wording import Text

__all__ = ["WORDS", "crs_name", "degrees", "moment", "number", "short_number"]

WORDS: dict[str, Text] = {
    "arrow": Text("B", "N"),
    "boundary": Text("Ranh giới phường, xã, đặc khu", "Ward and commune boundaries"),
    "boundary_outer": Text("Ranh giới ngoài của khu vực", "Outer boundary of the area"),
    "cameras": Text("Camera giám sát", "Cameras"),
    "column_count": Text("Số vụ", "Incidents"),
    "column_rate": Text("/10.000 dân", "/10,000 people"),
    "column_unit": Text("Đơn vị", "Unit"),
    "counts": Text("Số vụ theo phường, xã", "Incidents by ward"),
    "counts_key": Text("vụ", "incidents"),
    "density": Text("Mật độ vụ việc (vụ/km²)", "Incident density (per km²)"),
    "density_key": Text("bán kính làm mịn {bandwidth} m", "bandwidth {bandwidth} m"),
    "detached": Text("Cùng tỉ lệ, đặt lệch vị trí", "Same scale, moved from its place"),
    "hotspots": Text("Điểm nóng", "Hotspots"),
    "incidents": Text("Vụ việc theo nhóm", "Incidents by group"),
    "inset": Text("Việt Nam", "Việt Nam"),
    "left_out": Text("Nằm ngoài khung bản đồ", "Outside the map"),
    "legend": Text("Chú giải", "Legend"),
    "more": Text("và {count} đơn vị khác: {total} vụ", "and {count} other units: {total}"),
    "no_data": Text("chưa có dân số", "no population"),
    "none": Text("0", "0"),
    "period": Text("Thời gian", "Period"),
    "placed": Text("{count} vụ có vị trí", "{count} with a place"),
    "printed": Text("In lúc", "Printed"),
    "rates": Text("Số vụ trên 10.000 dân", "Incidents per 10,000 people"),
    "safezones": Text("Mô hình bảo đảm an ninh, trật tự", "Community-safety models"),
    "scale": Text("Tỉ lệ", "Scale"),
    "sea": Text("Biển Đông", "East Sea"),
    "source": Text("Nguồn", "Source"),
    "table": Text("Đơn vị có nhiều vụ nhất", "Units with most incidents"),
    "total": Text("vụ trong kỳ", "incidents in the period"),
    "unplaced": Text("{count} vụ chưa rõ vị trí", "{count} without a place"),
    "version": Text("Phiên bản dữ liệu", "Data version"),
    "vintage": Text("Ranh giới", "Boundaries"),
}

_TO_VIETNAMESE = str.maketrans(",.", ".,")


def number(value: float, language: str, *, decimals: int = 0) -> str:
    """Write a number.

    Parameters
    ----------
    value : float
        The number.
    language : str
        ``en``; anything else is Vietnamese.
    decimals : int
        Digits after the decimal mark.

    Returns
    -------
    str
        Thousands grouped.

    Examples
    --------
    >>> number(1234.5, "vi", decimals=1), number(1234.5, "en", decimals=1), number(-0.0, "vi")
    ('1.234,5', '1,234.5', '0')
    """
    written = f"{value + 0.0:,.{decimals}f}"
    return written if language == "en" else written.translate(_TO_VIETNAMESE)


def short_number(value: float, language: str) -> str:
    """Write a class break: whole where it is whole, else with two significant digits.

    Parameters
    ----------
    value : float
        The number.
    language : str
        ``en``; anything else is Vietnamese.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> [short_number(value, "vi") for value in (1200.0, 12.4, 3.0, 3.25, 0.047, 0.0)]
    ['1.200', '12', '3', '3,2', '0,047', '0']
    """
    whole = value == round(value) or value >= 10
    decimals = 0 if whole else 1 - math.floor(math.log10(value))
    return number(value, language, decimals=decimals)


def moment(when: dt.datetime, language: str) -> str:
    """Write a moment to the minute.

    Parameters
    ----------
    when : datetime
        In the time zone to be shown.
    language : str
        ``en``; anything else is Vietnamese.

    Returns
    -------
    str
        Hour and date.

    Examples
    --------
    >>> moment(dt.datetime(2026, 11, 21, 8, 5), "vi")
    '08:05, 21/11/2026'
    """
    return f"{when:%Y-%m-%d %H:%M}" if language == "en" else f"{when:%H:%M}, {vi_date(when.date())}"


def degrees(value: float, language: str, *, axis: str) -> str:
    """Write a longitude or latitude to the minute.

    Parameters
    ----------
    value : float
        Degrees.
    language : str
        ``en``; anything else is Vietnamese.
    axis : str
        ``lon`` or ``lat``.

    Returns
    -------
    str
        Degrees and minutes with the side of the world.

    Examples
    --------
    >>> degrees(106.5, "vi", axis="lon"), degrees(20.75, "en", axis="lat")
    ("106°30'Đ", "20°45'N")
    """
    sides = {("lon", True): Text("Đ", "E"), ("lon", False): Text("T", "W"),
             ("lat", True): Text("B", "N"), ("lat", False): Text("N", "S")}  # fmt: skip
    minutes = round(abs(value) * 60)
    return f"{minutes // 60}°{minutes % 60:02d}'{sides[axis, value >= 0].in_language(language)}"


def crs_name(epsg: int, language: str) -> str:
    """Name the system a map is drawn in.

    Parameters
    ----------
    epsg : int
        Its EPSG code.
    language : str
        ``en``; anything else is Vietnamese.

    Returns
    -------
    str
        For a VN-2000 zone with its central meridian.

    Examples
    --------
    >>> crs_name(9213, "vi")
    "VN-2000 / TM-3, kinh tuyến trục 106°30'"
    """
    meridian = TM3_MERIDIAN_BY_EPSG.get(epsg)
    if meridian is None:
        return f"EPSG:{epsg}"
    text = degrees(meridian, language, axis="lon")[:-1]
    return Text(f"VN-2000 / TM-3, kinh tuyến trục {text}", f"VN-2000 / TM-3, meridian {text}").in_language(language)
