"""Cells as a spreadsheet may be given them: never a formula."""

from __future__ import annotations

import re

__all__ = ["neutral", "of_workbook"]

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


def of_workbook(cell: object) -> object:
    r"""Make a value fit for a cell of a workbook.

    Parameters
    ----------
    cell : object
        A value of one cell; only texts are changed.

    Returns
    -------
    object
        As `neutral` makes it, without the control characters that no workbook can hold.

    Examples
    --------
    >>> of_workbook("=1\x01+1"), of_workbook(2.5)
    ("'=1+1", 2.5)
    """
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return neutral(ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell)
