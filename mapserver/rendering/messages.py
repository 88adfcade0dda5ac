"""The interface texts: one file a language, read by the server and sent to the page."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

__all__ = ["boundary_messages", "map_messages", "messages", "plan_messages"]

_BOUNDARIES = "bd."
_PLANS = "pl."
# Only on pages that need no script.
_OFFICE = ("account.", "audit.")
_COMMON = ("action.", "app.", "error.", "filter.date_", "lang.", "progress.", "time.days")


@cache
def messages(language: str) -> dict[str, str]:
    """Read the interface texts of one language.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict of str to str
        Key -> text.
    """
    text = files("mapserver").joinpath("translations", f"{language}.json").read_text(encoding="utf-8")
    read: dict[str, str] = json.loads(text)
    return read


def map_messages(language: str) -> dict[str, str]:
    """Give the texts that the map page needs.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict of str to str
        Key -> text.
    """
    return {
        key: text for key, text in messages(language).items() if not key.startswith((_BOUNDARIES, _PLANS, *_OFFICE))
    }


def boundary_messages(language: str) -> dict[str, str]:
    """Give the texts that the page of boundaries needs.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict of str to str
        Key -> text.
    """
    return {key: text for key, text in messages(language).items() if key.startswith((_BOUNDARIES, *_COMMON))}


def plan_messages(language: str) -> dict[str, str]:
    """Give the texts that the pages of plans need.

    Parameters
    ----------
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    dict of str to str
        Key -> text.
    """
    return {key: text for key, text in messages(language).items() if key.startswith((_PLANS, *_COMMON))}
