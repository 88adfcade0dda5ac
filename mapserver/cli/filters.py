"""Which incidents a command speaks of: the options, and the filter they make."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import click

from layers.records import Filter, Period, UnitRef
from mapserver.cli.run import Day
from mapserver.services.boxes import box_of

__all__ = ["asked_of", "filter_options"]

_DAY = Day()


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which incidents are meant.

    Parameters
    ----------
    command : callable
        Takes ``as_of``, ``since``, ``until``, ``category``, ``unit`` and ``bbox``.

    Returns
    -------
    callable
        With the options.
    """
    for option in (
        click.option("--bbox", metavar="W,S,E,N", help="Khung tọa độ, độ. / Box in degrees."),
        click.option("--unit", metavar="CODE", help="Mã đơn vị. / Unit code."),
        click.option("--category", multiple=True, metavar="SLUG", help="Loại vụ việc. / Category of incidents."),
        click.option("--to", "until", type=_DAY, help="Ngày đầu tiên sau kỳ. / First day after the period."),
        click.option("--from", "since", type=_DAY, help="Ngày đầu kỳ. / First day of the period."),
        click.option("--as-of", type=_DAY, help="Ngày của ranh giới. / Day of the boundaries."),
    ):
        command = option(command)
    return command


def asked_of(options: dict[str, object]) -> Filter:
    """Read the filter of a command.

    Parameters
    ----------
    options : dict
        As click read them.

    Returns
    -------
    Filter
        Which incidents.

    Raises
    ------
    InvalidParameter
        When the box is not understood.
    AxesSwapped
        When it holds latitude first.
    """
    categories = options["category"]
    assert isinstance(categories, tuple)  # noqa: S101 - click's `multiple` gives a tuple
    return Filter(
        as_of=_day(options["as_of"]),
        period=Period(_day(options["since"]), _day(options["until"])),
        categories=categories,
        unit=UnitRef.parse(str(options["unit"])) if options["unit"] else None,
        bounds=box_of(str(options["bbox"] or "").strip(), "--bbox"),
    )


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
