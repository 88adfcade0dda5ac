"""Writing the rows that were set aside, with their reasons, where people can correct them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from layers.errors import OutputUnwritable
from layers.incidents.reasons import reason_text
from layers.wording import Text
from mapserver.services.spreadsheet_cells import neutral

__all__ = ["base_name", "rejects_path", "write_rejects"]


def rejects_path(given: Path | None, source: Path) -> Path:
    """Choose the file for the rows set aside, before anything is imported.

    Parameters
    ----------
    given : Path or None
        The file asked for; it may exist. None for a new file in the current folder.
    source : Path
        The file that is imported.

    Returns
    -------
    Path
        A file that can be written and is not the imported one.

    Raises
    ------
    OutputUnwritable
        When the folder does not exist or the file is the imported one.
    """
    if given is None:
        return _free(source)
    if not given.parent.is_dir() or given.is_dir() or (given.exists() and source.exists() and given.samefile(source)):
        raise OutputUnwritable(
            Text(f"Không ghi được vào “{given}”.", f"“{given}” cannot be written."),
            Text("Chọn tệp khác bằng --rejects.", "Choose another file with --rejects."),
        )
    return given


def _free(source: Path) -> Path:
    stem = base_name(source)
    names = (f"{stem}.rejects{number}.csv" for number in ("", *(f"-{count}" for count in range(2, 10_000))))
    return next(Path(name) for name in names if not Path(name).exists())


def base_name(path: Path) -> str:
    """Take the ending off a file name, a packed one's both endings.

    Parameters
    ----------
    path : Path
        A file.

    Returns
    -------
    str
        Its bare name.

    Examples
    --------
    >>> base_name(Path("vu_viec.2026-01.csv")), base_name(Path("houston.csv.gz"))
    ('vu_viec.2026-01', 'houston')
    """
    packed = path.suffix.lower() in {".gz", ".zip"} and Path(path.stem).suffix
    return Path(path.stem).stem if packed else path.stem


def write_rejects(rejects: pd.DataFrame, path: Path, *, fields: Sequence[str], language: str) -> None:
    """Write the rows that were set aside as a CSV file that a spreadsheet opens.

    Parameters
    ----------
    rejects : DataFrame
        ``row``, ``reasons`` (codes), ``raw`` (field -> cell).
    path : Path
        The file to write.
    fields : sequence of str
        The fields written, in order.
    language : str
        Language of the reasons, ``vi`` or ``en``.

    Raises
    ------
    OutputUnwritable
        When the file cannot be written.
    """
    try:
        # Written beside and put in place whole; the byte-order mark makes spreadsheets read it as UTF-8.
        beside = path.with_name(f".{path.name}.part")
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "reasons", *fields])
            for row, reasons, raw in rejects[["row", "reasons", "raw"]].itertuples(index=False):
                said = " ".join(reason_text(code).in_language(language) for code in reasons)
                writer.writerow([row, said, *(neutral(raw.get(name, "")) for name in fields)])
        beside.replace(path)
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được “{path}” ({problem.strerror}).", f"“{path}” cannot be written ({problem.strerror})."),
            Text("Chọn nơi khác bằng --rejects.", "Choose another place with --rejects."),
        ) from problem
