"""Why a plan cannot be opened, read or added to: one function for each reason, with what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from layers.boundaries.repairs import Repair
from layers.errors import CheckFailed, Conflict, EmptyInput, InvalidParameter, StaleVersion
from layers.planning.arcs import Arc
from layers.records import vi_date
from layers.wording import Text

__all__ = [
    "dirty_base", "no_change_to_publish", "not_readable", "nothing_drawn", "nothing_to_redo", "nothing_to_undo",
    "other_base", "stale", "too_early",
]  # fmt: skip


def nothing_drawn() -> EmptyInput:
    """Say that there is no unit to draw.

    Returns
    -------
    EmptyInput
        The refusal.
    """
    return EmptyInput(
        Text("Không có đơn vị nào có ranh giới để quy hoạch.", "No unit has borders to plan with."),
        Text("Nạp ranh giới bằng “antt boundaries import”.", "Load boundaries with “antt boundaries import”."),
    )


def dirty_base(defects: Sequence[Repair]) -> CheckFailed:
    """Say that the boundaries to start from have defects.

    Parameters
    ----------
    defects : sequence of Repair
        Those that nobody has decided on.

    Returns
    -------
    CheckFailed
        The refusal; the details hold the cards.
    """
    listed = "; ".join(" – ".join(card.names) for card in defects[:3])
    return CheckFailed(
        Text(
            f"Ranh giới gốc còn {len(defects)} chỗ chồng lấn, khoảng trống hoặc không khớp ({listed}).",
            f"The boundaries to start from have {len(defects)} overlaps, gaps or borders that do not agree ({listed}).",
        ),
        Text(
            "Sửa ở trang “Hàng đợi sửa ranh giới”, hoặc bằng “antt boundaries check” và “antt boundaries repair”, "
            "rồi mở lại phương án.",
            "Repair them on the page of the repair queue, or with “antt boundaries check” and "
            "“antt boundaries repair”, then open the plan again.",
        ),
        details={"defects": [card.to_json() for card in defects]},
    )


def no_change_to_publish() -> InvalidParameter:
    """Say that a plan leaves everything as it is.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Phương án không thay đổi đơn vị nào.", "The plan changes no unit."),
        Text("Vẽ ít nhất một thay đổi rồi mới ban hành.", "Make at least one change before publishing."),
    )


def not_readable() -> InvalidParameter:
    """Say that an operation or a plan cannot be read.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Không hiểu nội dung thao tác.", "The operation is not understood."),
        Text("Gửi đủ các trường với tọa độ là số nguyên của lưới 1e-7 độ.",
             "Send every field, with coordinates as whole numbers of the grid of 1e-7 degrees."),
    )  # fmt: skip


def stale(mine: Sequence[Arc], theirs: Sequence[Arc]) -> StaleVersion:
    """Say that somebody changed the same place in the meantime.

    Parameters
    ----------
    mine, theirs : sequence of Arc
        The lines as the operation would make them, and as they are now.

    Returns
    -------
    StaleVersion
        The refusal; the details hold both lines of each arc.
    """
    return StaleVersion(
        Text("Người khác vừa sửa chỗ này.", "Somebody has just changed this place."),
        Text("Xem hai đường rồi vẽ lại trên ranh giới mới nhất.", "Look at both lines and draw again on the newest."),
        details={"mine": [arc.to_json() for arc in mine], "theirs": [arc.to_json() for arc in theirs]},
    )


def nothing_to_undo() -> Conflict:
    """Say that no operation is left to undo.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(Text("Không còn thao tác nào để hoàn tác.", "There is nothing to undo."),
                    Text("Phương án đang ở bản gốc.", "The plan is at its base."))  # fmt: skip


def nothing_to_redo() -> Conflict:
    """Say that no operation was undone last.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text("Không có thao tác nào để làm lại.", "There is nothing to redo."),
        Text("Chỉ làm lại được ngay sau khi hoàn tác.", "Redo works right after undo only."),
    )


def other_base(expected: str, found: str) -> Conflict:
    """Say that a plan was made on other boundaries.

    Parameters
    ----------
    expected, found : str
        Marks of the boundaries of the plan and of those given.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text("Ranh giới gốc đã thay đổi từ khi lập phương án.", "The base boundaries changed since the plan was made."),
        Text("Lập phương án mới trên ranh giới hiện tại.", "Make a new plan on the present boundaries."),
        details={"expected": expected, "found": found},
    )


def too_early(day: dt.date, origins: Sequence[str]) -> Conflict:
    """Say that a plan would be in force before the units it changes.

    Parameters
    ----------
    day : date
        First day of the plan.
    origins : sequence of str
        Outside names of those units.

    Returns
    -------
    Conflict
        The refusal.
    """
    listed = ", ".join(origins[:3])
    return Conflict(
        Text(
            f"Ngày hiệu lực {vi_date(day)} không sau ngày bắt đầu của đơn vị bị thay đổi ({listed}).",
            f"The plan would take effect on {day}, not after units that it changes began ({listed}).",
        ),
        Text("Chọn ngày hiệu lực muộn hơn.", "Choose a later day."),
    )
