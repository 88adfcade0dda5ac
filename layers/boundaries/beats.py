"""Beats as an office hands them over, numbered within their ward, made units that stand beside all others."""

from __future__ import annotations

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.nesting import NO_WARD, nest
from layers.boundaries.values import pad_code
from layers.boundaries.versions import version_names
from layers.wording import Text

__all__ = ["in_their_wards"]


def in_their_wards(
    rows: gpd.GeoDataFrame, shapes: NDArray[np.object_], wards: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, Mapping[int, Text]]:
    """Give each beat its ward, by place, and a code that no other ward's beat has.

    Offices number beats from 1 in every ward, so the ward's code goes before the number unless it is there.

    Parameters
    ----------
    rows : GeoDataFrame
        n beats with `code`, perhaps `parent`.
    shapes : ndarray of polygons, shape (n,)
        Their mended shapes, EPSG:4326; one may be missing.
    wards : GeoDataFrame
        Wards of the day, with ``code, name, unit_type, valid_from``.

    Returns
    -------
    tuple of GeoDataFrame and mapping of int to Text
        The rows with ``code, parent`` (the ward's version, ``code@valid_from``) and ``parent_name``, and why
        a row was refused.

    Examples
    --------
    >>> ward = gpd.GeoDataFrame({"code": ["10532"], "name": ["A"], "unit_type": ["Phường"],
    ...     "valid_from": ["2025-07-01"]}, geometry=[shapely.box(106, 20, 107, 21)], crs="EPSG:4326")
    >>> beat = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(106.1, 20.1, 106.2, 20.2)], crs="EPSG:4326")
    >>> nested, _refused = in_their_wards(beat, beat.geometry.to_numpy(), ward)
    >>> nested[["code", "parent", "parent_name"]].iloc[0].tolist()
    ['10532-1', '10532@2025-07-01', 'Phường A']
    """
    nesting = nest(shapes, wards)
    refused = {row: why for row, why in nesting.refused.items() if not shapely.is_empty(shapes[row] or shapely.Point())}
    codes = rows["code"].tolist()
    parents: list[str] = [""] * len(rows)
    names: list[str] = [""] * len(rows)
    said = rows["parent"].tolist() if "parent" in rows.columns else parents
    references = version_names(wards)
    for row in np.flatnonzero(nesting.ward != NO_WARD).tolist():
        ward = int(nesting.ward[row])
        code, name = wards["code"].iloc[ward], wards["name"].iloc[ward]
        if said[row] and pad_code(str(said[row]).partition("@")[0], "commune") != code:
            refused[row] = _elsewhere(str(said[row]), f"{name} ({code})")
        parents[row], names[row] = references[ward], f"{wards['unit_type'].iloc[ward]} {name}".strip()
        codes[row] = codes[row] if not codes[row] or codes[row].startswith(code) else f"{code}-{codes[row]}"
    return rows.assign(code=codes, parent=parents, parent_name=names), refused


def _elsewhere(said: str, found: str) -> Text:
    return Text(f"tệp ghi thuộc {said} nhưng nằm trong {found}", f"the file says {said}, but it lies in {found}")
