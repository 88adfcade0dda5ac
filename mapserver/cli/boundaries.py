"""`antt boundaries`: import unit boundaries; what else it does is in modules of its own."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click
import numpy as np

from mapserver.cli.boundaries_list import export, list_, standards
from mapserver.cli.boundaries_repair import check, repair_
from mapserver.cli.lineage import search
from mapserver.cli.run import Day, Run, command_options, epsg_of, key_values
from mapserver.cli.stores import reading_store, writing_store
from mapserver.cli.tables import print_boundary_report
from mapserver.clock import utc_now
from mapserver.services.imports import BoundaryRequest, import_boundaries
from mapserver.services.reader import LEVELS

__all__ = ["boundaries"]

_DATE = Day()


@click.group()
def boundaries() -> None:
    """Ranh giới đơn vị hành chính. / Unit boundaries."""


boundaries.add_command(search)
boundaries.add_command(list_)
boundaries.add_command(export)
boundaries.add_command(standards)
boundaries.add_command(check)
boundaries.add_command(repair_)


@boundaries.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--valid-from", required=True, type=_DATE, help="Ngày có hiệu lực. / First day in force.")
@click.option("--valid-to", type=_DATE, help="Ngày hết hiệu lực. / First day no longer in force.")
@click.option("--level", type=click.Choice(LEVELS), default="commune", show_default=True, help="Cấp. / Level.")
@click.option("--scope", multiple=True, metavar="CODE", help="Tỉnh (hoặc xã) mà tệp thay thế. / Parents it speaks for.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Cột của tệp. / A column of the file.")
@click.option("--crs", metavar="EPSG:n", help="Hệ tọa độ của tệp. / Coordinate system of the file.")
@click.option("--encoding", default="auto", show_default=True, help="Bảng mã chữ. / Text encoding.")
@click.option("--decree", help="Văn bản quy định ranh giới. / The document that set the boundaries.")
@click.option("--source", default="", help="Nguồn của tệp. / Where the file comes from.")
@click.option("--partial", is_flag=True, help="Kết thúc cả đơn vị mà tệp không phủ. / End units not covered too.")
@click.option("--dry-run", is_flag=True, help="Chỉ kiểm tra, không ghi. / Check only, keep nothing.")
@command_options
def import_(run: Run, file: Path, **options: object) -> int:
    """Nạp ranh giới từ tệp. / Import boundaries from a file."""
    request = _request(file, options)
    opened = reading_store(run) if request.dry_run else writing_store(run)
    with opened as store:
        result = import_boundaries(store, request, now=utc_now(), rng=np.random.default_rng())
    print_boundary_report(run, result, request)
    run.result(result.as_json() | {"store": run.store_shown, "dry_run": request.dry_run})
    return 6 if result.report.quarantined else 0


def _request(file: Path, options: dict[str, object]) -> BoundaryRequest:
    mapping, scope = options["mapping"], options["scope"]
    assert isinstance(mapping, tuple)  # noqa: S101 - click's `multiple` gives a tuple
    assert isinstance(scope, tuple)  # noqa: S101 - as above
    return BoundaryRequest(
        path=file,
        valid_from=_day(options["valid_from"]) or dt.date.min,
        valid_to=_day(options["valid_to"]),
        level=str(options["level"]),
        scope=tuple(str(code) for code in scope),
        mapping=key_values(mapping),
        crs=epsg_of(options["crs"]),
        encoding=None if options["encoding"] == "auto" else str(options["encoding"]),
        decree=None if options["decree"] is None else str(options["decree"]),
        source=str(options["source"]),
        dry_run=bool(options["dry_run"]),
        partial=bool(options["partial"]),
    )


def _day(value: object) -> dt.date | None:
    return value if isinstance(value, dt.date) else None
