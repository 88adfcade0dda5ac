"""The day of a change held against the versions that are loaded: a table dated wrongly is refused whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from layers.boundaries.lineage_table import LineageRow
from layers.boundaries.values import split_name
from layers.errors import Conflict, InvalidParameter
from layers.records import vi_date
from layers.wording import Text, fold

__all__ = ["in_force_before", "plain_name", "refuse_misdated", "refuse_mostly_early", "too_early"]

# So few rows may well be mistakes of their own; of a whole table the day is the mistake.
_FEWEST_OF_A_TABLE = 20

_Units = Sequence[Mapping[str, object]]


def plain_name(text: str) -> str:
    """Write a unit's name so that two spellings of it are equal.

    Parameters
    ----------
    text : str
        With or without its type.

    Returns
    -------
    str
        Folded, without its type.

    Examples
    --------
    >>> plain_name("Phường Tân Bình"), plain_name("tân bình")
    ('tan binh', 'tan binh')
    """
    return fold(split_name(text, "")[0])


def refuse_misdated(rows: Iterable[LineageRow], units: Mapping[str, _Units], on: dt.date) -> None:
    """Refuse a change before whose day its new units are loaded already.

    Most codes of 2025 belonged to another unit before. Units loaded from an earlier day than that of the table
    would be taken for the old units of the same codes.

    Parameters
    ----------
    rows : iterable of LineageRow
        The table.
    units : mapping of str to sequence of mapping
        Code -> the versions loaded: ``name, valid_from, valid_to``.
    on : date
        The day of the change.

    Raises
    ------
    Conflict
        When, of the codes that changed hands, more are in force before the day under the new name than the old.
    """
    rows = list(rows)
    old = {row.old_key: plain_name(row.old_name) for row in rows}
    new = {row.new_code: plain_name(row.new_name) for row in rows}
    changed = [code for code, name in new.items() if old.get(code, name) != name]
    before = [(code, unit) for code in changed for unit in units.get(code, ()) if in_force_before(unit, on)]
    early = [str(unit["valid_from"]) for code, unit in before if fold(str(unit["name"])) == new[code]]
    held = sum(fold(str(unit["name"])) == old[code] for code, unit in before)
    if len(early) > held:
        raise _loaded_early(len(early), dt.date.fromisoformat(min(early)), on)


def too_early(on: dt.date, known_from: dt.date) -> InvalidParameter:
    """Refuse a change that does not lie behind the beginning of the old units.

    Parameters
    ----------
    on, known_from : date
        The day of the change, and the first day of the old units.

    Returns
    -------
    InvalidParameter
        To be raised.
    """
    return InvalidParameter(
        Text(
            f"Ngày thay đổi {vi_date(on)} không sau ngày {vi_date(known_from)} của các đơn vị cũ.",
            f"The day of the change, {on}, is not after {known_from}, when the old units began.",
        ),
        Text(
            "Đổi --on hoặc --known-from: đơn vị cũ phải có trước khi thay đổi.",
            "Change --on or --known-from: the old units must exist before the change.",
        ),
    )


def refuse_mostly_early(early: int, rows: int, on: dt.date) -> None:
    """Refuse a table of which most rows lie before their old units began: its day is wrong.

    Taking the few rows that are left would fill the store with units that never existed.

    Parameters
    ----------
    early, rows : int
        Rows that lie before their old units began, and all rows.
    on : date
        The day of the change.

    Raises
    ------
    Conflict
        When that is most of a table.

    Examples
    --------
    >>> refuse_mostly_early(3, 10_571, dt.date(2025, 7, 1))
    """
    if rows >= _FEWEST_OF_A_TABLE and 2 * early > rows:
        raise Conflict(
            Text(
                f"Ngày thay đổi {vi_date(on)} sai: {early} trong {rows} dòng có đơn vị cũ bắt đầu sau ngày đó.",
                f"The day of the change, {on}, is wrong: in {early} of {rows} rows the old unit begins after it.",
            ),
            Text("Đổi --on thành ngày các đơn vị mới có hiệu lực.", "Change --on to the day the new units begin."),
        )


def in_force_before(unit: Mapping[str, object], on: dt.date) -> bool:
    """Tell whether a version began before a day and lasted until then.

    Parameters
    ----------
    unit : mapping
        With ``valid_from`` and ``valid_to``, ISO dates; the latter may be missing.
    on : date
        The day of a change.

    Returns
    -------
    bool
        Whether the change finds it in force.

    Examples
    --------
    >>> in_force_before({"valid_from": "2025-01-01", "valid_to": None}, dt.date(2025, 7, 1))
    True
    """
    day, until = on.isoformat(), unit["valid_to"]
    return str(unit["valid_from"]) < day and (not isinstance(until, str) or until >= day)


def _loaded_early(count: int, since: dt.date, on: dt.date) -> Conflict:
    return Conflict(
        Text(
            f"{count} đơn vị mới của bảng đã nạp từ ngày {vi_date(since)}, trước ngày thay đổi {vi_date(on)}.",
            f"{count} new units of the table are loaded from {since}, before the day of the change, {on}.",
        ),
        Text(
            f"Dùng --on {since}, hoặc nạp lại ranh giới mới với --valid-from {on} vào một kho mới.",
            f"Use --on {since}, or import the new boundaries with --valid-from {on} into a new store.",
        ),
    )
