"""`antt boundaries list|export|standards`: what is in force on a day, as text, as a file, against the law."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from layers.errors import OutputUnwritable
from layers.wording import Text
from mapserver.cli.run import Day, Run, command_options
from mapserver.cli.stores import reading_store, writing_store
from mapserver.cli.tables import figure, print_units
from mapserver.clock import utc_now
from mapserver.rendering.unit_words import VERDICTS
from mapserver.services.boundaries_export import export_boundaries
from mapserver.services.imports import refuse_store_file
from mapserver.services.reader import LEVELS, Reader
from mapserver.services.standards import keep_standards, standards_csv, standards_report
from mapserver.services.units import unit_list
from mapserver.services.vintages import vintages

__all__ = ["export", "list_", "standards", "tell_standards", "tell_units"]

_AS_OF = click.option(
    "--as-of", type=Day(), help="Ngày của ranh giới; mặc định hôm nay. / The day; today if not given."
)


@click.command("list")
@click.option("--as-of", type=Day(), help="Chỉ đơn vị có hiệu lực ngày này. / Only units in force on this day.")
@click.option("--level", type=click.Choice(LEVELS), help="Chỉ một cấp. / One level only.")
@command_options
def list_(run: Run, as_of: dt.date | None, level: str | None) -> None:
    """Liệt kê các đơn vị và các mốc ranh giới. / List the units and the vintages."""
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        # Provinces follow from the communes of a day, so a day is needed.
        day = reader.today(utc_now()) if as_of is None and level == "province" else as_of
        units = unit_list(reader, as_of=day, level=level)
        known = vintages(reader, now=utc_now())
    tell_units(run, units, [each.as_json() for each in known])


def tell_units(run: Run, units: Sequence[dict[str, object]], known: Sequence[Mapping[str, object]]) -> None:
    """Tell which units there are, and since when.

    Parameters
    ----------
    run : Run
        How the command was called.
    units : sequence of dict
        As `unit_list` gives them.
    known : sequence of mapping
        The vintages, as `UnitVintage.as_json` gives them.
    """
    print_units(run, units)
    for each in known:
        days = f"{each['from']} – {each['to'] or '…'}"
        run.say(
            Text(
                f"Mốc {days}: {each['units']} đơn vị, {each['drawn']} có ranh giới.",
                f"Vintage {days}: {each['units']} units, {each['drawn']} with borders.",
            )
        )
    run.result({"units": list(units), "vintages": list(known)})


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@_AS_OF
@click.option("--level", type=click.Choice(LEVELS), default="commune", show_default=True, help="Cấp. / Level.")
@command_options
def export(run: Run, *, file: Path, as_of: dt.date | None, level: str) -> None:
    """Ghi ranh giới của một ngày ra tệp. / Write the boundaries of a day into a file."""
    with reading_store(run) as store:
        refuse_store_file(store, file)
        reader = Reader(store, run.settings.timezone)
        day = as_of or reader.today(utc_now())
        written = export_boundaries(reader, file, as_of=day, level=level)
    run.say(
        Text(
            f"Đã ghi {written.units} đơn vị của ngày {day} vào {file}; {written.by_name_only} chỉ biết tên, không ghi.",
            f"Wrote {written.units} units of {day} into {file}; {written.by_name_only} known by name only, left out.",
        )
    )
    run.result({"file": str(file), "as_of": str(day), "units": written.units, "by_name_only": written.by_name_only})


@click.command("standards")
@_AS_OF
@click.option("--export", "target", type=click.Path(path_type=Path), help="Ghi bảng ra CSV. / Write the table as CSV.")
@click.option("--import", "source", type=click.Path(path_type=Path), help="Thay bảng bằng CSV. / Replace the table.")
@command_options
def standards(run: Run, *, as_of: dt.date | None, target: Path | None, source: Path | None) -> None:
    """Đối chiếu đơn vị với tiêu chuẩn đang có hiệu lực. / Hold units against the standards in force."""
    if target is not None and source is not None:
        raise click.UsageError("--export, --import: chọn một / choose one")
    if source is not None:
        with writing_store(run) as store:
            kept = keep_standards(store, source, now=utc_now(), rng=np.random.default_rng())
        run.say(Text(f"Đã thay bảng tiêu chuẩn: {kept} dòng.", f"Replaced the table of standards: {kept} rows."))
        run.result({"rows": kept})
        return
    with reading_store(run) as store:
        reader = Reader(store, run.settings.timezone)
        report = standards_report(reader, as_of or reader.today(utc_now()))
        table = standards_csv(reader)
    if target is not None:
        _write(target, table)
    tell_standards(run, report.as_json(run.settings.lang))


def _write(target: Path, table: str) -> None:
    try:
        # With a mark at the front, so that Excel reads the Vietnamese.
        target.write_text(table, encoding="utf-8-sig")
    except OSError as problem:
        raise OutputUnwritable(
            Text(f"Không ghi được tệp {target.name}.", f"The file {target.name} cannot be written."),
            Text("Kiểm tra thư mục và quyền ghi.", "Check the folder and the right to write there."),
        ) from problem


def _figures(unit: Mapping[str, Any], language: str) -> str:
    """Write both measures of a unit beside what the standards ask for; several settings ask for several."""
    kinds = (("area_km2", 2, Text("km²", "km²")), ("people", 0, Text("người", "people")))
    said = []
    for key, digits, word in kinds:
        value, least = unit["measured"][key], unit["least"][key]
        have = "?" if value is None else figure(value, digits, language)
        bounds = " / ".join(dict.fromkeys(figure(float(each), digits, language) for each in least))
        asked = Text("cần từ", "at least").in_language(language)
        said.append(f"{have} {word.in_language(language)}, {asked} {bounds}")
    return "; ".join(said)


def tell_standards(run: Run, report: Mapping[str, Any]) -> None:
    """Tell which units are below the standards, and what is not certain.

    Parameters
    ----------
    run : Run
        How the command was called.
    report : mapping
        As `StandardsReport.as_json` gives it, in the language of the run.
    """
    for each in report["units"]:
        if each["overall"] in {"below", "depends"}:
            said = f"{VERDICTS[each['overall']].in_language(run.settings.lang)} ({_figures(each, run.settings.lang)})"
            run.say(Text(*[f"  {each['unit']}  {each['name']}: {said}"] * 2))
    for verdict, count in sorted(report["counts"].items()):
        run.say(Text(f"{VERDICTS[verdict].vi}: {count}", f"{VERDICTS[verdict].en}: {count}"))
    for doubt in report["doubts"]:
        run.say(Text(f"Nguồn số liệu – {doubt}.", f"Source of the figures – {doubt}."))
    for each in report["unchecked"]:
        run.say(Text(f"Chưa kiểm được: {each}.", f"Not checked: {each}."))
    run.result(dict(report))
