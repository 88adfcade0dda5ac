"""Zip archives from elsewhere: which file in them is meant, and what is refused before anything is unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath, PureWindowsPath

from layers.boundaries import refusals
from layers.errors import FileUnreadable, TooLarge
from layers.wording import Text

__all__ = ["DRAWINGS", "member_of"]

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
    _refuse_bombs(members, str(file))
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


def _refuse_bombs(members: list[zipfile.ZipInfo], file: str) -> None:
    packed_too_well = any(
        member.file_size > _FREE_BYTES + _STRONGEST_PACKING * member.compress_size for member in members
    )
    too_much = sum(member.file_size for member in members) > _LARGEST_BYTES
    if packed_too_well or too_much or len(members) > _MOST_MEMBERS:
        raise TooLarge(
            Text(f"Tệp nén “{file}” bung ra quá lớn.", f"The archive “{file}” unpacks to too much."),
            Text("Nén lại chỉ các tệp ranh giới cần nhập.", "Pack only the boundary files that are to be imported."),
        )
