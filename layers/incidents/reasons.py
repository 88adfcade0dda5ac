"""Why a row is quarantined: stable codes and what they mean."""

from __future__ import annotations

from layers.boundaries.lineage import REASONS as LINEAGE_REASONS
from layers.wording import Text

__all__ = ["REASONS", "fault_number", "reason_at", "reason_text"]

REASONS: dict[str, Text] = {
    "wrong_field_count": Text("Số ô khác với dòng tiêu đề.", "The number of cells is not that of the header."),
    "undecodable_text": Text("Có ký tự không giải mã được.", "Some characters cannot be decoded."),
    "time_missing": Text("Thiếu ngày xảy ra.", "The date is missing."),
    "time_unreadable": Text("Không hiểu ngày, giờ.", "The date or time is not understood."),
    "date_impossible": Text(
        "Không có ngày này, hoặc năm quá xa (ngày viết theo thứ tự ngày/tháng/năm).",
        "There is no such date, or its year is too far off (dates are read as day/month/year).",
    ),
    "end_unreadable": Text("Không hiểu thời điểm kết thúc.", "The time of the end is not understood."),
    "end_before_start": Text("Kết thúc không sau khi xảy ra.", "The end does not lie behind the beginning."),
    "time_in_future": Text("Ngày ở tương lai.", "The date lies in the future."),
    "reported_time_unreadable": Text("Không hiểu thời điểm báo tin.", "The time of the report is not understood."),
    "coordinates_unreadable": Text("Không hiểu tọa độ.", "The coordinates are not understood."),
    "coordinates_incomplete": Text("Chỉ có một trong hai tọa độ.", "Only one of the two coordinates is there."),
    "coordinates_impossible": Text("Tọa độ không có trên Trái đất.", "There is no such place on Earth."),
    "axes_swapped": Text("Kinh độ và vĩ độ đổi chỗ cho nhau.", "Longitude and latitude are in each other's place."),
    "outside_region": Text("Vị trí nằm ngoài khu vực của kho dữ liệu.", "The place is outside the store's region."),
    "accuracy_unreadable": Text("Sai số vị trí không phải là số mét.", "The location accuracy is not in metres."),
    "repeated_reference": Text(
        "Số hồ sơ đã có trong tệp này với nội dung khác.",
        "The reference occurs in this file before, with other values.",
    ),
    "changed_record": Text(
        "Số hồ sơ đã có trong kho với nội dung khác.",
        "The reference is in the store already, with other values.",
    ),
    "outside_area": Text(
        "Ngoài địa bàn phụ trách của người nạp tệp; quản trị viên nạp lại được.",
        "Outside the area of whoever imports the file; an administrator can try it again.",
    ),
    "kind_unknown": Text("Không có loại mô hình này.", "There is no such kind of model."),
    "value_missing": Text("Thiếu giá trị bắt buộc.", "A needed value is missing."),
    "value_unreadable": Text("Giá trị không đúng kiểu.", "A value is not of the kind needed."),
    "place_missing": Text("Thiếu vị trí.", "The place is missing."),
    "geometry_wrong": Text("Hình không đúng loại hoặc không hợp lệ.", "The geometry is of another kind or not valid."),
}


_CODES = ("", *REASONS)
_NUMBERS = {code: number for number, code in enumerate(_CODES)}


def fault_number(code: str) -> int:
    """Give a reason a number, so that a million rows keep theirs in one byte each.

    Parameters
    ----------
    code : str
        A key of ``REASONS``, or empty for no fault.

    Returns
    -------
    int
        0 for no fault. The numbers are not stable; the codes are.

    Examples
    --------
    >>> fault_number(""), reason_at(fault_number("time_missing"))
    (0, 'time_missing')
    """
    return _NUMBERS[code]


def reason_at(number: int) -> str:
    """Give the code back that a number stands for.

    Parameters
    ----------
    number : int
        As `fault_number` gives it.

    Returns
    -------
    str
        The code.
    """
    return _CODES[number]


def reason_text(code: str) -> Text:
    """Say a reason in words.

    Parameters
    ----------
    code : str
        A key of ``REASONS``, or of those of a table of old and new units.

    Returns
    -------
    Text
        The sentence; the code itself where it is not known.

    Examples
    --------
    >>> reason_text("time_missing").vi
    'Thiếu ngày xảy ra.'
    >>> reason_text("lineage_code_missing").en
    'The code of the old or the new unit is missing.'
    """
    return REASONS.get(code) or LINEAGE_REASONS.get(code) or Text(code, code)
