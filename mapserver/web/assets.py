"""The built files of the page, packed for the way and kept by the browser for good: their names carry a hash."""

from __future__ import annotations

import gzip
import mimetypes
from functools import lru_cache
from importlib.resources import files

from flask import Blueprint, Response, request

from layers.errors import NotFound
from layers.wording import Text

__all__ = ["bp"]

bp = Blueprint("assets", __name__)

_PACKED = frozenset({".js", ".css", ".txt", ".json"})
_A_YEAR = "public, max-age=31536000, immutable"


@bp.get("/static/dist/<name>")
def asset(name: str) -> Response:
    """Send one built file.

    Parameters
    ----------
    name : str
        Its name; there are no folders below.

    Returns
    -------
    Response
        The file.

    Raises
    ------
    NotFound
        When there is no such file.
    """
    found = _packed(name)
    if found is None:
        raise NotFound(Text(f"Không có tệp {name}.", f"There is no file {name}."))
    plain, packed = found
    answer = Response(plain, mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")
    if packed is not None and request.accept_encodings.quality("gzip") > 0:
        answer.set_data(packed)
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = _A_YEAR
    answer.vary.add("Accept-Encoding")
    return answer


@lru_cache(maxsize=64)
def _packed(name: str) -> tuple[bytes, bytes | None] | None:
    folder = files("mapserver").joinpath("static", "dist")
    # Listed, not joined: a name can then never lead out of the folder.
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name == name and not name.startswith(".") and entry.is_file():
            plain = entry.read_bytes()
            suffix = f".{name.rpartition('.')[2]}"
            return plain, gzip.compress(plain, mtime=0) if suffix in _PACKED else None
    return None
