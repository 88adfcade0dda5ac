"""A box of degrees as it is written in an address or on a command line."""

from __future__ import annotations

from layers.errors import AxesSwapped, InvalidParameter
from layers.geo import Bounds
from layers.wording import Text

__all__ = ["bad_box", "box_of"]


def box_of(text: str, name: str) -> Bounds | None:
    """Read a box.

    Parameters
    ----------
    text : str
        Four numbers of degrees; empty for none.
    name : str
        What it is called, for the refusal.

    Returns
    -------
    Bounds or None
        None when not given.

    Raises
    ------
    InvalidParameter
        When it is not four numbers of degrees.
    AxesSwapped
        When it holds latitude first.
    """
    if not text:
        return None
    try:
        box = Bounds(*(float(part) for part in text.split(",")))
    except (ValueError, TypeError) as problem:
        raise bad_box(text, name) from problem
    if abs(box.south) > 90 or abs(box.north) > 90:
        raise AxesSwapped(
            Text(f"{name} có vĩ độ và kinh độ đổi chỗ.", f"The {name} has latitude and longitude swapped."),
            Text("Viết tây,nam,đông,bắc: kinh độ trước.", "Write west,south,east,north: longitude first."),
        )
    if not (-180 <= box.west < box.east <= 180 and box.south < box.north):
        raise bad_box(text, name)
    return box


def bad_box(text: str, name: str) -> InvalidParameter:
    """Make the refusal of a box.

    Parameters
    ----------
    text : str
        As written.
    name : str
        What it is called.

    Returns
    -------
    InvalidParameter
        Says how a box is written.
    """
    return InvalidParameter(
        Text(f"Không hiểu {name} “{text}”.", f"The {name} “{text}” is not understood."),
        Text("Viết bốn số độ: tây,nam,đông,bắc.", "Write four numbers of degrees: west,south,east,north."),
    )
