"""A store that lives in this process: for tests and for trying things out."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import geopandas as gpd
import pandas as pd

from layers.catalog import LAYERS, Layer
from layers.errors import StaleVersion
from layers.schema import check, empty
from layers.store.base import ALL, ChangeSet, Query
from layers.wording import Text

__all__ = ["MemoryStore"]


class MemoryStore:
    """A store of frames; nothing outlives it."""

    address = "memory:"

    def __init__(self) -> None:
        self._frames: dict[str, gpd.GeoDataFrame] = {}
        self._versions: dict[str, int] = {}
        self._notes: dict[str, str] = {}
        self._inside = False
        for layer in LAYERS:
            self._frames[layer.key] = empty(layer.schema)
            self._versions[layer.key] = 0

    def migrate(self) -> list[str]:
        """Do nothing: a new store has the newest layout.

        Returns
        -------
        list of str
            Empty.
        """
        return []

    def versions(self) -> dict[str, int]:
        """Tell the data version of each layer.

        Returns
        -------
        dict of str to int
            Layer key -> number of commits that touched it.
        """
        return dict(sorted(self._versions.items()))

    def read(self, layer: Layer, query: Query = ALL) -> gpd.GeoDataFrame:
        """Read rows in the schema's column order.

        Parameters
        ----------
        layer : Layer
            The layer to read.
        query : Query
            Which rows and columns.

        Returns
        -------
        GeoDataFrame
            EPSG:4326, ordered by id.
        """
        found = _matching(self._frames[layer.key], query).sort_values("id").reset_index(drop=True)
        if not query.geometry:
            found = found.set_geometry(gpd.GeoSeries([None] * len(found), crs=found.crs))
        if query.columns:
            found = found[[name for name in found.columns if name in {"id", "geometry", *query.columns}]]
        return found.copy()

    def count(self, layer: Layer, query: Query = ALL) -> int:
        """Count rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        query : Query
            Which rows.

        Returns
        -------
        int
            How many there are.
        """
        return len(_matching(self._frames[layer.key], query))

    def append(self, layer: Layer, frame: gpd.GeoDataFrame) -> int:
        """Add rows.

        Parameters
        ----------
        layer : Layer
            The layer.
        frame : GeoDataFrame
            Rows that keep the layer's schema.

        Returns
        -------
        int
            How many were added.
        """
        return self.apply(ChangeSet(layer, insert=frame))

    def apply(self, changes: ChangeSet) -> int:
        """Make a change set, all or nothing.

        Parameters
        ----------
        changes : ChangeSet
            What to insert, update and delete.

        Returns
        -------
        int
            How many rows were touched.
        """
        key = changes.layer.key
        with self.transaction():
            frame = self._frames[key]
            touched = len(frame)
            frame = frame[~frame["id"].isin(changes.delete)].reset_index(drop=True)
            touched -= len(frame)
            for row_id, values in (changes.update or {}).items():
                frame = _updated(frame, row_id, dict(values), expected=(changes.expected_row_version or {}).get(row_id))
                touched += 1
            if changes.insert is not None and len(changes.insert):
                added = check(changes.insert, changes.layer.schema)
                frame = added if frame.empty else pd.concat([frame, added], ignore_index=True)
                touched += len(added)
            self._frames[key] = check(frame, changes.layer.schema)
            self._versions[key] += 1 if touched else 0
        return touched

    def keep_note(self, key: str, value: str) -> None:
        """Keep one named text beside the data.

        Parameters
        ----------
        key, value : str
            Name and text.
        """
        self._notes[key] = value

    def notes(self) -> dict[str, str]:
        """Read the named texts kept beside the data.

        Returns
        -------
        dict of str to str
            Name -> text.
        """
        return dict(sorted(self._notes.items()))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Join several calls into one commit; inner calls join the outer one.

        Yields
        ------
        None
            Nothing; an exception takes everything back.
        """
        if self._inside:
            yield
            return
        # Frames are replaced, never changed in place, so shallow copies are enough.
        before = (copy.copy(self._frames), dict(self._versions), dict(self._notes))
        self._inside = True
        done = False
        try:
            yield
            done = True
        finally:
            self._inside = False
            if not done:
                self._frames, self._versions, self._notes = before

    def close(self) -> None:
        """Do nothing: there is nothing to let go."""


def _matching(frame: gpd.GeoDataFrame, query: Query) -> gpd.GeoDataFrame:
    keep = pd.Series(data=True, index=frame.index)
    for name, value in query.where:
        keep &= frame[name].isna() if value is None else frame[name].eq(value).fillna(value=False).astype(bool)
    if query.bounds is not None:
        box = frame.bounds
        keep &= (box.maxx >= query.bounds.west) & (box.minx <= query.bounds.east)
        keep &= (box.maxy >= query.bounds.south) & (box.miny <= query.bounds.north)
    return frame[keep]


def _updated(
    frame: gpd.GeoDataFrame, row_id: str, values: dict[str, object], *, expected: int | None
) -> gpd.GeoDataFrame:
    rows = frame.index[frame["id"] == row_id]
    found = None if rows.empty else int(frame.loc[rows[0], "row_version"])
    if found is None or (expected is not None and found != expected):
        raise StaleVersion(
            Text(f"Bản ghi {row_id} đã được người khác thay đổi (bạn có bản {expected}, kho có bản {found}).",
                 f"Record {row_id} was changed by somebody else (you have {expected}, the store has {found})."),
            Text("Tải lại, xem thay đổi rồi sửa lại.", "Load it again, look at the change, then edit again."),
        )  # fmt: skip
    changed = frame.copy()
    for name, value in values.items():
        changed[name] = [value if row == rows[0] else old for row, old in zip(frame.index, frame[name], strict=True)]
    changed.loc[rows[0], "row_version"] = found + 1
    return changed.set_geometry("geometry", crs=frame.crs)
