"""Numbers as sentences write them, in both languages."""

from __future__ import annotations

from layers.wording import Text

__all__ = ["decimal", "percent", "q_value", "whole"]


def whole(number: int) -> Text:
    """Write a whole number with its thousands apart.

    Parameters
    ----------
    number : int
        Any.

    Returns
    -------
    Text
        Such as ``1.234`` and ``1,234``.
    """
    grouped = f"{number:,}"
    return Text(grouped.replace(",", "."), grouped)


def decimal(number: float, digits: int = 1) -> Text:
    """Write a number with decimals.

    Parameters
    ----------
    number : float
        Any.
    digits : int
        Decimals.

    Returns
    -------
    Text
        Such as ``2,3`` and ``2.3``.
    """
    grouped = f"{number:,.{digits}f}"
    return Text(grouped.translate(str.maketrans(",.", ".,")), grouped)


def percent(share: float) -> Text:
    """Write a share.

    Parameters
    ----------
    share : float
        0 to 1.

    Returns
    -------
    Text
        Such as ``31 %`` and ``31%``.
    """
    return Text(f"{100 * share:.0f} %", f"{100 * share:.0f}%")


def q_value(q: float) -> Text:
    """Write a q value.

    Parameters
    ----------
    q : float
        0 to 1.

    Returns
    -------
    Text
        Such as ``q = 0,003``; never 0.
    """
    if q < 0.001:
        return Text("q < 0,001", "q < 0.001")
    return Text(f"q = {q:.3f}".replace(".", ","), f"q = {q:.3f}")
