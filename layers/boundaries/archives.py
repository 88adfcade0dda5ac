"""Zip archives from elsewhere: which file in them is meant, and what is refused before anything is unpacked."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from layers.boundaries import refusals
from layers.errors import FileUnreadable, TooLarge
from layers.wording import Text

__all__ = ["DRAWINGS", "member_of", "require_modest", "too_much", "unpacked_limit"]

DRAWINGS = frozenset({".dwg", ".dgn", ".dxf"})
_SPATIAL = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".tab", ".mif", ".kml", ".gml")
_MOST_MEMBERS = 1000
# Coordinates as text shrink to a tenth at best; a file made of nothing shrinks a thousandfold.
_STRONGEST_PACKING = 100
_FREE_BYTES = 10_000_000
_LARGEST_BYTES = 4_000_000_000


def member_of(file: Path) -> str:
    """Find the one spatial file in an archive.

    Parameters
    ----------
    file : Path
        A zip archive (KMZ is one).

    Returns
    -------
    str
        Its name in the archive.

    Raises
    ------
    FileUnreadable
        When it is no archive, holds no spatial file or several, a drawing, or names that lead out of it.
    TooLarge
        When it would unpack to more than any boundary file has.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except zipfile.BadZipFile:
        raise refusals.not_spatial(str(file)) from None
    _refuse_strays(members, str(file))
    require_modest(members, str(file))
    names = [member.filename for member in members]
    for suffix in _SPATIAL:
        inside = [name for name in names if name.lower().endswith(suffix) and not name.startswith("__MACOSX")]
        if len(inside) > 1:
            raise refusals.several_layers(str(file), inside)
        if inside:
            return inside[0]
    drawn = [name for name in names if PurePosixPath(name).suffix.lower() in DRAWINGS]
    raise refusals.drawing(drawn[0]) if drawn else refusals.not_spatial(str(file))


def _refuse_strays(members: list[zipfile.ZipInfo], file: str) -> None:
    for member in members:
        name = member.filename
        leads_out = ".." in name.replace("\\", "/").split("/")
        if leads_out or PurePosixPath(name).is_absolute() or PureWindowsPath(name).anchor:
            raise FileUnreadable(
                Text(f"Tệp nén “{file}” chứa đường dẫn ra ngoài: “{name}”.",
                     f"The archive “{file}” holds a path that leads out of it: “{name}”."),
                Text("Nén lại chỉ các tệp ranh giới, không kèm đường dẫn.",
                     "Pack the boundary files again, without paths."),
            )  # fmt: skip


def require_modest(members: Sequence[zipfile.ZipInfo], file: str) -> None:
    """Refuse an archive that is made to fill the memory or the disk.

    Parameters
    ----------
    members : sequence of zipfile.ZipInfo
        What it says it holds; no more than that is ever unpacked.
    file : str
        Its name, for the message.

    Raises
    ------
    TooLarge
        When it holds too many files, or would unpack to too much.
    """
    packed_too_well = any(member.file_size > unpacked_limit(member.compress_size) for member in members)
    unpacked_bytes = sum(member.file_size for member in members)
    if packed_too_well or unpacked_bytes > _LARGEST_BYTES or len(members) > _MOST_MEMBERS:
        raise too_much(file)


def unpacked_limit(packed_bytes: int) -> int:
    """Tell how much a packed file may hold that was not made to do harm.

    Parameters
    ----------
    packed_bytes : int
        Its size as it is packed.

    Returns
    -------
    int
        Bytes.

    Examples
    --------
    >>> unpacked_limit(1_000_000), unpacked_limit(10**9)
    (110000000, 4000000000)
    """
    return min(_FREE_BYTES + _STRONGEST_PACKING * packed_bytes, _LARGEST_BYTES)


def too_much(file: str) -> TooLarge:
    """Make the refusal of a file that unpacks to too much.

    Parameters
    ----------
    file : str
        Its name.

    Returns
    -------
    TooLarge
        To be raised.
    """
    return TooLarge(
        Text(f"Tệp nén “{file}” bung ra quá lớn.", f"The archive “{file}” unpacks to too much."),
        Text("Nén lại chỉ các tệp cần nhập.", "Pack only the files that are to be imported."),
    )
