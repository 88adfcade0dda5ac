"""Boundary files that came over the network: which kinds, what belongs together, and what they are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from layers.boundaries import refusals
from layers.boundaries.archives import DRAWINGS
from layers.boundaries.opening import require_openable
from layers.errors import AnttError, FileUnreadable
from layers.wording import Text, nfc, storable
from mapserver.services.uploads import discard, keep_files

__all__ = ["COMPANIONS", "KINDS", "keep_boundary_files", "named_as_sent", "shown_name"]

KINDS = (".zip", ".shp", ".tab", ".mif", ".gpkg", ".geojson", ".json", ".fgb", ".kml", ".kmz", ".gml")
COMPANIONS: Mapping[str, tuple[str, ...]] = {
    ".shp": (".shx", ".dbf", ".prj", ".cpg"),
    ".tab": (".dat", ".map", ".id", ".ind"),
    ".mif": (".mid",),
}
_LONGEST_NAME = 120

Sent = tuple[str, Callable[[Path], object]]


def shown_name(sent_name: str) -> str:
    r"""Give the name under which people know a file that was sent.

    Parameters
    ----------
    sent_name : str
        As the browser sent it; those of old send a whole path.

    Returns
    -------
    str
        Without folders, of a length that can be shown.

    Examples
    --------
    >>> shown_name("C:\\ranh gioi\\xa.shp")
    'xa.shp'
    """
    return nfc(storable(PurePosixPath(sent_name.replace("\\", "/")).name))[-_LONGEST_NAME:]


def keep_boundary_files(folder: Path, sent: Sequence[Sent]) -> tuple[Path, str]:
    """Keep one boundary file, with the companions that were sent beside it.

    Parameters
    ----------
    folder : Path
        As `uploads.upload_folder` gives it.
    sent : sequence of (str, callable)
        Name of each file as sent, and what writes it to a path.

    Returns
    -------
    tuple of Path and str
        Where the main file lies, and its name as sent.

    Raises
    ------
    FileUnreadable
        When there is no file of a kind that is read, more than one, a drawing, or companions are missing.
    TooLarge
        When an archive would unpack to too much.
    EmptyInput, OutputUnwritable
        As in `uploads.keep_files`.
    """
    files = {shown_name(name): save for name, save in sent}
    main = _main(list(files))
    suffix = _suffix(main)
    stem = main[: -len(suffix)].casefold()
    beside = {
        _suffix(name): save
        for name, save in files.items()
        if _suffix(name) in COMPANIONS.get(suffix, ()) and name[: -len(_suffix(name))].casefold() == stem
    }
    path = keep_files(folder, {suffix: files[main], **beside}, main=suffix)
    try:
        require_openable(path)
    except AnttError as problem:
        discard(path)
        raise named_as_sent(problem, path, main) from None
    return path, main


def named_as_sent(problem: AnttError, path: Path, name: str) -> AnttError:
    """Say a failure with the name that the sender knows, not with the place on the server's disk.

    Parameters
    ----------
    problem : AnttError
        The failure.
    path : Path
        Where the file lies.
    name : str
        Its name as sent.

    Returns
    -------
    AnttError
        Of the same class.
    """

    def named(text: Text) -> Text:
        return Text(*(words.replace(str(path), name).replace(path.name, name) for words in text))

    return type(problem)(named(problem.message), named(problem.hint), details=problem.details)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _main(names: Sequence[str]) -> str:
    for name in names:
        if _suffix(name) in DRAWINGS:
            raise refusals.drawing(name)
    mains = [name for name in names if _suffix(name) in KINDS]
    if len(mains) == 1:
        return mains[0]
    if mains:
        raise FileUnreadable(
            Text(f"Có nhiều tệp ranh giới: {', '.join(mains)}.", f"There are several files: {', '.join(mains)}."),
            Text("Mỗi lần nhập một tệp; các tệp đi kèm của Shapefile, TAB thì gửi cùng lúc.",
                 "Send one file at a time, with the companions of a Shapefile or TAB beside it."),
        )  # fmt: skip
    raise FileUnreadable(
        Text("Chưa đọc được loại tệp này.", "Files of this kind are not read."),
        Text(f"Dùng tệp có đuôi: {', '.join(KINDS)}.", f"Use a file that ends in: {', '.join(KINDS)}."),
    )
