"""Cells as a spreadsheet may be given them: never a formula."""

from __future__ import annotations

import re

__all__ = ["neutral"]

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def neutral(cell: object) -> object:
    """Keep a text from being run as a formula by a spreadsheet.

    Parameters
    ----------
    cell : object
        A value of one cell; only texts are changed.

    Returns
    -------
    object
        With an apostrophe in front where the text begins like a formula; a number stays as it is.

    Examples
    --------
    >>> neutral("=1+1"), neutral("-5,2"), neutral("Trộm cắp"), neutral(-95.3)
    ("'=1+1", '-5,2', 'Trộm cắp', -95.3)
    """
    if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell
