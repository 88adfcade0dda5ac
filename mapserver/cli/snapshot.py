"""`antt snapshot`: the map in print."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from layers.errors import InvalidParameter
from layers.wording import Text
from mapserver.cli.filters import asked_of, filter_options
from mapserver.cli.registers import record_export
from mapserver.cli.run import Run, command_options
from mapserver.cli.stores import reading_store
from mapserver.clock import utc_now
from mapserver.rendering.print_map import draw, to_bytes
from mapserver.services.hotspot_requests import HotspotRequest, request_of
from mapserver.services.mapview import BENEATH_HOTSPOTS, DEFAULT_LAYERS, layer_keys
from mapserver.services.output_files import put_file
from mapserver.services.reader import Reader
from mapserver.services.snapshots import SheetRequest, print_data

__all__ = ["kind_of", "snapshot"]

_KINDS = (".pdf", ".png")


@click.group()
def snapshot() -> None:
    """Xuất bản đồ in. / The map in print."""


@snapshot.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp .pdf hoặc .png. / File to write.")
@filter_options
@click.option("--layers", metavar="KEY,KEY", help="Các lớp được vẽ. / Layers drawn.")
@click.option("--hotspots", metavar="METHOD", help="Phương pháp điểm nóng. / Hotspot method drawn.")
@click.option("--cell-m", metavar="M", help="Cỡ ô của điểm nóng (500). / Size of its cells.")
@click.option("--shape", metavar="NAME", help="square | hexagon | units.")
@click.option("--title", help="Tiêu đề. / Title.")
@click.option("--bandwidth-m", type=click.FloatRange(min=0, min_open=True), help="Bán kính mật độ (m). / Bandwidth.")
@command_options
def create(run: Run, *, out: Path, title: str | None, bandwidth_m: float | None, **options: object) -> None:
    """Tạo tệp PDF hoặc PNG khổ A4 ngang. / Make an A4 landscape PDF or PNG."""
    kind = kind_of(out)
    asked = asked_of(options)
    said = None if title is None else Text(title, title)
    spots = _hotspots(options)
    visible = _visible(options["layers"], BENEATH_HOTSPOTS if spots else DEFAULT_LAYERS)
    sheet = SheetRequest(visible, said, bandwidth_m, hotspots=spots)
    now = utc_now()
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        data, day = print_data(reader, asked, sheet, now=now), asked.as_of or reader.today(now)
    record_export(run, {"layer": "snapshot", "filter": data.sentence.in_language(run.settings.lang)})
    content = to_bytes(draw(data, language=run.settings.lang), kind)
    put_file(out, lambda file: file.write(content))
    run.say(Text(f"Đã xuất {out}.", f"Wrote {out}."))
    run.result({"out": str(out), "as_of": str(day), "total": data.total, "placed": data.placed,
                "unplaced": data.unplaced, "sentence": data.sentence.in_language(run.settings.lang)})  # fmt: skip


def kind_of(out: Path) -> Literal["pdf", "png"]:
    """Find the kind of picture that a name asks for.

    Parameters
    ----------
    out : Path
        The file to write.

    Returns
    -------
    str
        ``pdf`` or ``png``.

    Raises
    ------
    InvalidParameter
        When the name ends in something else.
    """
    if out.suffix.lower() not in _KINDS:
        raise InvalidParameter(
            Text(f"Chưa xuất được tệp “{out.name}”.", f"“{out.name}” is not a kind that can be written."),
            Text("Đặt tên tệp kết thúc bằng .pdf hoặc .png.", "End the file name with .pdf or .png."),
        )
    return "pdf" if out.suffix.lower() == ".pdf" else "png"


def _hotspots(options: dict[str, object]) -> HotspotRequest | None:
    if options["hotspots"] is None:
        return None
    own = {"method": options["hotspots"], "cell_m": options["cell_m"], "shape": options["shape"]}
    return request_of({name: str(text) for name, text in own.items() if text is not None})


def _visible(text: object, default: tuple[str, ...]) -> tuple[str, ...]:
    if text is None:
        return default
    keys = tuple(part.strip() for part in str(text).split(",") if part.strip())
    unknown = [key for key in keys if key not in layer_keys()]
    if unknown:
        raise InvalidParameter(
            Text(f"Không có lớp “{unknown[0]}”.", f"There is no layer “{unknown[0]}”."),
            Text(f"Các lớp có: {', '.join(layer_keys())}.", f"Layers: {', '.join(layer_keys())}."),
        )
    return keys
