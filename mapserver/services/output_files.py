"""Writing a file that somebody asked for: whole, or not at all and with the reason."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from layers.errors import OutputUnwritable
from layers.wording import Text

__all__ = ["put_file"]


def put_file(path: Path, write: Callable[[BinaryIO], object]) -> Path:
    """Write a file whole or not at all.

    Parameters
    ----------
    path : Path
        Where to.
    write : callable
        Writes the content.

    Returns
    -------
    Path
        Where it lies.

    Raises
    ------
    OutputUnwritable
        When it cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as out:
            write(out)
        partial.replace(path)
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được “{path}” ({problem.strerror}).", f"“{path}” cannot be written ({problem.strerror})."),
            Text("Chọn nơi khác bằng --out.", "Choose another place with --out."),
        ) from problem
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
    return path
