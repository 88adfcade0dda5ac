"""Vector tiles as bytes: the Mapbox Vector Tile specification 2.1, written by whole arrays.

A tile of 4,096 cells is some 70,000 small numbers; one by one they would take longer than
counting ten million incidents. So every layer is laid out as one array of numbers first and
turned into variable-length bytes (Protocol Buffers "varints") in one go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["ABSENT", "EXTENT", "Shape", "TileLayer", "encode_tile"]

EXTENT = 4096
# An attribute with this value is left out of its feature.
ABSENT = np.iinfo(np.int64).min

Numbers = NDArray[np.int64]

_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 15
# Field number and wire type of each member, as the specification's .proto file has them.
_TILE_LAYER = 0x1A
_LAYER_NAME, _LAYER_FEATURE, _LAYER_KEY, _LAYER_VALUE = 0x0A, 0x12, 0x1A, 0x22
_LAYER_EXTENT, _LAYER_VERSION = 0x28, 0x78
_FEATURE_ID, _FEATURE_TAGS, _FEATURE_KIND, _FEATURE_GEOMETRY = 0x08, 0x12, 0x18, 0x22
_VALUE_UINT, _VALUE_SINT = 0x28, 0x30


class Shape(IntEnum):
    """What the features of a layer are."""

    POINT = 1
    LINE = 2
    AREA = 3


@dataclass(frozen=True)
class TileLayer:
    """Features of one kind, as arrays.

    Parameters
    ----------
    name : str
        Name of the layer.
    shape : Shape
        What its features are.
    xy : ndarray of int, shape (m, 2)
        Vertices of all parts, in units of 1 / `EXTENT` of the tile's side, y from the north. A ring is not
        closed by its first vertex; an outer ring runs clockwise on screen, a hole the other way.
    part_of : ndarray of int, shape (m,)
        Number of the part each vertex belongs to, ascending from 0: a point, a line or a ring.
    feature_of : ndarray of int, shape (parts,)
        Number of the feature each part belongs to, ascending from 0.
    ids : ndarray of int, shape (n,), optional
        A number for each feature.
    attributes : dict of str to ndarray of int, shape (n,)
        Values of each feature; `ABSENT` where it has none.
    """

    name: str
    shape: Shape
    xy: Numbers
    part_of: Numbers
    feature_of: Numbers
    ids: Numbers | None = None
    attributes: dict[str, Numbers] = field(default_factory=dict)

    @classmethod
    def of_points(cls, name: str, xy: Numbers, attributes: dict[str, Numbers]) -> TileLayer:
        """Make a layer of single points.

        Parameters
        ----------
        name : str
            Name of the layer.
        xy : ndarray of int, shape (n, 2)
            Places, in units of the tile.
        attributes : dict of str to ndarray of int, shape (n,)
            Values of each point; `ABSENT` where it has none.

        Returns
        -------
        TileLayer
            One feature a point.
        """
        number = np.arange(len(xy), dtype=np.int64)
        return cls(name, Shape.POINT, xy, number, number, attributes=attributes)


def encode_tile(layers: tuple[TileLayer, ...]) -> bytes:
    """Write layers as one tile.

    Parameters
    ----------
    layers : tuple of TileLayer
        Those without a feature are left out.

    Returns
    -------
    bytes
        A Mapbox Vector Tile 2.1; no bytes at all when nothing is in it.

    Examples
    --------
    >>> one = TileLayer.of_points("a", np.array([[25, 17]]), {"n": np.array([7])})
    >>> encode_tile((one,)).hex(" ")
    '1a 1c 78 02 0a 01 61 28 80 20 12 0b 12 02 00 00 18 01 22 03 09 32 22 1a 01 6e 22 02 28 07'
    >>> encode_tile(())
    b''
    """
    return b"".join(_message(_TILE_LAYER, _layer(layer)) for layer in layers if len(layer.feature_of))


def _layer(layer: TileLayer) -> bytes:
    tags, present, values = _tags(layer)
    head = _varints(np.array([_LAYER_VERSION, 2])) + _message(_LAYER_NAME, layer.name.encode())
    keys = b"".join(_message(_LAYER_KEY, name.encode()) for name in layer.attributes)
    extent = _varints(np.array([_LAYER_EXTENT, EXTENT]))
    return head + extent + _features(layer, tags, present) + keys + _values(values)


def _message(member: int, content: bytes) -> bytes:
    return _varints(np.array([member, len(content)])) + content


def _tags(layer: TileLayer) -> tuple[Numbers, NDArray[np.bool_], Numbers]:
    count = int(layer.feature_of[-1]) + 1
    if not layer.attributes:
        return np.zeros((count, 0), np.int64), np.zeros((count, 0), bool), np.zeros(0, np.int64)
    table = np.column_stack([np.asarray(column, dtype=np.int64) for column in layer.attributes.values()])
    present = table != ABSENT
    values, positions = np.unique(table[present], return_inverse=True)
    tags = np.zeros((count, table.shape[1] * 2), dtype=np.int64)
    tags[:, 0::2] = np.arange(table.shape[1])
    tags[:, 1::2][present] = positions
    return tags, np.repeat(present, 2, axis=1), values


def _features(layer: TileLayer, tags: Numbers, present: NDArray[np.bool_]) -> bytes:
    geometry, lengths = _geometry(layer)
    count = len(lengths)
    geometry_bytes = _sums(_varint_bytes(geometry), lengths)
    tag_bytes = (_varint_bytes(tags) * present).sum(axis=1)
    ids = layer.ids if layer.ids is not None else np.zeros(count, dtype=np.int64)
    ones = np.ones(count, dtype=np.int64)
    has_id, has_tags = ones * (layer.ids is not None), (tag_bytes > 0).astype(np.int64)
    size = (
        has_id * (1 + _varint_bytes(ids))
        + has_tags * (1 + _varint_bytes(tag_bytes) + tag_bytes)
        + (3 + _varint_bytes(geometry_bytes) + geometry_bytes)
    )
    before = np.column_stack([_LAYER_FEATURE * ones, size, _FEATURE_ID * ones, ids, _FEATURE_TAGS * ones, tag_bytes])
    behind = np.column_stack([_FEATURE_KIND * ones, layer.shape * ones, _FEATURE_GEOMETRY * ones, geometry_bytes])
    kept_before = np.column_stack([ones, ones, has_id, has_id, has_tags, has_tags]).astype(bool)
    heads = np.hstack([before, tags, behind])
    kept = np.hstack([kept_before, present, np.ones((count, 4), dtype=bool)])
    return _varints(_woven((heads[kept], kept.sum(axis=1)), (geometry, lengths)))


def _woven(heads: tuple[Numbers, Numbers], tails: tuple[Numbers, Numbers]) -> Numbers:
    # Head of the first, tail of the first, head of the second, ... each with the lengths of its pieces.
    turns = np.tile([False, True], len(heads[1]))
    is_tail = np.repeat(turns, np.column_stack([heads[1], tails[1]]).ravel())
    woven = np.empty(len(is_tail), dtype=np.int64)
    woven[~is_tail], woven[is_tail] = heads[0], tails[0]
    return woven


def _geometry(layer: TileLayer) -> tuple[Numbers, Numbers]:
    """Write all geometries as commands; how many numbers each feature has."""
    vertices = np.bincount(layer.part_of, minlength=len(layer.feature_of))
    first = np.cumsum(vertices) - vertices
    delta = layer.xy.astype(np.int64)
    delta[1:] -= layer.xy[:-1]
    # The pen starts every feature in the corner of the tile, not where the one before it ended.
    opening = first[np.searchsorted(layer.feature_of, np.arange(layer.feature_of[-1] + 1))]
    delta[opening] = layer.xy[opening]
    steps = (delta << 1) ^ (delta >> 63)
    drawn = layer.shape is not Shape.POINT
    sizes = 2 * vertices + 1 + drawn * 1 + (layer.shape is Shape.AREA)
    start = np.cumsum(sizes) - sizes
    numbers = np.full(int(sizes.sum()), _CLOSE, dtype=np.int64)
    numbers[start] = _MOVE_TO | 1 << 3
    within = np.arange(len(layer.xy)) - first[layer.part_of]
    place = start[layer.part_of] + 1 + 2 * within + (within > 0)
    numbers[place], numbers[place + 1] = steps[:, 0], steps[:, 1]
    if drawn:
        numbers[start + 3] = _LINE_TO | (vertices - 1) << 3
    return numbers, np.bincount(layer.feature_of, weights=sizes).astype(np.int64)


def _values(values: Numbers) -> bytes:
    negative = values < 0
    written = np.where(negative, (values << 1) ^ (values >> 63), values)
    kind = np.where(negative, _VALUE_SINT, _VALUE_UINT)
    member = np.full(len(values), _LAYER_VALUE, dtype=np.int64)
    return _varints(np.column_stack([member, 1 + _varint_bytes(written), kind, written]).ravel())


def _sums(numbers: Numbers, lengths: Numbers) -> Numbers:
    ends = np.cumsum(lengths)
    total = np.concatenate([[0], np.cumsum(numbers)])
    return np.asarray(total[ends] - total[ends - lengths])


def _varint_bytes(numbers: Numbers) -> Numbers:
    size = np.ones(numbers.shape, dtype=np.int64)
    largest = int(numbers.max(initial=0))
    for bits in range(7, largest.bit_length(), 7):
        size += numbers >= 1 << bits
    return size


def _varints(numbers: Numbers) -> bytes:
    """Write numbers that are not negative as varints, one behind the other."""
    size = _varint_bytes(numbers)
    ends = np.cumsum(size)
    written = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    place, rest = ends - size, numbers
    while len(rest):
        more = rest > 0x7F
        written[place] = (rest.astype(np.uint8) & 0x7F) | more.view(np.uint8) << 7
        behind = np.flatnonzero(more)
        place, rest = place[behind] + 1, rest[behind] >> 7
    return written.tobytes()
