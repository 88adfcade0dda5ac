"""What every back-end does alike when it makes a change set: compare versions, keep the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas as gpd

from layers.errors import SchemaMismatch, StaleVersion
from layers.schema import Layer, LayerSchema, check
from layers.store.base import ChangeSet
from layers.wording import Text, storable

__all__ = ["narrowed", "refuse_stale", "rows_as_changed", "touched_columns"]

_KEPT = {"id", "row_version"}


def touched_columns(changes: ChangeSet) -> list[str]:
    """Name the columns that a change set writes into rows that are there.

    Parameters
    ----------
    changes : ChangeSet
        The changes.

    Returns
    -------
    list of str
        In the schema's order.

    Raises
    ------
    SchemaMismatch
        When a column is not in the schema, or is one that only the store writes.
    """
    named = {name for values in (changes.update or {}).values() for name in values}
    wrong = sorted((named & _KEPT) | (named - set(changes.layer.schema.names)))
    if wrong:
        listed = ", ".join(wrong)
        raise SchemaMismatch(
            Text(f"Không sửa được cột: {listed}.", f"These columns cannot be changed: {listed}."),
            Text("Chỉ sửa các cột của lớp dữ liệu.", "Change only columns of the layer."),
        )
    return [name for name in changes.layer.schema.names if name in named]


def narrowed(layer: Layer, columns: Sequence[str]) -> Layer:
    """Take the part of a layer that a change is about: the other columns need not be read and checked again.

    Parameters
    ----------
    layer : Layer
        The layer.
    columns : sequence of str
        Columns that are written.

    Returns
    -------
    Layer
        The same layer with these columns, its geometry as it was.
    """
    kept = tuple(column for column in layer.schema.columns if column.name in columns)
    return replace(layer, schema=replace(layer.schema, columns=kept))


def refuse_stale(changes: ChangeSet, held: Mapping[str, int]) -> None:
    """Refuse a change set that is based on another version of a record than the one held.

    Parameters
    ----------
    changes : ChangeSet
        The changes.
    held : mapping of str to int
        id -> `row_version` in the store, of the rows to be updated or deleted.

    Raises
    ------
    StaleVersion
        When a record was changed or is gone.
    """
    expected = changes.expected_row_version or {}
    for row_id in (*(changes.update or {}), *changes.delete):
        known = expected.get(row_id)
        found = held.get(row_id)
        gone = found is None and (known is not None or row_id in (changes.update or {}))
        if gone or (known is not None and found != known):
            raise _stale(row_id, known, found)


def rows_as_changed(
    held: gpd.GeoDataFrame, update: Mapping[str, Mapping[str, object]], columns: Sequence[str], *, schema: LayerSchema
) -> gpd.GeoDataFrame:
    """Put new values into rows and check the contract.

    Parameters
    ----------
    held : GeoDataFrame
        The rows as they are, every column of the contract, index 0…n-1.
    update : mapping of str to mapping
        id -> {column: new value}; rows of other ids stay as they are.
    columns : sequence of str
        Columns named in `update`.
    schema : LayerSchema
        The contract.

    Returns
    -------
    GeoDataFrame
        The rows as they shall be; `row_version` is not raised yet.

    Raises
    ------
    SchemaMismatch
        When a row breaks the contract.
    """
    changed = held.copy()
    ids = held["id"].tolist()
    for name in columns:
        old = held[name].tolist()
        values = [update.get(row_id, {}).get(name, value) for row_id, value in zip(ids, old, strict=True)]
        if any(isinstance(text, str) and storable(text) != text for text in (new.get(name) for new in update.values())):
            raise SchemaMismatch(
                Text(f"Cột {name} có ký tự không ghi được.", f"Column {name} holds a sign that cannot be kept.")
            )
        if name == "geometry":
            changed = changed.set_geometry(gpd.GeoSeries(values, index=held.index, crs=held.crs))
        else:
            changed[name] = values
    return check(changed, schema)


def _stale(row_id: str, expected: int | None, found: int | None) -> StaleVersion:
    # The numbers of a frame are not those that a refusal can be sent with.
    expected, found = (None if version is None else int(version) for version in (expected, found))
    details = {"id": row_id, "expected": expected, "found": found}
    if found is None:
        return StaleVersion(
            Text(f"Bản ghi {row_id} không còn trong kho.", f"Record {row_id} is no longer in the store."),
            Text("Tải lại để xem hiện trạng.", "Load again to see how things are."),
            details=details,
        )
    return StaleVersion(
        Text(f"Bản ghi {row_id} đã được người khác thay đổi (bạn có bản {expected}, kho có bản {found}).",
             f"Record {row_id} was changed by somebody else (you have version {expected}, the store has {found})."),
        Text("Tải lại, xem thay đổi rồi sửa lại.", "Load it again, look at the change, then edit again."),
        details=details,
    )  # fmt: skip
