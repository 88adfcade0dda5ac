"""Finding the files that ship with the program, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from layers.errors import NotFound
from layers.wording import Text

__all__ = ["FOLDERS", "path"]

FOLDERS = ("boundaries", "sample")

_PACKAGE = Path(__file__).resolve().parents[1]
# An installed package carries the files itself; a checkout has them beside the package.
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent / "data")


def path(name: str) -> Path:
    """Find a shipped file.

    Parameters
    ----------
    name : str
        With its folder (``boundaries/units_2025.csv``) or without (``units_2025.csv``).

    Returns
    -------
    Path
        An existing file.

    Raises
    ------
    NotFound
        When no shipped file has the name.

    Examples
    --------
    >>> path("units_2025.csv").name
    'units_2025.csv'
    >>> path("boundaries/units_2025.csv") == path("units_2025.csv")
    True
    """
    parts = PurePosixPath(name).parts
    if len(parts) == 2 and parts[0] in FOLDERS:
        wanted = [PurePosixPath(*parts)]
    elif len(parts) == 1 and parts[0] != "..":
        wanted = [PurePosixPath(folder, parts[0]) for folder in FOLDERS]
    else:
        wanted = []
    for root in _ROOTS:
        for inner in wanted:
            if (root / inner).is_file():
                return root / inner
    raise NotFound(
        Text(f"Không có tệp đi kèm nào tên “{name}”.", f"No shipped file is named “{name}”."),
        Text(
            "Cài lại chương trình, hoặc lập lại dữ liệu mẫu bằng data/boundaries/make_sample.py.",
            "Install the program again, or make the sample with data/boundaries/make_sample.py.",
        ),
    )
