"""Why an edit of a plan is refused: one function for each reason, with what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layers.errors import Conflict, GeometryWrong, InvalidParameter, NotFound
from layers.planning.arcs import Arc
from layers.planning.grid import Place, from_grid
from layers.wording import Text

__all__ = [
    "apart", "does_not_divide", "emptied", "locked", "meets_itself", "meets_others", "needs_vertex", "no_change",
    "no_such", "no_such_type", "not_inside", "not_valid", "off_border", "other_parent", "taken", "whole_unit",
]  # fmt: skip


def _at(place: Place) -> dict[str, object]:
    lon, lat = from_grid(place).tolist()
    return {"lon": lon, "lat": lat}


def no_such(what: Text, name: str) -> NotFound:
    """Say that the plan has no such arc, node or unit.

    Parameters
    ----------
    what : Text
        Its kind.
    name : str
        What was asked for.

    Returns
    -------
    NotFound
        The refusal.
    """
    return NotFound(
        Text(f"Phương án không có {what.vi} “{name}”.", f"The plan has no {what.en} “{name}”."),
        Text("Tải lại phương án; người khác có thể vừa sửa chỗ này.",
             "Load the plan again; somebody may just have changed this place."),
    )  # fmt: skip


def locked(arc: Arc) -> InvalidParameter:
    """Say that an arc is locked.

    Parameters
    ----------
    arc : Arc
        The arc.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Đoạn này là ranh giới ngoài của tỉnh hoặc phường, xã; phương án không được sửa.",
             "This is the outer border of the province or ward, which a plan must not move."),
        Text("Chỉ vẽ lại ranh giới giữa hai đơn vị cùng một tỉnh hoặc cùng một phường, xã.",
             "Redraw borders between two units of one province or one ward only."),
        details={"arc": arc.id},
    )  # fmt: skip


def off_border(place: Place) -> GeometryWrong:
    """Say that a line does not begin or end on the border.

    Parameters
    ----------
    place : tuple of int
        Its end, cells.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    return GeometryWrong(
        Text("Đường vẽ phải bắt đầu và kết thúc trên ranh giới đang sửa.",
             "The line must begin and end on the border that is being changed."),
        Text("Bấm lại điểm đầu và điểm cuối ngay trên đường ranh.",
             "Click the first and the last point on the border."),
        details=_at(place),
    )  # fmt: skip


def needs_vertex(place: Place) -> GeometryWrong:
    """Say that a cut meets outer border between two of its vertices.

    Parameters
    ----------
    place : tuple of int
        Where, cells.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    return GeometryWrong(
        Text("Trên ranh giới ngoài, đường cắt chỉ được bắt đầu hoặc kết thúc tại một đỉnh có sẵn.",
             "On outer border a cut may begin or end only at a vertex that is there."),
        Text("Bấm vào đỉnh gần nhất của ranh giới ngoài.", "Click the nearest vertex of the outer border."),
        details=_at(place),
    )  # fmt: skip


def meets_itself() -> GeometryWrong:
    """Say that a line crosses or touches itself.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    return GeometryWrong(
        Text("Đường vẽ tự cắt hoặc tự chạm chính nó.", "The line crosses or touches itself."),
        Text("Vẽ lại một đường không tự cắt.", "Draw a line that does not cross itself."),
    )


def meets_others(arcs: Sequence[Arc], names: Iterable[str]) -> GeometryWrong:
    """Say that a line crosses or touches other borders.

    Parameters
    ----------
    arcs : sequence of Arc
        Those borders.
    names : iterable of str
        Names of the units on their sides.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    listed = ", ".join(sorted(names))
    return GeometryWrong(
        Text(f"Đường vẽ cắt hoặc chạm ranh giới khác ({listed}).",
             f"The line crosses or touches other borders ({listed})."),
        Text("Giữ đường vẽ trong phần đất của hai đơn vị hai bên; muốn lấy đất đơn vị khác, dùng “Chuyển một phần”.",
             "Stay on the ground of the two units; to take ground of another, use “Transfer a piece”."),
        details={"arcs": [arc.id for arc in arcs]},
    )  # fmt: skip


def not_valid(names: Iterable[str]) -> GeometryWrong:
    """Say that units would overlap or enclose each other.

    Parameters
    ----------
    names : iterable of str
        Names of the units.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    listed = ", ".join(sorted(names))
    return GeometryWrong(
        Text(f"Đường vẽ vòng qua đất của đơn vị khác, làm ranh giới không còn khớp ({listed}).",
             f"The line goes around ground of another unit, so that borders would not agree ({listed})."),
        Text("Vẽ lại để không bao quanh đơn vị nào.", "Draw a line that does not go around any unit."),
    )  # fmt: skip


def not_inside(name: str) -> GeometryWrong:
    """Say that a cut or a point does not lie in the unit.

    Parameters
    ----------
    name : str
        The unit.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    return GeometryWrong(
        Text(f"Đường hoặc điểm không nằm trong {name}.", f"The line or point does not lie in {name}."),
        Text(f"Vẽ trong phần đất của {name}.", f"Draw on the ground of {name}."),
    )


def does_not_divide(name: str) -> GeometryWrong:
    """Say that a cut leaves the unit in one piece.

    Parameters
    ----------
    name : str
        The unit.

    Returns
    -------
    GeometryWrong
        The refusal.
    """
    return GeometryWrong(
        Text(f"Đường cắt không chia {name} thành hai phần.", f"The cut does not divide {name} into two."),
        Text("Kéo đường cắt từ bên này sang bên kia của đơn vị.", "Draw from one side of the unit to the other."),
    )


def emptied(name: str) -> Conflict:
    """Say that a unit would be left without ground.

    Parameters
    ----------
    name : str
        The unit.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text(f"Thao tác làm {name} không còn đất.", f"The operation would leave {name} without ground."),
        Text("Muốn bỏ một đơn vị, dùng “Gộp đơn vị”.", "To do away with a unit, use “Merge units”."),
    )


def no_such_type(unit_type: str, known: Sequence[str]) -> InvalidParameter:
    """Say that units of this level have no such type.

    Parameters
    ----------
    unit_type : str
        As written.
    known : sequence of str
        Those they may have.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text(f"Không có loại đơn vị “{unit_type}” ở cấp xã.", f"Communes have no type “{unit_type}”."),
        Text(f"Chọn: {', '.join(known)}.", f"Choose one of: {', '.join(known)}."),
    )


def apart(name: str, parts: int, allowed: int) -> Conflict:
    """Say that a unit would lie in more parts than it may.

    Parameters
    ----------
    name : str
        The unit.
    parts, allowed : int
        How many it would have and how many it may have.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text(f"{name} sẽ nằm ở {parts} phần rời nhau (cho phép {allowed}).",
             f"{name} would lie in {parts} separate parts ({allowed} allowed)."),
        Text("Nếu đúng ý, chọn “Cho phép đất rời” rồi làm lại.", "If that is meant, choose “Allow separate parts”."),
        details={"parts": parts, "allowed": allowed},
    )  # fmt: skip


def whole_unit() -> InvalidParameter:
    """Say that a unit cannot be merged with or transferred to itself.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Đơn vị giao và đơn vị nhận phải khác nhau.", "The unit that gives and the one that gets must differ."),
        Text("Chọn hai đơn vị khác nhau.", "Choose two different units."),
    )


def taken(code: str) -> Conflict:
    """Say that the code of a new unit is in use.

    Parameters
    ----------
    code : str
        The code.

    Returns
    -------
    Conflict
        The refusal.
    """
    return Conflict(
        Text(f"Mã “{code}” đã có hoặc để trống.", f"The code “{code}” is in use or empty."),
        Text("Đặt một mã khác cho đơn vị mới.", "Give the new unit another code."),
    )


def no_change() -> InvalidParameter:
    """Say that an operation changes nothing.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text("Thao tác không làm thay đổi gì.", "The operation changes nothing."),
        Text("Vẽ một đường khác đường hiện tại.", "Draw another line than the present one."),
    )


def other_parent(giver: str, taker: str) -> InvalidParameter:
    """Say that ground may not pass from one province or ward to another.

    Parameters
    ----------
    giver, taker : str
        Names of the units.

    Returns
    -------
    InvalidParameter
        The refusal.
    """
    return InvalidParameter(
        Text(f"{giver} và {taker} không cùng một tỉnh hoặc phường, xã.",
             f"{giver} and {taker} are not of one province or ward."),
        Text("Chỉ chuyển đất giữa các đơn vị cùng cấp trên.", "Move ground between units of one parent only."),
    )  # fmt: skip
