"""`antt snapshot`: the map in print."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Literal

import click

from layers.errors import InvalidParameter, OutputUnwritable
from layers.records import Filter, Period, UnitRef
from layers.wording import Text
from mapserver.cli.registers import record_export
from mapserver.cli.run import Day, Run, command_options
from mapserver.cli.stores import reading_store
from mapserver.clock import utc_now
from mapserver.rendering.print_map import draw, to_bytes
from mapserver.services.mapview import DEFAULT_LAYERS, layer_keys
from mapserver.services.reader import Reader
from mapserver.services.snapshots import SheetRequest, print_data

__all__ = ["kind_of", "snapshot"]

_DATE = Day()
_KINDS = (".pdf", ".png")


@click.group()
def snapshot() -> None:
    """Xuất bản đồ in. / The map in print."""


@snapshot.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Tệp .pdf hoặc .png. / File to write.")
@click.option("--as-of", type=_DATE, help="Ngày của ranh giới. / Day of the boundaries.")
@click.option("--from", "since", type=_DATE, help="Ngày đầu kỳ. / First day of the period.")
@click.option("--to", "until", type=_DATE, help="Ngày đầu tiên sau kỳ. / First day after the period.")
@click.option("--category", multiple=True, metavar="SLUG", help="Loại vụ việc. / Category of incidents.")
@click.option("--unit", metavar="CODE", help="Mã đơn vị. / Unit code.")
@click.option("--layers", metavar="KEY,KEY", help="Các lớp được vẽ. / Layers drawn.")
@click.option("--title", help="Tiêu đề. / Title.")
@click.option("--bandwidth-m", type=click.FloatRange(min=0, min_open=True), help="Bán kính mật độ (m). / Bandwidth.")
@command_options
def create(run: Run, *, out: Path, title: str | None, bandwidth_m: float | None, **options: object) -> None:
    """Tạo tệp PDF hoặc PNG khổ A4 ngang. / Make an A4 landscape PDF or PNG."""
    kind = kind_of(out)
    asked = _asked(options)
    said = None if title is None else Text(title, title)
    sheet = SheetRequest(_visible(options["layers"]), said, bandwidth_m)
    now = utc_now()
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        data, day = print_data(reader, asked, sheet, now=now), asked.as_of or reader.today(now)
    record_export(run, {"layer": "snapshot", "filter": data.sentence.in_language(run.settings.lang)})
    _write(out, to_bytes(draw(data, language=run.settings.lang), kind))
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


def _asked(options: dict[str, object]) -> Filter:
    categories = options["category"]
    assert isinstance(categories, tuple)  # noqa: S101 - click's `multiple` gives a tuple
    return Filter(
        as_of=_day(options["as_of"]),
        period=Period(_day(options["since"]), _day(options["until"])),
        categories=categories,
        unit=UnitRef.parse(str(options["unit"])) if options["unit"] else None,
    )


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None


def _visible(text: object) -> tuple[str, ...]:
    if text is None:
        return DEFAULT_LAYERS
    keys = tuple(part.strip() for part in str(text).split(",") if part.strip())
    unknown = [key for key in keys if key not in layer_keys()]
    if unknown:
        raise InvalidParameter(
            Text(f"Không có lớp “{unknown[0]}”.", f"There is no layer “{unknown[0]}”."),
            Text(f"Các lớp có: {', '.join(layer_keys())}.", f"Layers: {', '.join(layer_keys())}."),
        )
    return keys


def _write(out: Path, content: bytes) -> None:
    try:
        out.write_bytes(content)
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được “{out}” ({problem.strerror}).", f"“{out}” cannot be written ({problem.strerror})."),
            Text("Chọn nơi khác bằng --out.", "Choose another place with --out."),
        ) from problem
