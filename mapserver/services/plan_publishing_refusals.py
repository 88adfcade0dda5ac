"""Why a plan cannot be published: one function for each reason, with what to do next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from layers.boundaries.repairs import Repair
from layers.errors import CheckFailed, Conflict, InvalidParameter
from layers.records import vi_date
from layers.wording import Text

__all__ = ["before_its_base", "begun_already", "code_taken", "not_approved", "unresolved", "without_decree"]


def not_approved() -> Conflict:
    """Say that the borders are not those that were approved.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text("Ranh giới hiện tại của phương án chưa được phê duyệt.", "The plan's present borders are not approved."),
        Text("Trình duyệt lại rồi mới ban hành.", "Have them approved, then publish."),
    )


def without_decree() -> InvalidParameter:
    """Say that wards are changed by a document only.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Địa giới xã, phường chỉ thay đổi theo văn bản của cấp có thẩm quyền.",
             "Borders of wards are changed by a document of the authority only."),
        Text("Nêu số văn bản, ví dụ “NQ 1669/NQ-UBTVQH15”.", "Name the document, such as “NQ 1669/NQ-UBTVQH15”."),
    )  # fmt: skip


def unresolved(defects: Sequence[Repair]) -> CheckFailed:
    """Say that the resulting units overlap, leave gaps or do not agree.

    Parameters
    ----------
    defects : sequence of Repair
        What is wrong.

    Returns
    -------
    CheckFailed
        The refusal; the details hold the cards.
    """
    listed = "; ".join(" – ".join(card.names) for card in defects[:3])
    return CheckFailed(
        Text(f"Ranh giới mới còn {len(defects)} chỗ lỗi chưa xử lý ({listed}).",
             f"The new borders have {len(defects)} defects that nobody decided on ({listed})."),
        Text("Sửa phương án ở những chỗ đó rồi trình duyệt lại.", "Mend the plan there and have it approved again."),
        details={"defects": [card.to_json() for card in defects]},
    )  # fmt: skip


def before_its_base(day: dt.date, base: dt.date) -> Conflict:
    """Say that a plan would take the borders away that it starts from.

    Parameters
    ----------
    day : date
        First day of the plan.
    base : date
        Day of the borders it starts from.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text(f"Ngày hiệu lực {vi_date(day)} không sau ngày của ranh giới gốc ({vi_date(base)}).",
             f"The first day {day} does not come after the day of the base boundaries ({base})."),
        Text("Chọn ngày muộn hơn, hoặc lập phương án trên ranh giới của ngày sớm hơn.",
             "Choose a later day, or make the plan on the boundaries of an earlier one."),
    )  # fmt: skip


def begun_already(day: dt.date, names: Sequence[str], *, until: dt.date) -> Conflict:
    """Say that a unit of the plan ends or changes by something else that is recorded.

    Parameters
    ----------
    day : date
        First day of the plan.
    names : sequence of str
        Outside names of those units.
    until : date
        Day on which the first of them ends.

    Returns
    -------
    Conflict
        The refusal.
    """
    listed = ", ".join(names[:3])
    return Conflict(
        Text(f"Đơn vị {listed} đã có thay đổi khác từ ngày {vi_date(until)}; không ban hành được từ {vi_date(day)}.",
             f"The unit {listed} is changed by something else from {until}; the plan cannot begin on {day}."),
        Text("Lập phương án mới trên ranh giới của ngày đó.", "Make a new plan on the borders of that day."),
    )  # fmt: skip


def code_taken(names: Sequence[str]) -> Conflict:
    """Say that a code of a new unit is another unit's.

    Parameters
    ----------
    names : sequence of str
        Outside names of the units that have it.

    Returns
    -------
    Conflict
        The refusal.
    """
    listed = ", ".join(names[:3])
    return Conflict(
        Text(f"Mã của đơn vị mới đang là của đơn vị khác ({listed}).",
             f"The code of a new unit belongs to another unit ({listed})."),
        Text("Đổi mã của đơn vị mới trong phương án.", "Give the new unit another code in the plan."),
    )  # fmt: skip
