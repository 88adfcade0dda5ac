"""What lies beside a store and belongs in its backup: accounts and records of use, and what was published."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from layers.errors import OutputUnwritable
from layers.store.system_file import IN_PROCESS, system_path
from layers.wording import Text
from mapserver.services.published_files import published_folder

__all__ = ["back_up_companions", "companions_of", "put_back_missing"]


def companions_of(store_address: str) -> list[Path]:
    """Tell where the companions of a store lie.

    Parameters
    ----------
    store_address : str
        Address of the store, as it may be shown.

    Returns
    -------
    list of Path
        The system file and the folder of published counts, whether they are there or not; none for a store
        that lives in this process.
    """
    folder = published_folder(store_address)
    place = system_path(store_address)
    return [] if folder is None or place == IN_PROCESS else [Path(place), folder]


def back_up_companions(store_address: str, backup: Path) -> list[Path]:
    """Copy what lies beside a store to beside its backup, while others go on using it.

    Parameters
    ----------
    store_address : str
        Address of the store, as it may be shown.
    backup : Path
        The backup of the store; the copies get its name.

    Returns
    -------
    list of Path
        The copies; of what is not there, none is made.

    Raises
    ------
    OutputUnwritable
        When one of them is there already.
    """
    pairs = [pair for pair in _pairs(store_address, str(backup)) if pair[0].exists()]
    for _source, target in pairs:
        if target.exists():
            raise OutputUnwritable(
                Text(f"Đã có “{target}”.", f"“{target}” is there already."),
                Text("Đặt tên khác, ví dụ có ngày.", "Choose another name, such as one with the date."),
            )
    return [_copied(source, target) for source, target in pairs]


def put_back_missing(backup: Path, store_address: str) -> list[Path]:
    """Put back what is missing beside a store, as on a new machine.

    What is there stays: an older one would open accounts again that were shut, cut the records of use, and let
    months be published anew.

    Parameters
    ----------
    backup : Path
        The backup of the store.
    store_address : str
        Address of the store, as it may be shown.

    Returns
    -------
    list of Path
        What was put back.
    """
    pairs = _pairs(str(backup), store_address)
    return [_copied(source, target) for source, target in pairs if source.exists() and not target.exists()]


def _pairs(source: str, target: str) -> list[tuple[Path, Path]]:
    return list(zip(companions_of(source), companions_of(target), strict=True))


def _copied(source: Path, target: Path) -> Path:
    if source.is_dir():
        shutil.copytree(source, target)
        return target
    # Only the office itself may read what it holds.
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    return target
