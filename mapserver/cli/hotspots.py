"""`antt hotspots`: hotspots that carry their own evidence, and their back-test."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from layers.errors import InvalidParameter
from layers.hotspots.methods import METHOD_NAMES
from layers.wording import Text
from mapserver.cli.filters import asked_of, filter_options
from mapserver.cli.run import Run, command_options, progress
from mapserver.cli.stores import reading_store
from mapserver.clock import utc_now
from mapserver.services.following import Following
from mapserver.services.hotspot_area import read_area
from mapserver.services.hotspot_maps import Conduct, backtest_hotspots, find_hotspots
from mapserver.services.hotspot_requests import OPTION_NAMES, request_of
from mapserver.services.output_files import put_file
from mapserver.services.reader import Reader

__all__ = ["STATED_AREAS", "hotspots", "options_written", "print_backtest", "write_map"]

STATED_AREAS = ("units", "own", "bbox")
_FINDING = Text("Tìm điểm nóng", "Finding hotspots")
_TESTING = Text("Kiểm nghiệm", "Back-testing")


def _method_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--rounding-m", metavar="M", help="Cạnh của một “nơi”. / Side of a repeat place."),
        click.option("--days", metavar="D,D", help="Các khoảng ngày. / Bands of days."),
        click.option("--distance-m", metavar="M,M", help="Các khoảng cách. / Bands of distance."),
        click.option("--step-days", metavar="D", help="Bước thời gian. / Step of time."),
        click.option("--min-points", metavar="N", help="Số vụ tối thiểu của cụm. / Incidents of a cluster."),
        click.option("--eps-days", metavar="D", help="Khoảng ngày của cụm. / Days of a cluster."),
        click.option("--eps-m", metavar="M", help="Bán kính của cụm. / Radius of a cluster."),
        click.option("--kernel", metavar="NAME", help="gaussian | quartic."),
        click.option("--bandwidth-m", metavar="M", help="Bán kính làm mịn. / Bandwidth."),
        click.option("--seed", metavar="N", help="Hạt giống ngẫu nhiên (1). / Seed."),
        click.option("--cell-m", metavar="M", help="Cỡ ô (500). / Size of a cell."),
        click.option("--shape", metavar="NAME", help="square | hexagon | units."),
        click.option("--crs", metavar="EPSG:n", help="Hệ tọa độ mét. / Metric system."),
        click.option(
            "--area", metavar="FILE|own|bbox|units", default="units", help="Phạm vi nghiên cứu (units). / Study area."
        ),
        click.option("--method", metavar="NAME", default="gistar", help=" | ".join(METHOD_NAMES) + "."),
    ):
        command = option(command)
    return command


@click.group()
def hotspots() -> None:
    """Điểm nóng kèm bằng chứng. / Hotspots that say how far to trust them."""


@hotspots.command()
@click.option("--out", type=click.Path(path_type=Path), help="Tệp .geojson. / File to write.")
@_method_options
@click.option("--permutations", metavar="N", help="Số hoán vị ít nhất (999). / Permutations at least.")
@click.option("--by", metavar="NAME", help="all | hour | weekday. Mật độ theo giờ, thứ. / Density by slice.")
@filter_options
@command_options
def run(run: Run, *, out: Path | None, area: str, **options: object) -> None:
    """Tìm điểm nóng và ghi ra GeoJSON. / Find hotspots and write them as GeoJSON.

    Không chấm điểm hay dự đoán con người: chỉ nói về nơi và thời gian. / It speaks of places, never of persons.
    """
    wanted = request_of(options_written(options, area))
    _check_name(out)
    with reading_store(run) as store, progress(_FINDING, run) as tell:
        reader = Reader(store, run.settings.timezone)
        found = find_hotspots(reader, asked_of(options), wanted, now=utc_now(), conduct=_conduct(area, tell))
    write_map(run, found.as_geojson(run.settings.lang), out)


@hotspots.command()
@_method_options
@click.option("--coverages", metavar="S,S", help="Các tỷ lệ diện tích. / Shares of the area.")
@click.option("--periods", metavar="N", help="Số kỳ (6). / Periods.")
@click.option("--period-days", metavar="D", help="Độ dài một kỳ (30). / Length of a period.")
@filter_options
@command_options
def backtest(run: Run, *, area: str, **options: object) -> None:
    """Kiểm nghiệm một phương pháp trên các kỳ nó chưa thấy. / Test a method on periods it has not seen."""
    wanted = request_of(options_written(options, area), backtest=True)
    with reading_store(run) as store, progress(_TESTING, run) as tell:
        reader = Reader(store, run.settings.timezone)
        found = backtest_hotspots(reader, asked_of(options), wanted, now=utc_now(), conduct=_conduct(area, tell))
    print_backtest(run, found.as_json(run.settings.lang))


def write_map(run: Run, content: dict[str, Any], out: Path | None) -> None:
    """Write what was found into a file and say it.

    Parameters
    ----------
    run : Run
        How the command was called.
    content : dict
        The GeoJSON.
    out : Path or None
        The file to write.

    Raises
    ------
    OutputUnwritable
        When it cannot be written.
    """
    if out is not None:
        put_file(out, lambda file: file.write(json.dumps(content, ensure_ascii=False, allow_nan=False).encode()))
        run.say(Text(f"Đã ghi {out}.", f"Wrote {out}."))
    run.say(Text(content["sentence_vi"], content["sentence_en"]))
    if content["backtest"] is not None:
        run.say(_either(content["backtest"]["sentence"]))
    told = {name: value for name, value in content.items() if name not in {"features", "type"}}
    # Without a file the answer is what is printed.
    run.result(told | ({"out": str(out)} if out is not None else {"features": content["features"]}))


def print_backtest(run: Run, content: dict[str, Any]) -> None:
    """Print a back-test as a table.

    Parameters
    ----------
    run : Run
        How the command was called.
    content : dict
        The answer.
    """
    run.say(Text(content["sentence_vi"], content["sentence_en"]))
    for row in content["summaries"]:
        hit, pai, star, rri = (_figure(row[name]) for name in ("hit_rate", "pai", "pei_star", "rri"))
        name, coverage = row["name"], f"{100 * row['coverage']:.3g} %"
        run.say(
            Text(f"  {name}, {coverage} diện tích: bắt được {hit}, PAI {pai}, PEI* {star}, RRI {rri}".replace(".", ","),
                 f"  {name}, {coverage} of the area: hit rate {hit}, PAI {pai}, PEI* {star}, RRI {rri}")
        )  # fmt: skip
    if content["summaries"]:
        periods, days = content["parameters"]["periods"], content["parameters"]["period_days"]
        run.say(Text(f"  ({periods} kỳ, mỗi kỳ {days:g} ngày)", f"  ({periods} periods of {days:g} days)"))
    run.result(content)


def _either(said: str) -> Text:
    # Written in the language of the run already.
    return Text(said, said)


def options_written(options: dict[str, object], area: str) -> dict[str, str]:
    """Collect the method and its options as they were typed.

    Parameters
    ----------
    options : dict
        As click read them; those that were not typed are None.
    area : str
        ``units``, ``bbox`` or a file.

    Returns
    -------
    dict of str to str
        For `request_of`.
    """
    typed = {name: str(options[name]).strip() for name in ("method", *OPTION_NAMES) if options.get(name) is not None}
    return typed | ({"area": area} if area in STATED_AREAS else {})


def _conduct(area: str, tell: Callable[[int, int], None]) -> Conduct:
    file = None if area in STATED_AREAS else read_area(Path(area))
    return Conduct(Following(tell, lambda: True), file)


def _check_name(out: Path | None) -> None:
    if out is not None and out.suffix.lower() not in {".geojson", ".json"}:
        raise InvalidParameter(
            Text(f"Không ghi được loại tệp “{out.suffix}”.", f"Files of kind “{out.suffix}” are not written."),
            Text("Đặt tên tệp kết thúc bằng .geojson.", "End the file name with .geojson."),
        )


def _figure(measure: dict[str, float | None]) -> str:
    low, high = measure["low"], measure["high"]
    said = "–" if measure["estimate"] is None else f"{measure['estimate']:.2f}"
    return said if low is None or high is None else f"{said} ({low:.2f}–{high:.2f})"
