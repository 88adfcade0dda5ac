"""The units generalised for each zoom: made once per set of boundaries, kept beside the index, read when needed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from layers.boundaries.generalise import label_points
from layers.boundaries.levels import (
    COARSEST_ZOOM,
    FINEST_ZOOM,
    NOBODY,
    Borders,
    Parts,
    borders_of,
    clean_coverage,
    pyramid,
)
from layers.catalog import UNITS
from mapserver.rendering.unit_tiles import Level
from mapserver.services.cache import VersionedCache
from mapserver.services.reader import Reader
from mapserver.services.tables import UnitTable

__all__ = ["UnitLevels", "build", "label_places"]

_FOLDER = "units"
_LIST = "zooms.json"
_LABELS = "labels.npz"
# Raised when levels are made or written in another way, so that older files are left aside.
_FORMAT = 2
_KEPT_SETS = 4
# About 100 MB: a vertex is held by its unit and by its border.
_KEPT_VERTICES = 3_000_000
# A level that saves less than this is not worth its room: the finer one is drawn.
_WORTH = 0.9
# Up to this zoom a ward is a few pixels, and its border would hide it: only provinces have one.
_PROVINCES_ONLY = 6

# What reading a file raises that is missing, empty, cut off or garbled.
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, shapely.errors.GEOSException)

_Offsets = tuple[NDArray[np.int64], ...]
_Made = dict[int, tuple[Parts, Borders]]


class UnitLevels:
    """Hands out the level of a zoom.

    Parameters
    ----------
    folder : Path, optional
        Where levels are kept between runs; without it they live as long as this object.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._names: VersionedCache[str] = VersionedCache(64, lambda _name: 1)
        self._labels: VersionedCache[NDArray[np.float64]] = VersionedCache(_KEPT_SETS, lambda _labels: 1)
        self._made: VersionedCache[_Made] = VersionedCache(2, lambda _made: 1)
        self._levels: VersionedCache[Level] = VersionedCache(_KEPT_VERTICES, _weight)

    def level(self, reader: Reader, as_of: dt.date, zoom: int) -> Level:
        """Find what is drawn at a zoom, making it where it is not there yet.

        Parameters
        ----------
        reader : Reader
            The store.
        as_of : date
            Day whose units are drawn.
        zoom : int
            Any zoom; those beyond the levels take the nearest.

        Returns
        -------
        Level
            The units in force, their borders and their trees.
        """
        name = self._name(reader, as_of)
        wanted = min(max(zoom, COARSEST_ZOOM), FINEST_ZOOM)
        return self._levels.get_or_make((name, wanted), lambda: self._read(reader, as_of, name=name, zoom=wanted))

    def labels(self, reader: Reader, as_of: dt.date) -> NDArray[np.float64]:
        """Tell where the name of each unit stands best.

        Parameters
        ----------
        reader : Reader
            The store.
        as_of : date
            Day whose units are named.

        Returns
        -------
        ndarray of float, shape (n, 2)
            Longitude and latitude; not a number for a unit without geometry.
        """
        name = self._name(reader, as_of)
        return self._labels.get_or_make(name, lambda: self._read_labels(reader, as_of, name))

    def _name(self, reader: Reader, as_of: dt.date) -> str:
        version = reader.store.versions()[UNITS.key]
        return self._names.get_or_make((as_of, version), lambda: _fingerprint(reader.units(as_of)))

    def _read_labels(self, reader: Reader, as_of: dt.date, name: str) -> NDArray[np.float64]:
        if self._folder is None:
            return label_places(reader.units(as_of).frame)
        try:
            return _loaded_labels(self._folder / _FOLDER / name)
        except _UNREADABLE:
            shutil.rmtree(self._folder / _FOLDER / name, ignore_errors=True)
        try:
            return _loaded_labels(build(reader, self._folder, as_of))
        except _UNREADABLE:
            # The folder may be one that only others may write to, or the disk full.
            return label_places(reader.units(as_of).frame)

    def _read(self, reader: Reader, as_of: dt.date, *, name: str, zoom: int) -> Level:
        if self._folder is None:
            return self._in_memory(reader, as_of, name=name, zoom=zoom)
        folder = self._folder / _FOLDER / name
        try:
            return Level.of(*_load(folder, zoom))
        except _UNREADABLE:
            # Missing or damaged: it is derived, so it is made again.
            shutil.rmtree(folder, ignore_errors=True)
        try:
            return Level.of(*_load(build(reader, self._folder, as_of), zoom))
        except _UNREADABLE:
            return self._in_memory(reader, as_of, name=name, zoom=zoom)

    def _in_memory(self, reader: Reader, as_of: dt.date, *, name: str, zoom: int) -> Level:
        made = self._made.get_or_make(name, lambda: dict(_levels(reader.units(as_of).frame)))
        return Level.of(*made[_finer(zoom, made)])


def build(reader: Reader, folder: Path, as_of: dt.date) -> Path:
    """Make the levels of the units in force on a day, unless they are there.

    Parameters
    ----------
    reader : Reader
        The store.
    folder : Path
        The index folder; levels lie in its folder `units`, named by what they were made from.
    as_of : date
        The day.

    Returns
    -------
    Path
        The folder of the levels.
    """
    units = reader.units(as_of)
    frame = units.frame
    home = folder / _FOLDER
    target = home / _fingerprint(units)
    if (target / _LIST).exists():
        return target
    made = dict(_levels(frame))
    draft = home / f".{uuid4().hex}"
    draft.mkdir(parents=True)
    for zoom, (parts, borders) in made.items():
        _save(draft / f"{zoom}.npz", parts, borders)
    # Packed like the levels: its checksum tells a damaged file.
    np.savez(draft / _LABELS, places=label_places(frame))
    (draft / _LIST).write_text(json.dumps(sorted(made)), encoding="ascii")
    try:
        draft.replace(target)
    except OSError:
        # Another process was faster; both made the same.
        shutil.rmtree(draft, ignore_errors=True)
    _leave_the_newest(home)
    return target


def label_places(frame: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Tell where the name of each unit stands best.

    Parameters
    ----------
    frame : GeoDataFrame
        n units.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Longitude and latitude; not a number for a unit without geometry.
    """
    return np.column_stack(label_points(frame)) if len(frame) else np.empty((0, 2))


def _loaded_labels(folder: Path) -> NDArray[np.float64]:
    with np.load(folder / _LABELS) as held:
        return np.asarray(held["places"], dtype=np.float64)


def _leave_the_newest(home: Path) -> None:
    made = [path for path in home.iterdir() if not path.name.startswith(".")]
    for old in sorted(made, key=lambda path: path.stat().st_mtime)[:-_KEPT_SETS]:
        shutil.rmtree(old, ignore_errors=True)


def _fingerprint(units: UnitTable) -> str:
    # The shapes are hashed once for all that is kept of these units.
    seen = hashlib.blake2b(f"{_FORMAT} {shapely.geos_version_string} {units.vintage}".encode(), digest_size=12)
    for part in units.frame["parent"].fillna(""):
        seen.update(f"{part}\0".encode())
    return seen.hexdigest()


def _levels(frame: gpd.GeoDataFrame) -> Iterator[tuple[int, tuple[Parts, Borders]]]:
    held = float("inf")
    province = frame["parent"].fillna("").to_numpy()
    for zoom, parts in pyramid(clean_coverage(frame), range(FINEST_ZOOM, COARSEST_ZOOM - 1, -1)):
        vertices = int(shapely.get_num_coordinates(parts.shapes).sum())
        if vertices > _WORTH * held and zoom != _PROVINCES_ONLY:
            continue
        held = vertices
        borders = borders_of(parts)
        yield zoom, (parts, _between_provinces(borders, province) if zoom <= _PROVINCES_ONLY else borders)


def _between_provinces(borders: Borders, province: NDArray[np.object_]) -> Borders:
    kept = (borders.second == NOBODY) | (province[borders.first] != province[borders.second])
    return Borders(borders.lines[kept], borders.first[kept], borders.second[kept])


def _finer(zoom: int, made: _Made | list[int]) -> int:
    return min(level for level in made if level >= zoom)


def _weight(level: Level) -> int:
    return int(shapely.get_num_coordinates(level.parts.shapes).sum()) + 1


def _save(path: Path, parts: Parts, borders: Borders) -> None:
    _, corners, (rings, polygons) = _ragged(parts.shapes, shapely.Polygon())
    _, bends, (lines,) = _ragged(borders.lines, shapely.LineString())
    np.savez(
        path,
        corners=corners, rings=rings, polygons=polygons, owner=parts.owner,
        bends=bends, lines=lines, first=borders.first, second=borders.second,
    )  # fmt: skip


def _ragged(shapes: NDArray[np.object_], kind: shapely.Geometry) -> tuple[object, NDArray[np.float64], _Offsets]:
    if len(shapes):
        found: tuple[object, NDArray[np.float64], _Offsets] = shapely.to_ragged_array(shapes)
        return found
    # Nothing says of which kind it is: one more shape does, and its (empty) piece is dropped again.
    kinded, corners, offsets = shapely.to_ragged_array(np.array([kind], dtype=object))
    return kinded, corners, tuple(offset[:1] for offset in offsets)


def _load(folder: Path, zoom: int) -> tuple[Parts, Borders]:
    zooms = json.loads((folder / _LIST).read_text(encoding="ascii"))
    with np.load(folder / f"{_finer(zoom, zooms)}.npz") as held:
        shapes = shapely.from_ragged_array(
            shapely.GeometryType.POLYGON, held["corners"], (held["rings"], held["polygons"])
        )
        lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, held["bends"], (held["lines"],))
        borders = Borders(np.asarray(lines, dtype=object), held["first"], held["second"])
        parts = Parts(np.asarray(shapes, dtype=object), held["owner"])
    # The newest use decides what is kept.
    os.utime(folder)
    return parts, borders
