"""The cells of one column as values of the kind that the layer declares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.catalog import safezone_kinds
from layers.incidents.reasons import fault_number
from layers.incidents.tables import Chunk
from layers.incidents.times import Moments, read_moments
from layers.incidents.values import clean_cells, numbers_of, words_of
from layers.schema import Column, Kind
from layers.wording import fold

__all__ = ["Faults", "column_values", "kind_slug"]

# A date of review lies ahead, so nothing is too late.
_NO_LIMIT = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)


class _Told(Protocol):
    """What of the options a column needs."""

    @property
    def timezone(self) -> str: ...

    @property
    def kind(self) -> str | None: ...


class Faults:
    """Which rows cannot be taken, and why; several reasons at once.

    Parameters
    ----------
    count : int
        How many rows there are.
    """

    def __init__(self, count: int) -> None:
        self._found: list[tuple[NDArray[np.bool_], str]] = []
        self.count = count

    def add(self, where: NDArray[np.bool_], code: str) -> None:
        """Refuse some rows.

        Parameters
        ----------
        where : ndarray of bool, shape (n,)
            The rows.
        code : str
            The reason, a key of `incidents.reasons.REASONS`.
        """
        if where.any():
            self._found.append((where, code))

    def any(self) -> NDArray[np.bool_]:
        """Tell which rows are refused.

        Returns
        -------
        ndarray of bool, shape (n,)
            True where a reason was given.
        """
        refused = np.zeros(self.count, dtype=np.bool_)
        for where, _ in self._found:
            refused |= where
        return refused

    def of(self, position: int) -> list[str]:
        """List the reasons of one row.

        Parameters
        ----------
        position : int
            The row.

        Returns
        -------
        list of str
            Codes, each once.
        """
        return list(dict.fromkeys(code for where, code in self._found if where[position]))


def kind_slug(text: str) -> str | None:
    """Find the kind of model that a word means.

    Parameters
    ----------
    text : str
        Slug or title, in Vietnamese or English.

    Returns
    -------
    str or None
        A slug; None when there is no such kind.

    Examples
    --------
    >>> kind_slug("Dòng họ tự quản"), kind_slug("camera_an_ninh"), kind_slug("?")
    ('dong_ho_tu_quan', 'camera_an_ninh', None)
    """
    wanted = fold(text)
    for kind in safezone_kinds():
        if wanted in {kind.slug, fold(kind.title.vi), fold(kind.title.en)}:
            return kind.slug
    return None


def column_values(
    column: Column, chunk: Chunk, mapping: Mapping[str, str], *, faults: Faults, options: _Told
) -> NDArray[np.object_]:
    """Read one column of a layer.

    Parameters
    ----------
    column : Column
        Its declaration.
    chunk : Chunk
        The rows.
    mapping : mapping of str to str
        Field -> column of the file.
    faults : Faults
        Where the reasons of rows that cannot be taken go.
    options : FeatureOptions
        Time zone, and the kind of rows that state none.

    Returns
    -------
    ndarray of object, shape (n,)
        Values of the column's kind, None where there is none.
    """
    said = mapping.get(column.name)
    cells = clean_cells(chunk.cells[said]) if said else pa.array([""] * len(chunk.numbers), pa.string())
    if column.name == "kind":
        return _kinds(cells, faults, options.kind or "")
    values, unreadable = _READERS[column.kind](cells, options.timezone)
    faults.add(unreadable, "value_unreadable")
    if column.required:
        missing = np.array([value is None for value in values], dtype=np.bool_)
        faults.add(missing & ~unreadable, "value_missing")
    return values


def _kinds(cells: pa.Array, faults: Faults, instead: str) -> NDArray[np.object_]:
    words = words_of(cells)
    values = words.map(lambda text: kind_slug(text or instead))
    stated = words.map(lambda text: bool(text or instead)).astype(np.bool_)
    unknown = np.array([value is None for value in values], dtype=np.bool_)
    faults.add(unknown & stated, "kind_unknown")
    faults.add(~stated, "value_missing")
    return values


_Read = tuple[NDArray[np.object_], NDArray[np.bool_]]


def _texts(cells: pa.Array, _timezone: str) -> _Read:
    words = words_of(cells)
    return words.map(lambda text: text or None), words.damaged


def _reals(cells: pa.Array, _timezone: str) -> _Read:
    numbers, odd = numbers_of(cells)
    values = numbers.astype(object)
    values[np.isnan(numbers)] = None
    return values, odd


def _integers(cells: pa.Array, _timezone: str) -> _Read:
    numbers, odd = numbers_of(cells)
    # Every whole number declared so far counts something.
    odd = odd | (np.isfinite(numbers) & ((numbers != np.rint(numbers)) | (numbers < 0) | (numbers > 2**53)))
    values = np.array([None if np.isnan(number) else round(number) for number in numbers], dtype=object)
    return values, odd


def _dates(cells: pa.Array, _timezone: str) -> _Read:
    moments = read_moments(cells, None, timezone="UTC", latest=_NO_LIMIT)
    days = moments.start_us.view("M8[us]").astype("M8[D]").astype(str).astype(np.object_)
    return _known(days, moments), _unreadable(moments)


def _moments(cells: pa.Array, timezone: str) -> _Read:
    moments = read_moments(cells, None, timezone=timezone, latest=_NO_LIMIT)
    texts = np.char.add(moments.start_us.view("M8[us]").astype(str), "Z").astype(np.object_)
    return _known(texts, moments), _unreadable(moments)


def _known(values: NDArray[np.object_], moments: Moments) -> NDArray[np.object_]:
    return np.where(moments.faults == 0, values, np.full(len(values), None, dtype=object))


def _unreadable(moments: Moments) -> NDArray[np.bool_]:
    return np.asarray((moments.faults != 0) & (moments.faults != fault_number("time_missing")), dtype=np.bool_)


_READERS: dict[Kind, Callable[[pa.Array, str], _Read]] = {
    Kind.TEXT: _texts,
    Kind.REAL: _reals,
    Kind.INTEGER: _integers,
    Kind.DATE: _dates,
    Kind.MOMENT: _moments,
}
