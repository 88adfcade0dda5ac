"""Links that cannot both be true: an old unit cannot have gone whole to one place and also to another."""

from __future__ import annotations

import pandas as pd

__all__ = ["contradicted"]

_WHOLE = 1.0
_ROUNDING = 1e-6


def contradicted(held: pd.DataFrame, arriving: pd.DataFrame) -> pd.DataFrame:
    """Find links kept earlier that a new table leaves no room for.

    Parameters
    ----------
    held, arriving : DataFrame
        Links that are kept and links of the table: ``from_version, to_version, area_share``, the share from 0 to 1
        or missing.

    Returns
    -------
    DataFrame
        Rows of `held` that the table does not list, of the old units that would then have given away more ground
        than they had: known shares above 1, or the whole of it beside a part of unknown size.

    Examples
    --------
    >>> was = pd.DataFrame({"from_version": ["A"], "to_version": ["B"], "area_share": [1.0]})
    >>> now = pd.DataFrame({"from_version": ["A"], "to_version": ["C"], "area_share": [1.0]})
    >>> contradicted(was, now)["to_version"].tolist(), contradicted(was, was).empty
    (['B'], True)
    """
    pairs = set(zip(arriving["from_version"], arriving["to_version"], strict=True))
    listed = [pair in pairs for pair in zip(held["from_version"], held["to_version"], strict=True)]
    left = held[~pd.Series(listed, index=held.index, dtype=bool)]
    left = left[left["from_version"].isin(arriving["from_version"])]
    together = pd.concat([part[["from_version", "area_share"]] for part in (left, arriving)])
    shares = together.astype({"area_share": float}).groupby("from_version")["area_share"]
    known, missing = shares.sum(), shares.apply(lambda values: values.isna().any())
    too_much = (known > _WHOLE + _ROUNDING) | ((known > _WHOLE - _ROUNDING) & missing)
    return left[left["from_version"].isin(too_much.index[too_much])]
