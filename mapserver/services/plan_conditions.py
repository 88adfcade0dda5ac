"""What has to hold before a plan is touched: its state, the ground of who asks, fit names."""

from __future__ import annotations

from layers.access.policy import Action
from layers.access.viewer import Viewer
from layers.errors import Conflict, Forbidden, InvalidParameter, StaleVersion
from layers.incidents.values import mask_personal
from layers.wording import Text, nfc, storable
from mapserver.services.plan_bases import PlanBases
from mapserver.services.plan_records import STATES, PlanRecord

__all__ = [
    "covers",
    "fit_decree",
    "fit_name",
    "is_by",
    "may",
    "refuse_other_version",
    "require_draft",
    "require_ground",
]

_LONGEST_NAME = 160
_LONGEST_DECREE = 200


def fit_name(name: str) -> str:
    """Make the name of a plan fit to be kept.

    Parameters
    ----------
    name : str
        As written.

    Returns
    -------
    str
        Form NFC, identity-card and telephone numbers masked.

    Raises
    ------
    InvalidParameter
        When nothing is left of it, or it is too long.

    Examples
    --------
    >>> fit_name("  Phương án   1 ")
    'Phương án 1'
    """
    said = mask_personal(nfc(storable(name)))
    if not said or len(said) > _LONGEST_NAME or not said.isprintable():
        raise InvalidParameter(
            Text("Tên phương án trống hoặc không dùng được.", "The name of the plan is empty or cannot be used."),
            Text(f"Viết tên từ 1 đến {_LONGEST_NAME} ký tự.", f"Write 1 to {_LONGEST_NAME} characters."),
        )
    return said


def fit_decree(decree: str) -> str | None:
    """Make the name of a document fit to be kept.

    Parameters
    ----------
    decree : str
        As written; empty where there is none.

    Returns
    -------
    str or None
        Form NFC; None when nothing is left of it.

    Raises
    ------
    InvalidParameter
        When it is too long or cannot be printed.

    Examples
    --------
    >>> fit_decree(" NQ  1669/NQ-UBTVQH15 "), fit_decree(" ")
    ('NQ 1669/NQ-UBTVQH15', None)
    """
    said = nfc(storable(decree))
    if len(said) > _LONGEST_DECREE or not said.isprintable():
        raise InvalidParameter(
            Text("Số văn bản quá dài hoặc có ký tự không in được.",
                 "The document is too long or has characters that cannot be printed."),
            Text(f"Viết không quá {_LONGEST_DECREE} ký tự, ví dụ “NQ 1669/NQ-UBTVQH15”.",
                 f"Write at most {_LONGEST_DECREE} characters, such as “NQ 1669/NQ-UBTVQH15”."),
        )  # fmt: skip
    return said or None


def require_draft(record: PlanRecord) -> None:
    """Refuse to edit a plan that is no draft any more.

    Parameters
    ----------
    record : PlanRecord
        The plan.

    Raises
    ------
    Conflict
        When it is not.
    """
    if record.state != "draft":
        said = STATES[record.state]
        branch = Text("Tách một phương án mới từ nó.", "Branch a new plan from it.")
        back = Text("Trả lại để sửa, hoặc tách một phương án mới từ nó.", "Return it to draft, or branch a new plan.")
        raise Conflict(
            Text(f"Phương án đang ở trạng thái “{said.vi}” nên không sửa được.",
                 f"The plan is in the state “{said.en}” and cannot be edited."),
            branch if record.state == "scheduled" else back,
            details={"state": record.state},
        )  # fmt: skip


def refuse_other_version(record: PlanRecord, row_version: int) -> None:
    """Refuse a change that was made on another version of the plan.

    Parameters
    ----------
    record : PlanRecord
        The plan as it is.
    row_version : int
        The version that was looked at.

    Raises
    ------
    StaleVersion
        When they differ.
    """
    if record.row_version != row_version:
        raise StaleVersion(
            Text("Phương án vừa có người thay đổi.", "Somebody has just changed the plan."),
            Text("Tải lại, xem thay đổi rồi làm lại.", "Load it again, look at the change, then do it again."),
            details={"expected": row_version, "found": record.row_version},
        )


def covers(viewer: Viewer, bases: PlanBases, record: PlanRecord) -> bool:
    """Say whether somebody answers for all ground of a plan.

    Parameters
    ----------
    viewer : Viewer
        Who asks.
    bases : PlanBases
        Know which wards it is about.
    record : PlanRecord
        The plan.

    Returns
    -------
    bool
        Always true for whoever answers for everywhere.
    """
    return viewer.area is None or viewer.is_inside(bases.ground(record.level, record.parent, record.base_as_of))


def require_ground(viewer: Viewer, bases: PlanBases, record: PlanRecord) -> None:
    """Refuse whoever does not answer for all ground of a plan.

    Parameters
    ----------
    viewer : Viewer
        Who asks.
    bases : PlanBases
        Know which wards it is about.
    record : PlanRecord
        The plan.

    Raises
    ------
    Forbidden
        When some of it is outside the area of responsibility.
    """
    if not covers(viewer, bases, record):
        raise Forbidden(
            Text(f"{record.parent_name} không nằm trọn trong địa bàn bạn phụ trách.",
                 f"{record.parent_name} is not wholly inside your area."),
            Text("Nhờ quản trị viên giao địa bàn, hoặc để nơi phụ trách lập phương án.",
                 "Ask the administrator for the area, or leave the plan to those who answer for it."),
        )  # fmt: skip


def is_by(viewer: Viewer, author: str) -> bool:
    """Say whether something in a plan is somebody's own work, so that another has to approve it.

    Parameters
    ----------
    viewer : Viewer
        Who asks.
    author : str
        Who made the plan, or an entry of it.

    Returns
    -------
    bool
        False without an account: whoever sits at the machine itself is its only user.
    """
    return viewer.account_id is not None and viewer.name == author


def may(viewer: Viewer, bases: PlanBases, record: PlanRecord) -> dict[str, bool]:
    """Tell what somebody may do with a plan now.

    Parameters
    ----------
    viewer : Viewer
        Who asks.
    bases : PlanBases
        Know which wards it is about.
    record : PlanRecord
        The plan.

    Returns
    -------
    dict of str to bool
        ``edit, review, approve, publish, return, branch, comment``.
    """
    here = covers(viewer, bases, record)
    plans, approves = here and viewer.may(Action.PLAN), here and viewer.may(Action.APPROVE)
    state = record.state
    return {
        "edit": plans and state == "draft",
        "review": plans and state == "draft",
        "approve": approves and state == "in_review" and not is_by(viewer, record.author),
        "publish": approves and state == "approved",
        "return": (state == "in_review" and plans) or (state in {"in_review", "approved"} and approves),
        "branch": plans,
        "comment": viewer.may(Action.PLAN) or viewer.may(Action.APPROVE),
    }
