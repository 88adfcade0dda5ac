"""`antt incidents`: import incidents."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from layers.wording import Text
from mapserver.cli.run import Run, command_options, epsg_of, key_values, progress
from mapserver.cli.stores import writing_store
from mapserver.clock import utc_now
from mapserver.services.imports_incidents import IncidentRequest, IncidentResult, import_incidents
from mapserver.services.rejects import base_name, rejects_path, write_rejects

__all__ = ["incidents"]


@click.group()
def incidents() -> None:
    """Vụ việc. / Incidents."""


@incidents.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--source", help="Tên nguồn; mặc định là tên tệp. / Name of the source; the file name if left out.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Cột của tệp. / A column of the file.")
@click.option("--crs", metavar="EPSG:n", help="Hệ tọa độ của tọa độ. / Coordinate system of the coordinates.")
@click.option("--encoding", help="Bảng mã chữ; mặc định tự tìm. / Text encoding; found if left out.")
@click.option("--timezone", help="Múi giờ của tệp. / Time zone of the file.")
@click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE",
              help="Tệp ghi các dòng bị giữ lại. / File for the rows set aside.")  # fmt: skip
@command_options
def import_(run: Run, *, file: Path, mapping: tuple[str, ...], rejects: Path | None, **options: str | None) -> int:
    """Nạp vụ việc từ bảng CSV. / Import incidents from a CSV table."""
    request = IncidentRequest(
        path=file,
        source=options["source"] or base_name(file),
        timezone=options["timezone"] or run.settings.timezone,
        mapping=key_values(mapping),
        crs=epsg_of(options["crs"]),
        encoding=options["encoding"],
    )
    beside = rejects_path(rejects, file)
    with writing_store(run) as store, progress(Text("Nạp vụ việc", "Importing incidents"), run) as tell:
        result = import_incidents(store, request, now=utc_now(), rng=np.random.default_rng(), progress=tell)
    aside = _put_aside(run, result, beside)
    _tell(run, result, aside)
    run.result(result.as_json() | {"store": run.settings.store, "rejects": aside and str(aside)})
    return 6 if result.counts.quarantined else 0


def _put_aside(run: Run, result: IncidentResult, path: Path) -> Path | None:
    if not result.counts.quarantined:
        return None
    write_rejects(result.rejects, path, fields=list(result.mapping), language=run.settings.lang)
    return path


def _tell(run: Run, result: IncidentResult, aside: Path | None) -> None:
    counts = result.counts
    run.say(
        Text(
            f"Đọc {counts.read} dòng: nhận {counts.accepted} (chưa rõ vị trí {counts.unplaced}), "
            f"trùng {counts.duplicates}, giữ lại {counts.quarantined}.",
            f"Read {counts.read} rows: accepted {counts.accepted} (without a place {counts.unplaced}), "
            f"duplicates {counts.duplicates}, quarantined {counts.quarantined}.",
        )
    )
    if counts.unmapped_category:
        number = counts.unmapped_category
        run.say(
            Text(f"{number} vụ có loại chưa có trong danh mục, ghi là “Khác”.",
                 f"{number} incidents have a category that is not in the list; kept as “Other”.")
        )  # fmt: skip
    if result.dropped_columns:
        names = ", ".join(result.dropped_columns)
        run.say(Text(f"Cột không dùng: {names}", f"Columns left out: {names}"))
    if aside is not None:
        run.say(Text(f"Dòng bị giữ lại và lý do: {aside}", f"Rows set aside and why: {aside}"))
