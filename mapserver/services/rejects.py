"""Writing the rows that were set aside, with their reasons, where people can correct them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from layers.errors import OutputUnwritable
from layers.incidents.reasons import reason_text
from layers.wording import Text

__all__ = ["write_rejects"]


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
        # The byte-order mark makes spreadsheets read the file as UTF-8.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["row", "reasons", *fields])
            for row, reasons, raw in rejects[["row", "reasons", "raw"]].itertuples(index=False):
                said = " ".join(reason_text(code).in_language(language) for code in reasons)
                writer.writerow([row, said, *(raw.get(name, "") for name in fields)])
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được “{path}” ({problem.strerror}).", f"“{path}” cannot be written ({problem.strerror})."),
            Text("Chọn nơi khác bằng --rejects.", "Choose another place with --rejects."),
        ) from problem
