"""A table of text cells, read in chunks: what every kind of file is turned into first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from layers.wording import nfc

__all__ = ["Chunk", "Malformed", "Table", "unique_names"]


@dataclass(frozen=True)
class Malformed:
    """A row whose number of cells is not that of the header.

    Parameters
    ----------
    row : int
        Its row in the file, the header being row 1.
    values : dict of str to str
        Column -> cell, as far as the cells go.
    """

    row: int
    values: dict[str, str]


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table.

    Parameters
    ----------
    cells : pyarrow.Table
        Columns of strings; an empty cell is an empty string.
    numbers : ndarray of int, shape (n,)
        Row of each in the file, the header being row 1.
    malformed : tuple of Malformed
        Rows that do not fit the header.
    """

    cells: pa.Table
    numbers: NDArray[np.int64]
    malformed: tuple[Malformed, ...] = ()

    def __len__(self) -> int:
        return len(self.numbers) + len(self.malformed)

    @property
    def frame(self) -> pd.DataFrame:
        """The cells as a pandas frame of text, indexed by the row in the file."""
        frame: pd.DataFrame = self.cells.to_pandas().astype(object)
        frame.index = pd.Index(self.numbers, name="row")
        return frame

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Chunk:
        """Make a chunk of a pandas frame, such as corrected rows of the quarantine.

        Parameters
        ----------
        frame : DataFrame
            Any cells; missing ones become empty strings. An integer index gives the row numbers.

        Returns
        -------
        Chunk
            The same rows as text.

        Examples
        --------
        >>> chunk = Chunk.from_frame(pd.DataFrame({"lon": ["106.3", None]}, index=[2, 3]))
        >>> chunk.frame["lon"].tolist(), chunk.numbers.tolist()
        (['106.3', ''], [2, 3])
        """
        texts = {
            str(name): pa.array(["" if pd.isna(cell) else str(cell) for cell in frame[name]], pa.string())
            for name in frame.columns
        }
        return cls(pa.table(texts), frame.index.to_numpy(dtype=np.int64))


@dataclass(frozen=True)
class Table:
    """A file that can be read row by row as text, as often as wanted.

    Parameters
    ----------
    path : Path
        The file.
    columns : tuple of str
        Its headers, made unique.
    encoding : str
        The encoding found, for people.
    sha256 : str
        Hash of the file's bytes, hexadecimal.
    crs : str or None
        The coordinate system that the file states, such as ``EPSG:4326``.
    row_count : int or None
        About how many rows it has, for a progress bar.
    opener : callable
        Begins to read the file and gives its chunks.
    """

    path: Path
    columns: tuple[str, ...]
    encoding: str
    sha256: str = ""
    crs: str | None = None
    row_count: int | None = None
    opener: Callable[[], Iterator[Chunk]] = field(repr=False, default=lambda: iter(()))

    @property
    def epsg(self) -> int | None:
        """The EPSG code that the file states, None where it states none."""
        authority, _, code = (self.crs or "").partition(":")
        return int(code) if authority.upper() == "EPSG" and code.isascii() and code.isdigit() else None

    def chunks(self) -> Iterator[Chunk]:
        """Read the file from its beginning.

        Returns
        -------
        iterator of Chunk
            Every row once, in the order of the file.

        Raises
        ------
        FileUnreadable
            When the file turns out to be damaged on the way.
        """
        return self.opener()


def unique_names(headers: list[str]) -> tuple[str, ...]:
    """Make headers usable as names: normalised, none empty, none twice.

    Parameters
    ----------
    headers : list of str
        As written in the file.

    Returns
    -------
    tuple of str
        As many names.

    Examples
    --------
    >>> unique_names(["Ngày", "", "Ngày"])
    ('Ngày', 'column_2', 'Ngày (2)')
    """
    names: list[str] = []
    for position, header in enumerate(headers, start=1):
        base = nfc(header.lstrip("\ufeff")) or f"column_{position}"
        name, again = base, 2
        while name in names:
            name, again = f"{base} ({again})", again + 1
        names.append(name)
    return tuple(names)
