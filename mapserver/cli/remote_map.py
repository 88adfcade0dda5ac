"""The map in print, and the versions of the data, asked of a server."""

from __future__ import annotations

from pathlib import Path

from layers.catalog import LAYERS
from layers.wording import Text
from mapserver.cli.remote import Server
from mapserver.cli.run import Run
from mapserver.cli.snapshot import kind_of
from mapserver.services.output_files import put_file

__all__ = ["info", "snapshot"]


def snapshot(server: Server, run: Run, *, out: Path, title: None = None, **options: object) -> None:
    """Have a picture drawn by the server.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    out : Path
        The file to write.
    title : None
        A server takes none.
    **options : object
        The filter, the layers and the bandwidth.
    """
    del title
    kind = kind_of(out)
    asked = {
        "as_of": options["as_of"],
        "from": options["since"],
        "to": options["until"],
        "category": options["category"],
        "unit": options["unit"],
        "bbox": options["bbox"],
        "lang": run.settings.lang,
    }
    drawn = {name: options[name] for name in ("layers", "bandwidth_m", "hotspots", "cell_m", "shape")}
    content = server.fetch(f"/snapshot.{kind}", asked | drawn)
    meta = server.get("/api/v1/incidents/summary", asked)["meta"]
    put_file(out, lambda file: file.write(content))
    run.say(Text(f"Đã xuất {out}.", f"Wrote {out}."))
    told = {name: meta[name] for name in ("as_of", "total", "placed", "unplaced", "sentence")}
    run.result({"out": str(out)} | told)


def info(server: Server, run: Run) -> None:
    """Tell the data version of each layer; numbers of records depend on who asks, so a server does not give them.

    Parameters
    ----------
    server : Server
        Whom to ask.
    run : Run
        How the command was called.
    """
    found = server.get("/api/v1/version")
    run.say(Text(f"Máy chủ: {server.address}", f"Server: {server.address}"))
    for layer in LAYERS:
        version = found["versions"][layer.key]
        run.say(Text(f"  {layer.title.vi}: phiên bản dữ liệu {version}", f"  {layer.title.en}: data version {version}"))
    run.result({"store": server.address, "versions": found["versions"], "program": found["program"]})
