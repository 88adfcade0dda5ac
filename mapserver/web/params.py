"""Text to a typed request: the one place where an address is read, and refused when it is not understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from layers.errors import InvalidParameter
from layers.geo import VIETNAM, Bounds
from layers.records import Filter, Period, UnitRef
from layers.wording import Text
from mapserver.services.boxes import bad_box, box_of

__all__ = [
    "FILTER_NAMES",
    "VINTAGE_NAMES",
    "bandwidth_m",
    "counter_of",
    "day_of",
    "extent_of",
    "filter_of",
    "language_of",
    "layers_of",
    "only",
    "search_text",
    "yes_or_no",
]

VINTAGE_NAMES = frozenset({"as_of", "lang"})
FILTER_NAMES = frozenset({"as_of", "from", "to", "category", "unit", "bbox", "severity", "status", "lang"})
_LONGEST_SEARCH = 200
# As many digits as the stores count to.
_LONGEST_COUNTER = 18
# About 200 m: a smaller sheet would show nothing but its frame.
_SMALLEST_EXTENT = 0.002

Arguments = MultiDict[str, str]


def only(arguments: Arguments, extra: Iterable[str] = (), *, usual: frozenset[str] = FILTER_NAMES) -> None:
    """Refuse a parameter that this address does not take.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.
    extra : iterable of str
        Names taken beside the usual ones.
    usual : frozenset of str
        The filter's; fewer at an address that does not count incidents.

    Raises
    ------
    InvalidParameter
        Names the parameter and lists those that are taken.
    """
    allowed = usual | set(extra)
    for name in arguments:
        if name not in allowed:
            unknown = Text(f"Không có tham số “{name}”.", f"There is no parameter “{name}”.")
            raise InvalidParameter(unknown, _takes(allowed))


def counter_of(text: str) -> int | None:
    """Read a number that a store has counted to: a version or the place of a record.

    Parameters
    ----------
    text : str
        As it was sent.

    Returns
    -------
    int or None
        None when no store counts so.

    Examples
    --------
    >>> counter_of("12"), counter_of("-1"), counter_of("9" * 5000)
    (12, None, None)
    """
    return int(text) if text.isdecimal() and len(text) <= _LONGEST_COUNTER else None


def _takes(names: frozenset[str]) -> Text:
    if not names:
        return Text("Địa chỉ này không nhận tham số nào.", "This address takes no parameters.")
    listed = ", ".join(sorted(names))
    return Text(f"Dùng một trong: {listed}.", f"Use one of: {listed}.")


def filter_of(arguments: Arguments) -> Filter:
    """Read the filter of an address.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.

    Returns
    -------
    Filter
        Typed and checked.

    Raises
    ------
    InvalidParameter
        When a value is not understood.
    AxesSwapped
        When the box holds latitude first.
    """
    unit = arguments.get("unit", "").strip()
    return Filter(
        as_of=day_of(arguments, "as_of"),
        period=Period(day_of(arguments, "from"), day_of(arguments, "to")),
        categories=_listed(arguments, "category"),
        severities=_listed(arguments, "severity"),
        statuses=_listed(arguments, "status"),
        unit=UnitRef.parse(unit) if unit else None,
        bounds=box_of(arguments.get("bbox", "").strip(), "bbox"),
    )


def language_of(arguments: Arguments, default: str) -> str:
    """Read the language asked for.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.
    default : str
        Used when none is asked for.

    Returns
    -------
    str
        ``vi`` or ``en``.

    Raises
    ------
    InvalidParameter
        When another language is asked for.
    """
    language = arguments.get("lang", default)
    if language not in {"vi", "en"}:
        raise InvalidParameter(
            Text(f"Không có ngôn ngữ “{language}”.", f"There is no language “{language}”."),
            Text("Dùng lang=vi hoặc lang=en.", "Use lang=vi or lang=en."),
        )
    return language


def bandwidth_m(arguments: Arguments) -> float | None:
    """Read the bandwidth of a density.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.

    Returns
    -------
    float or None
        Metres; None when not given.

    Raises
    ------
    InvalidParameter
        When it is not a number above zero.
    """
    text = arguments.get("bandwidth_m", "").strip()
    if not text:
        return None
    try:
        width = float(text)
    except ValueError:
        width = 0.0
    if not 0 < width < float("inf"):
        raise InvalidParameter(
            Text(f"Bán kính “{text}” không dùng được.", f"The bandwidth “{text}” cannot be used."),
            Text("Viết số mét lớn hơn 0, ví dụ 500.", "Write a number of metres above 0, such as 500."),
        )
    return width


def layers_of(arguments: Arguments, known: tuple[str, ...], default: tuple[str, ...]) -> tuple[str, ...]:
    """Read which layers are drawn.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.
    known : tuple of str
        Keys that exist.
    default : tuple of str
        Used when none are named.

    Returns
    -------
    tuple of str
        Keys.

    Raises
    ------
    InvalidParameter
        When a key does not exist.
    """
    if "layers" not in arguments:
        return default
    asked = _listed(arguments, "layers")
    for key in asked:
        if key not in known:
            raise InvalidParameter(
                Text(f"Không có lớp “{key}”.", f"There is no layer “{key}”."),
                Text(f"Các lớp có: {', '.join(known)}.", f"Layers: {', '.join(known)}."),
            )
    return asked


def level_of(arguments: Arguments, known: tuple[str, ...]) -> str:
    """Read which level of units is wanted.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.
    known : tuple of str
        Levels that exist.

    Returns
    -------
    str
        ``commune`` when not given.

    Raises
    ------
    InvalidParameter
        When it does not exist.
    """
    level = arguments.get("level", "commune").strip()
    if level not in known:
        raise InvalidParameter(
            Text(f"Không có cấp “{level}”.", f"There is no level “{level}”."),
            Text(f"Các cấp: {', '.join(known)}.", f"Levels: {', '.join(known)}."),
        )
    return level


def search_text(arguments: Arguments) -> str:
    """Read what is searched for.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.

    Returns
    -------
    str
        The text.

    Raises
    ------
    InvalidParameter
        When it is empty or too long.
    """
    text = arguments.get("q", "").strip()
    if not text or len(text) > _LONGEST_SEARCH:
        raise InvalidParameter(
            Text("Chưa có nội dung tìm kiếm dùng được.", "There is nothing usable to search for."),
            Text("Viết tên hoặc mã đơn vị vào q, không quá 200 ký tự.",
                 "Write a name or a code in q, at most 200 characters."),
        )  # fmt: skip
    return text


def yes_or_no(arguments: Arguments, name: str) -> bool:
    """Read a parameter that is either on or off.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.
    name : str
        Its name.

    Returns
    -------
    bool
        False when not given.

    Raises
    ------
    InvalidParameter
        When it is neither 0 nor 1.
    """
    text = arguments.get(name, "0").strip()
    if text not in {"0", "1"}:
        raise InvalidParameter(
            Text(f"“{name}={text}” không dùng được.", f"“{name}={text}” cannot be used."),
            Text(f"Viết {name}=1 hoặc {name}=0.", f"Write {name}=1 or {name}=0."),
        )
    return text == "1"


def extent_of(arguments: Arguments) -> Bounds | None:
    """Read the part of the map that is printed.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address.

    Returns
    -------
    Bounds or None
        Degrees; None for the whole area.

    Raises
    ------
    InvalidParameter
        When it is not four numbers of degrees.
    AxesSwapped
        When it holds latitude first.
    """
    text = arguments.get("extent", "").strip()
    box = box_of(text, "extent")
    if box is None:
        return None
    clipped = Bounds(
        max(box.west, VIETNAM.west),
        max(box.south, VIETNAM.south),
        min(box.east, VIETNAM.east),
        min(box.north, VIETNAM.north),
    )
    if clipped.east - clipped.west < _SMALLEST_EXTENT or clipped.north - clipped.south < _SMALLEST_EXTENT:
        raise bad_box(text, "extent")
    return clipped


def day_of(arguments: Arguments, name: str) -> dt.date | None:
    """Read a day.

    Parameters
    ----------
    arguments : MultiDict
        The query of the address, or a form.
    name : str
        Name of the parameter.

    Returns
    -------
    date or None
        None when not given.

    Raises
    ------
    InvalidParameter
        When it is not an ISO date.
    """
    text = arguments.get(name, "").strip()
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as problem:
        raise InvalidParameter(
            Text(f"“{name}={text}” không phải ngày.", f"“{name}={text}” is not a date."),
            Text("Viết năm-tháng-ngày, ví dụ 2026-05-01.", "Write year-month-day, such as 2026-05-01."),
        ) from problem


def _listed(arguments: Arguments, name: str) -> tuple[str, ...]:
    parts = [part.strip() for value in arguments.getlist(name) for part in value.split(",")]
    return tuple(dict.fromkeys(part for part in parts if part))
