"""Geometry as a GeoPackage keeps it, and the SQL functions its R-tree triggers call.

The binary header is the one of OGC 12-128r19 section 2.1.3: magic ``GP``, version, flags,
the id of the reference system, an optional envelope, then well-known binary.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["USUAL_POINT_HEAD", "decode", "encode", "readable", "register_functions"]

_POINT_HEADER = b"GP" + struct.pack("<BBi", 0, 0b0001, 4326)
_AREA_HEADER = b"GP" + struct.pack("<BBi", 0, 0b0011, 4326)
_WKB_POINT_HEAD = struct.pack("<BI", 1, 1)
# What a point begins with when this program wrote it; sixteen bytes of coordinates follow.
USUAL_POINT_HEAD = _POINT_HEADER + _WKB_POINT_HEAD
_ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def encode(shapes: NDArray[np.object_]) -> list[bytes | None]:
    r"""Write geometries as GeoPackage binaries.

    Parameters
    ----------
    shapes : ndarray of shapely geometries or None, shape (n,)
        In EPSG:4326.

    Returns
    -------
    list of bytes or None, length n
        Points without an envelope, everything else with one.

    Examples
    --------
    >>> encode(np.array([None, shapely.Point(106, 20)], dtype=object))[1][:4]
    b'GP\x00\x01'
    """
    types = shapely.get_type_id(shapes)
    if (types <= 0).all() and not shapely.is_empty(shapes).any():
        return _points(shapes, types == 0)
    bodies = shapely.to_wkb(shapes, output_dimension=2, byte_order=1)
    is_point = types == 0
    boxes = np.ascontiguousarray(shapely.bounds(shapes)[:, [0, 2, 1, 3]], dtype="<f8")
    return [
        None if body is None else _head(point=point, box=box) + body
        for body, point, box in zip(bodies.tolist(), is_point.tolist(), boxes, strict=True)
    ]


def _points(shapes: NDArray[np.object_], placed: NDArray[np.bool_]) -> list[bytes | None]:
    # All points have one head, so a million of them is one array: a third of the time.
    head = np.frombuffer(USUAL_POINT_HEAD, dtype=np.uint8)
    places = np.ascontiguousarray(shapely.get_coordinates(shapes), dtype="<f8")
    rows = np.empty((len(places), len(head) + 16), dtype=np.uint8)
    rows[:, : len(head)] = head
    rows[:, len(head) :] = places.view(np.uint8)
    written: list[bytes] = rows.view(f"V{rows.shape[1]}").ravel().tolist()
    if len(written) == len(shapes):
        return list(written)
    blobs = np.full(len(shapes), None, dtype=object)
    # A plain list first: numpy would make numbers of the bytes.
    blobs[placed] = np.fromiter(written, dtype=object, count=len(places))
    listed: list[bytes | None] = blobs.tolist()
    return listed


def _head(*, point: bool, box: NDArray[np.float64]) -> bytes:
    return _POINT_HEADER if point else _AREA_HEADER + box.tobytes()


def decode(blobs: Sequence[bytes | None]) -> NDArray[np.object_]:
    """Read GeoPackage binaries.

    Parameters
    ----------
    blobs : sequence of bytes or None, length n
        As kept in the file.

    Returns
    -------
    ndarray of shapely geometries or None, shape (n,)
        In EPSG:4326.

    Examples
    --------
    >>> decode(encode(np.array([shapely.Point(106, 20), None], dtype=object))).tolist()
    [<POINT (106 20)>, None]
    """
    bodies = np.array([None if blob is None else _body(blob) for blob in blobs], dtype=object)
    return np.asarray(shapely.from_wkb(bodies), dtype=object)


def readable(blobs: Sequence[object]) -> NDArray[np.object_]:
    """Read GeoPackage binaries of which some may be no such thing.

    Parameters
    ----------
    blobs : sequence of object, length n
        Whatever stands where a geometry should.

    Returns
    -------
    ndarray of shapely geometries or None, shape (n,)
        None for what cannot be read.

    Examples
    --------
    >>> readable([b"GP", "x", encode(np.array([shapely.Point(106, 20)], dtype=object))[0]]).tolist()
    [None, None, <POINT (106 20)>]
    """
    bodies: list[bytes | None] = [_body_if_any(blob) for blob in blobs]
    return np.asarray(shapely.from_wkb(np.array(bodies, dtype=object), on_invalid="ignore"), dtype=object)


def _body_if_any(blob: object) -> bytes | None:
    if not isinstance(blob, bytes) or len(blob) <= 8 or blob[:2] != b"GP":
        return None
    return _body(blob) if (blob[3] >> 1) & 7 in _ENVELOPE_BYTES else None


def _body(blob: bytes) -> bytes:
    return blob[8 + _ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the five functions that R-tree triggers call.

    Parameters
    ----------
    connection : sqlite3.Connection
        To be prepared for writing.
    """
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
    for position, name in enumerate(("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY")):
        connection.create_function(name, 1, _bound(position), deterministic=True)


def _is_empty(blob: bytes | None) -> int | None:
    return None if blob is None else int(shapely.from_wkb(_body(blob)).is_empty)


class _bound:  # noqa: N801 - a function with one remembered number
    def __init__(self, position: int) -> None:
        self.position = position

    def __call__(self, blob: bytes | None) -> float | None:
        if blob is None:
            return None
        return float(shapely.bounds(shapely.from_wkb(_body(blob)))[self.position])
