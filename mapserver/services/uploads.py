"""Files that came over the network: kept apart under random names until their job is done."""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from layers.errors import EmptyInput, FileUnreadable, OutputUnwritable
from layers.store.system_file import IN_PROCESS
from layers.wording import Text

__all__ = ["SUFFIXES", "discard", "discard_unused", "keep_files", "keep_upload", "upload_folder"]

SUFFIXES = (
    ".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz", ".zip", ".xlsx", ".xlsm", ".geojson", ".json",
    ".geojsonl", ".gpkg", ".parquet", ".geoparquet",
)  # fmt: skip

# The sender's name for a file is never used on the disk, only its kind.
_NAME = "tai-len"
_TEMPORARY = "antt-"
_KEPT_AT_MOST = dt.timedelta(days=1)


def upload_folder(system_address: str) -> Path:
    """Find the folder of uploads, which only the server's own account may read.

    Parameters
    ----------
    system_address : str
        Address of the system store.

    Returns
    -------
    Path
        Beside the system store; a new temporary folder for a store in this process.
    """
    if system_address == IN_PROCESS:
        return Path(tempfile.mkdtemp(prefix=_TEMPORARY))
    return Path(system_address).resolve().with_suffix("").with_suffix(".uploads")


def keep_upload(folder: Path, sent_name: str, save: Callable[[Path], object]) -> Path:
    """Keep an uploaded file under a random name.

    Parameters
    ----------
    folder : Path
        As `upload_folder` gives it.
    sent_name : str
        What the sender calls the file; only its ending is looked at.
    save : callable
        Writes the file to the path it is given.

    Returns
    -------
    Path
        Where it lies, alone in its folder.

    Raises
    ------
    FileUnreadable
        When it is of no kind that is read.
    EmptyInput
        When it holds nothing.
    OutputUnwritable
        When it cannot be kept.
    """
    suffix = _suffix(sent_name)
    return keep_files(folder, {suffix: save}, main=suffix)


def keep_files(folder: Path, parts: Mapping[str, Callable[[Path], object]], *, main: str) -> Path:
    """Keep files that belong together under one random name.

    Parameters
    ----------
    folder : Path
        As `upload_folder` gives it.
    parts : mapping of str to callable
        Ending of each file -> writes the file to the path it is given.
    main : str
        Ending of the file that the others go with.

    Returns
    -------
    Path
        Where the main one lies, alone in its folder with the others.

    Raises
    ------
    EmptyInput
        When the main file holds nothing.
    OutputUnwritable
        When they cannot be kept.
    """
    path = folder / secrets.token_hex(16) / f"{_NAME}{main}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700)
        for suffix, save in parts.items():
            save(path.with_name(f"{_NAME}{suffix}"))
        size = path.stat().st_size
    except OSError as problem:
        discard(path)
        raise OutputUnwritable(
            Text(f"Không lưu được tệp tải lên ({problem.strerror}).",
                 f"The upload cannot be kept ({problem.strerror})."),
            Text("Báo người quản trị kiểm tra dung lượng đĩa của máy chủ.",
                 "Ask the administrator to look at the server's disk."),
        ) from problem  # fmt: skip
    if not size:
        discard(path)
        raise EmptyInput(
            Text("Tệp tải lên trống.", "The uploaded file is empty."), Text("Chọn tệp khác.", "Choose another file.")
        )
    return path


def _suffix(sent_name: str) -> str:
    # Browsers of old send a whole path, with the separators of their own system.
    name = PurePosixPath(sent_name.replace("\\", "/")).name.lower()
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            return suffix
    raise FileUnreadable(
        Text("Chưa đọc được loại tệp này.", "Files of this kind are not read."),
        Text(f"Dùng tệp có đuôi: {', '.join(SUFFIXES)}.", f"Use a file that ends in: {', '.join(SUFFIXES)}."),
    )


def discard(path: Path) -> None:
    """Delete an uploaded file with its folder; deleting it twice does nothing.

    Parameters
    ----------
    path : Path
        As `keep_upload` gave it.
    """
    if path.stem.partition(".")[0] == _NAME:
        shutil.rmtree(path.parent, ignore_errors=True)
        if path.parent.parent.name.startswith(_TEMPORARY):
            # Not empty while another upload lies there.
            with suppress(OSError):
                path.parent.parent.rmdir()


def discard_unused(folder: Path, used: Collection[Path], *, now: dt.datetime) -> int:
    """Delete uploads left behind by a server that was stopped hard.

    Parameters
    ----------
    folder : Path
        As `upload_folder` gives it.
    used : collection of Path
        Files that jobs still need.
    now : datetime
        The moment; an upload of the last day is never touched.

    Returns
    -------
    int
        How many were deleted.
    """
    needed = {path.parent for path in used}
    oldest = (now - _KEPT_AT_MOST).timestamp()
    left = [path for path in folder.glob("*/") if path not in needed and path.stat().st_mtime < oldest]
    for path in left:
        shutil.rmtree(path, ignore_errors=True)
    return len(left)
