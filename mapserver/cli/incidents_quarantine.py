"""`antt incidents quarantine`: rows that were set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from layers.catalog import INCIDENTS
from layers.geo import Bounds
from layers.incidents.counts import Counts
from layers.store import open_store
from layers.wording import Text
from mapserver.cli.run import Run, command_options
from mapserver.clock import utc_now
from mapserver.services.authors import os_user
from mapserver.services.quarantine import (
    RetryRequest,
    expire,
    export_quarantine,
    retry_quarantine,
    rows_json,
    waiting_rows,
)

__all__ = ["quarantine", "require_sheet", "tell_retried", "tell_rows", "tell_sheet"]

_IMPORT_ID = click.option("--import-id", metavar="ID", help="Chỉ một lần nhập. / Only those of one import.")


@click.group()
def quarantine() -> None:
    """Các dòng bị giữ lại. / Rows set aside."""


@quarantine.command("list")
@_IMPORT_ID
@click.option("--all", "every", is_flag=True, help="Cả dòng đã nhận hoặc hết hạn. / Accepted and expired ones too.")
@command_options
def list_(run: Run, *, import_id: str | None, every: bool) -> None:
    """Liệt kê các dòng bị giữ lại. / List the rows set aside."""
    store = open_store(run.settings.store)
    try:
        expire(store, now=utc_now(), days=run.settings.quarantine_days)
        rows = rows_json(store, waiting_rows(store, import_id, every=every))
    finally:
        store.close()
    tell_rows(run, rows)
    run.result({"rows": rows})


def tell_rows(run: Run, rows: Sequence[Mapping[str, Any]]) -> None:
    """Tell which rows are set aside.

    Parameters
    ----------
    run : Run
        How the command was called.
    rows : sequence of mapping
        As `rows_json` gives them.
    """
    for row in rows:
        where, why = f"{row['import_id']}  {row['file_name']}", row["why"]
        run.say(Text(f"{where}, dòng {row['row']}: {why['vi']}", f"{where}, row {row['row']}: {why['en']}"))
    if not rows:
        run.say(Text("Không có dòng nào bị giữ lại.", "No row is set aside."))
    elif any(row["layer"] != INCIDENTS.key for row in rows):
        run.say(
            Text("Dòng không phải vụ việc (kế thừa đơn vị, mô hình…): sửa trong tệp gốc rồi nạp lại tệp.",
                 "Rows that are no incidents (lineage, models …): correct them in their file and import it again.")
        )  # fmt: skip


@quarantine.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.xlsx",
              help="Bảng để sửa. / The sheet to correct.")  # fmt: skip
@_IMPORT_ID
@command_options
def export(run: Run, *, out: Path, import_id: str | None) -> None:
    """Xuất các dòng bị giữ lại để sửa. / Write the rows set aside as a sheet to correct."""
    require_sheet(out)
    store = open_store(run.settings.store)
    try:
        expire(store, now=utc_now(), days=run.settings.quarantine_days)
        count = export_quarantine(store, out, import_id=import_id, language=run.settings.lang)
    finally:
        store.close()
    tell_sheet(run, out, count)


def require_sheet(out: Path) -> None:
    """Refuse a name that a sheet cannot have.

    Parameters
    ----------
    out : Path
        The file to write.

    Raises
    ------
    click.BadParameter
        When it does not end in ``.xlsx``.
    """
    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter(f"“{out.name}”: .xlsx", param_hint="--out")


def tell_sheet(run: Run, out: Path, count: int) -> None:
    """Tell what a sheet holds.

    Parameters
    ----------
    run : Run
        How the command was called.
    out : Path
        The sheet.
    count : int
        Its rows.
    """
    run.say(Text(f"Đã ghi {count} dòng vào {out}.", f"Wrote {count} rows to {out}."))
    run.result({"rows": count, "out": str(out)})


@quarantine.command()
@click.argument("file", type=click.Path(path_type=Path))
@command_options
def retry(run: Run, *, file: Path) -> int:
    """Nạp lại các dòng đã sửa. / Try corrected rows again."""
    store = open_store(run.settings.store)
    try:
        expire(store, now=utc_now(), days=run.settings.quarantine_days)
        request = RetryRequest(file, who=os_user(), region=Bounds(*run.settings.region))
        counts = retry_quarantine(store, request, now=utc_now(), rng=np.random.default_rng())
    finally:
        store.close()
    return tell_retried(run, counts)


def tell_retried(run: Run, counts: Counts) -> int:
    """Tell what became of corrected rows.

    Parameters
    ----------
    run : Run
        How the command was called.
    counts : Counts
        The sums.

    Returns
    -------
    int
        6 when rows are still set aside.
    """
    run.say(
        Text(f"Đọc {counts.read} dòng: nhận {counts.accepted}, cập nhật {counts.updated}, "
             f"trùng {counts.duplicates}, còn giữ lại {counts.quarantined}.",
             f"Read {counts.read} rows: accepted {counts.accepted}, updated {counts.updated}, "
             f"duplicates {counts.duplicates}, still set aside {counts.quarantined}.")
    )  # fmt: skip
    run.result(dict(counts.as_dict()))
    return 6 if counts.quarantined else 0
