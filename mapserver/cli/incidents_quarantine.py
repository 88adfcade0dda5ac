"""`antt incidents quarantine`: rows that were set aside."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from layers.catalog import INCIDENTS
from layers.geo import Bounds
from layers.incidents.reasons import reason_text
from layers.store import open_store
from layers.store.base import QuarantinedRow
from layers.wording import Text
from mapserver.cli.run import Run, command_options
from mapserver.clock import utc_now
from mapserver.services.authors import os_user
from mapserver.services.quarantine import RetryRequest, expire, export_quarantine, retry_quarantine, waiting_rows

__all__ = ["quarantine"]

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
        rows = waiting_rows(store, import_id, every=every)
        imports = {record.import_id: record for record in store.imports()}
    finally:
        store.close()
    for row in rows:
        why, file = _why(row), imports[row.import_id].file_name
        run.say(
            Text(
                f"{row.import_id}  {file}, dòng {row.row}: {why.vi}",
                f"{row.import_id}  {file}, row {row.row}: {why.en}",
            )
        )
    if not rows:
        run.say(Text("Không có dòng nào bị giữ lại.", "No row is set aside."))
    elif any(imports[row.import_id].layer != INCIDENTS.key for row in rows):
        run.say(
            Text("Dòng không phải vụ việc (kế thừa đơn vị, mô hình…): sửa trong tệp gốc rồi nạp lại tệp.",
                 "Rows that are no incidents (lineage, models …): correct them in their file and import it again.")
        )  # fmt: skip
    run.result({"rows": [_as_json(row) for row in rows]})


def _why(row: QuarantinedRow) -> Text:
    reasons = [reason_text(code) for code in row.reasons]
    return Text(" ".join(reason.vi for reason in reasons), " ".join(reason.en for reason in reasons))


def _as_json(row: QuarantinedRow) -> dict[str, object]:
    why = _why(row)
    return {
        "row": row.row,
        "reasons": list(row.reasons),
        "why": {"vi": why.vi, "en": why.en},
        "raw": dict(row.raw),
        "import_id": row.import_id,
        "state": row.state,
    }


@quarantine.command()
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.xlsx",
              help="Bảng để sửa. / The sheet to correct.")  # fmt: skip
@_IMPORT_ID
@command_options
def export(run: Run, *, out: Path, import_id: str | None) -> None:
    """Xuất các dòng bị giữ lại để sửa. / Write the rows set aside as a sheet to correct."""
    if out.suffix.lower() != ".xlsx":
        raise click.BadParameter(f"“{out.name}”: .xlsx", param_hint="--out")
    store = open_store(run.settings.store)
    try:
        expire(store, now=utc_now(), days=run.settings.quarantine_days)
        count = export_quarantine(store, out, import_id=import_id, language=run.settings.lang)
    finally:
        store.close()
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
    run.say(
        Text(f"Đọc {counts.read} dòng: nhận {counts.accepted}, cập nhật {counts.updated}, "
             f"trùng {counts.duplicates}, còn giữ lại {counts.quarantined}.",
             f"Read {counts.read} rows: accepted {counts.accepted}, updated {counts.updated}, "
             f"duplicates {counts.duplicates}, still set aside {counts.quarantined}.")
    )  # fmt: skip
    run.result(dict(counts.as_dict()))
    return 6 if counts.quarantined else 0
