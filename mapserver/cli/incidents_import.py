"""`antt incidents import | imports | categories`: files of incidents, and what their words mean."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import numpy as np

from layers.geo import Bounds
from layers.store import Store, open_store
from layers.store.base import Author
from layers.wording import Text, storable
from mapserver.cli.run import Run, command_options, epsg_of, key_values, progress
from mapserver.cli.stores import writing_store
from mapserver.clock import utc_now
from mapserver.services.authors import os_user
from mapserver.services.imports_categories import category_words, map_categories, unmapped_words
from mapserver.services.imports_incidents import (
    CHUNK_ROWS,
    ON_CHANGE,
    IncidentRequest,
    IncidentResult,
    Watch,
    import_incidents,
    resume_import,
)
from mapserver.services.imports_ledger import as_json, seen_imports
from mapserver.services.quarantine import expire
from mapserver.services.rejects import base_name, rejects_path, write_rejects

__all__ = ["categories", "import_", "imports", "tell_import"]


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--source", help="Tên nguồn; mặc định là tên tệp. / Name of the source; the file name if left out.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Cột của tệp. / A column of the file.")
@click.option("--crs", metavar="EPSG:n", help="Hệ tọa độ của tọa độ. / Coordinate system of the coordinates.")
@click.option("--encoding", help="Bảng mã chữ; mặc định tự tìm. / Text encoding; found if left out.")
@click.option("--timezone", help="Múi giờ của tệp. / Time zone of the file.")
@click.option("--on-change", type=click.Choice(ON_CHANGE), default="update", show_default=True,
              help="Số hồ sơ đã có, nội dung khác. / A known reference with other values.")  # fmt: skip
@click.option("--resume", metavar="IMPORT_ID", help="Nhập tiếp lần nhập dở. / Go on with an interrupted import.")
@click.option("--chunk-rows", type=click.IntRange(min=1), default=CHUNK_ROWS, show_default=True,
              help="Số dòng ghi một lượt. / Rows committed together.")  # fmt: skip
@click.option("--rejects", type=click.Path(path_type=Path), metavar="FILE",
              help="Tệp ghi các dòng bị giữ lại. / File for the rows set aside.")  # fmt: skip
@command_options
def import_(run: Run, *, file: Path | None, rejects: Path | None, resume: str | None, **options: object) -> int:
    """Nạp vụ việc từ tệp. / Import incidents from a file."""
    if file is None and resume is None:
        raise click.UsageError("thiếu FILE / FILE is missing")
    beside = rejects_path(rejects, file or Path(f"{resume}.csv"))
    with writing_store(run) as store, progress(Text("Nạp vụ việc", "Importing incidents"), run) as tell:
        expire(store, now=utc_now(), days=run.settings.quarantine_days)
        watch = Watch(progress=tell, clock=utc_now)
        result = _imported(store, run, file=file, resume=resume, watch=watch, options=options)
    aside = _put_aside(run, result, beside)
    found = result.as_json() | {"store": run.store_shown, "rejects": aside and str(aside)}
    tell_import(run, found)
    run.result(found)
    return 6 if result.counts.quarantined else 0


def _imported(
    store: Store, run: Run, *, file: Path | None, resume: str | None, watch: Watch, options: dict[str, object]
) -> IncidentResult:
    rng = np.random.default_rng()
    if resume is not None or file is None:
        return resume_import(store, resume or "", file, now=utc_now(), rng=rng, watch=watch)
    return import_incidents(store, _request(run, file, options), now=utc_now(), rng=rng, watch=watch)


def _request(run: Run, file: Path, options: dict[str, object]) -> IncidentRequest:
    mapping, encoding = options["mapping"], options["encoding"]
    return IncidentRequest(
        path=file,
        source=storable(str(options["source"] or base_name(file))),
        timezone=str(options["timezone"] or run.settings.timezone),
        mapping=key_values(mapping if isinstance(mapping, tuple) else ()),
        crs=epsg_of(options["crs"]),
        encoding=None if encoding is None else str(encoding),
        who=os_user(),
        on_change=str(options["on_change"]),
        region=Bounds(*run.settings.region),
        chunk_rows=int(str(options["chunk_rows"])),
    )


def _put_aside(run: Run, result: IncidentResult, path: Path) -> Path | None:
    if result.rejects.empty:
        return None
    write_rejects(result.rejects, path, fields=list(result.mapping), language=run.settings.lang)
    return path


def tell_import(run: Run, found: Mapping[str, Any]) -> None:
    """Tell what an import did.

    Parameters
    ----------
    run : Run
        How the command was called.
    found : mapping
        As `IncidentResult.as_json` gives it, with ``rejects``: the file of the rows set aside, if there is one.
    """
    if found["resumed"]:
        run.say(Text(f"Nhập tiếp lần nhập {found['import_id']}.", f"Went on with import {found['import_id']}."))
    run.say(
        Text(
            f"Đọc {found['read']} dòng: nhận {found['accepted']} (chưa rõ vị trí {found['unplaced']}), "
            f"cập nhật {found['updated']}, trùng {found['duplicates']}, giữ lại {found['quarantined']}.",
            f"Read {found['read']} rows: accepted {found['accepted']} (without a place {found['unplaced']}), "
            f"updated {found['updated']}, duplicates {found['duplicates']}, quarantined {found['quarantined']}.",
        )
    )
    if found["outside"]:
        run.say(Text(f"{found['outside']} vụ nằm ngoài mọi đơn vị, vẫn được ghi.",
                     f"{found['outside']} incidents lie outside every unit; kept."))  # fmt: skip
    if found["unmapped_category"]:
        number = found["unmapped_category"]
        run.say(
            Text(f"{number} vụ có loại chưa có trong danh mục, ghi là “Khác”. Xem `antt incidents categories list`.",
                 f"{number} incidents have a category that is not in the list; kept as “Other”. "
                 "See `antt incidents categories list`.")
        )  # fmt: skip
    if found["dropped_columns"]:
        names = ", ".join(found["dropped_columns"])
        run.say(Text(f"Cột không dùng: {names}", f"Columns left out: {names}"))
    if found["rejects"] is not None:
        aside = found["rejects"]
        run.say(Text(f"Dòng bị giữ lại và lý do: {aside}", f"Rows set aside and why: {aside}"))


@click.command()
@command_options
def imports(run: Run) -> None:
    """Các lần nhập. / The imports made so far."""
    store = open_store(run.settings.store)
    try:
        found = seen_imports(store, utc_now())
    finally:
        store.close()
    for record in found:
        began = record.started_at.astimezone().strftime("%d/%m/%Y %H:%M")
        state = _STATES.get(record.state, Text(record.state, record.state)).in_language(run.settings.lang)
        line = f"{record.import_id}  {began}  {record.file_name}  {record.who}  {state}  {record.rows_done}"
        run.say(Text(line, line))
    if not found:
        run.say(Text("Chưa nhập lần nào. Nhập bằng `antt incidents import TỆP`.",
                     "Nothing was imported yet. Import with `antt incidents import FILE`."))  # fmt: skip
    run.result({"imports": [as_json(record) for record in found]})


_STATES = {
    "running": Text("đang nhập", "running"),
    "done": Text("xong", "done"),
    "interrupted": Text("bị ngắt", "interrupted"),
    "failed": Text("bị lỗi", "failed"),
    "cancelled": Text("đã dừng", "cancelled"),
}


@click.group()
def categories() -> None:
    """Loại vụ việc theo cách gọi của nguồn. / Categories in the words of a source."""


@categories.command("list")
@click.option("--source", required=True, help="Tên nguồn. / Name of the source.")
@command_options
def list_(run: Run, *, source: str) -> None:
    """Các cách gọi chưa hiểu và đã gán. / Words not understood yet, and those mapped."""
    store = open_store(run.settings.store)
    try:
        unmapped, mapped = unmapped_words(store, source), category_words(store, source)
    finally:
        store.close()
    for word, number in unmapped.items():
        run.say(Text(f"{number:>8}  {word}  → ? (khac)", f"{number:>8}  {word}  → ? (khac)"))
    for word, slug in mapped.items():
        run.say(Text(f"          {word}  → {slug}", f"          {word}  → {slug}"))
    if not unmapped and not mapped:
        run.say(Text("Không có cách gọi nào chưa hiểu.", "Every word is understood."))
    run.result({"source": source, "unmapped": unmapped, "mapped": mapped})


@categories.command("map")
@click.option("--source", required=True, help="Tên nguồn. / Name of the source.")
@click.argument("words", nargs=-1, required=True, metavar="WORD=SLUG…")
@command_options
def map_(run: Run, *, source: str, words: tuple[str, ...]) -> None:
    """Gán cách gọi của nguồn vào danh mục. / Say which category a source's word means."""
    store = open_store(run.settings.store)
    try:
        author = Author(os_user(), f"categories {source}", utc_now())
        changed = map_categories(store, source, key_values(words), author=author)
    finally:
        store.close()
    for word, number in changed.items():
        run.say(Text(f"“{word}”: đổi loại của {number} vụ.", f"“{word}”: {number} incidents changed."))
    run.result({"source": source, "changed": changed})
