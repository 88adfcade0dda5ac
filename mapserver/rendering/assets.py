"""The files the browser needs, all served by the program itself under names that carry their hash."""

from __future__ import annotations

import json
from importlib.resources import files

from layers.errors import NotFound
from layers.wording import Text

__all__ = ["asset_url"]


def asset_url(name: str) -> str:
    """Find the address of a built file.

    Parameters
    ----------
    name : str
        Such as ``antt.js``.

    Returns
    -------
    str
        A path on this server.

    Raises
    ------
    NotFound
        When the browser bundle was not built.
    """
    manifest = files("mapserver").joinpath("static", "dist", "manifest.json")
    if not manifest.is_file():
        raise NotFound(
            Text("Thiếu các tệp của trang bản đồ.", "The files of the map page are missing."),
            Text("Cài lại chương trình, hoặc chạy `make setup` trong thư mục mã nguồn.",
                 "Install the program again, or run `make setup` in the source folder."),
        )  # fmt: skip
    names: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    return f"/static/dist/{names[name]}"
