"""`antt store`: look at the store, bring it up to date, check, copy, back up and restore it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from layers.catalog import LAYERS
from layers.store import Store, open_store, unopened
from layers.wording import Text
from mapserver.cli.run import Run, command_options, progress
from mapserver.cli.stores import reading_store
from mapserver.clock import utc_now
from mapserver.services import stores
from mapserver.services.companions import back_up_companions, put_back_missing
from mapserver.services.store_updates import update_store

__all__ = ["store"]


@click.group()
def store() -> None:
    """Kho dữ liệu. / The store."""


@store.command()
@command_options
def info(run: Run) -> None:
    """Cho biết trong kho có gì. / Tell what the store holds."""
    with reading_store(run) as held:
        found = stores.describe_store(held)
    run.say(Text(f"Kho: {found.address}", f"Store: {found.address}"))
    for layer in LAYERS:
        number, version = found.counts[layer.key], found.versions[layer.key]
        run.say(
            Text(f"  {layer.title.vi}: {number} bản ghi (phiên bản dữ liệu {version})",
                 f"  {layer.title.en}: {number} records (data version {version})")
        )  # fmt: skip
    run.say(Text(f"  Số lần nhập: {found.imports}", f"  Imports: {found.imports}"))
    run.result(
        {"store": found.address, "counts": found.counts, "versions": found.versions, "imports": found.imports,
         "notes": found.notes}
    )  # fmt: skip


@store.command()
@command_options
def migrate(run: Run) -> None:
    """Nâng kho lên bố cục mới nhất. / Bring the store to the newest layout."""
    with closing(unopened(run.settings.store)) as held:
        address = held.address
    steps = stores.migrate_store(run.settings.store)
    for step in steps:
        run.say(Text(f"Đã nâng cấp: {step}", f"Step taken: {step}"))
    if not steps:
        run.say(Text("Kho đã ở bố cục mới nhất.", "The store has the newest layout."))
    run.result({"store": address, "steps": steps})


@store.command()
@click.option(
    "--index",
    "with_index",
    is_flag=True,
    help="Kiểm tra cả chỉ mục vụ việc, dựng lại nếu hỏng. / Check the index too; make it anew when damaged.",
)
@command_options
@click.pass_context
def check(ctx: click.Context, run: Run, *, with_index: bool) -> None:
    """Kiểm tra toàn bộ kho. / Check the store through."""
    with closing(open_store(run.settings.store)) as held:
        found = stores.check_store(held)
        index = _check_index(run, held) if with_index else {}
    for problem in found.problems:
        run.say(Text(f"- {problem}", f"- {problem}"))
    if found.ok:
        run.say(Text(f"Kho nguyên vẹn. Mã nội dung {found.content_hash}.",
                     f"The store is sound. Content hash {found.content_hash}."))  # fmt: skip
    run.result(_as_json(found) | index)
    ctx.exit(0 if found.ok else 7)


def _check_index(run: Run, held: Store) -> dict[str, object]:
    # Imported here: every other command does without it.
    from mapserver.services.index_building import check_index
    from mapserver.services.indexing import folder_of

    folder = folder_of(held)
    if folder is None:
        return {}
    found = check_index(held, run.settings.timezone, folder, now=utc_now())
    for problem in found.problems:
        run.say(Text(f"- {problem}", f"- {problem}"))
    if found.rebuilt:
        run.say(Text(f"Đã dựng lại chỉ mục: {found.rows} vụ việc.", f"Index made anew: {found.rows} incidents."))
    else:
        run.say(Text(f"Chỉ mục nguyên vẹn: {found.rows} vụ việc.", f"The index is sound: {found.rows} incidents."))
    return {"index": {"problems": list(found.problems), "rebuilt": found.rebuilt, "rows": found.rows}}


@store.command()
@click.argument("source", metavar="SRC")
@click.argument("target", metavar="DST")
@command_options
def copy(run: Run, source: str, target: str) -> None:
    """Sao toàn bộ kho SRC vào kho trống DST. / Copy the store SRC into the empty store DST."""
    with progress(Text("Đang sao", "Copying"), run) as step:
        found = stores.copy_store(source, target, progress=step)
    run.say(Text(f"Đã sao xong. Mã nội dung {found.content_hash}.",
                 f"Copied. Content hash {found.content_hash}."))  # fmt: skip
    run.result(_as_json(found))


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@command_options
def backup(run: Run, file: Path) -> None:
    """Sao lưu kho vào FILE, người khác vẫn dùng được. / Back the store up to FILE while others use it."""
    made = stores.back_up_store(run.settings.store, file)
    with closing(unopened(run.settings.store)) as held:
        beside = back_up_companions(held.address, made)
    size = made.stat().st_size
    run.say(Text(f"Đã sao lưu vào {made} ({size} byte).", f"Backed up to {made} ({size} bytes)."))
    for copied in beside:
        run.say(Text(f"  kèm theo: {copied}", f"  with it: {copied}"))
    run.say(
        Text(f"Khóa nhật ký không nằm trong bản sao lưu; hãy cất riêng {run.settings.audit_key_file}.",
             f"The key of the history is not in the backup; keep {run.settings.audit_key_file} by itself.")
    )  # fmt: skip
    run.result(
        {"backup": str(made), "bytes": size, "beside": [*map(str, beside)], "not_included": run.settings.audit_key_file}
    )


@store.command()
@command_options
def update(run: Run) -> None:
    """Sao lưu, nâng kho lên bố cục mới nhất, kiểm tra; hỏng thì trả về như cũ. / Update with backup and rollback."""
    done = update_store(run.settings.store)
    for step in done.steps:
        run.say(Text(f"Đã nâng cấp: {step}", f"Step taken: {step}"))
    if done.backup is None:
        run.say(Text("Kho đã ở bố cục mới nhất.", "The store has the newest layout."))
    else:
        run.say(Text(f"Kho đạt kiểm tra. Trạng thái trước đó: {done.backup}",
                     f"The store passes its check. The state before: {done.backup}"))  # fmt: skip
    before = None if done.backup is None else str(done.backup)
    run.result({"steps": done.steps, "before": before, "beside": [*map(str, done.companions)]})


@store.command()
@click.argument("file", type=click.Path(path_type=Path))
@command_options
def restore(run: Run, file: Path) -> None:
    """Khôi phục kho từ bản sao lưu FILE. / Restore the store from the backup FILE.

    Trạng thái trước đó được giữ lại bên cạnh kho. / The state before is kept beside the store.
    """
    saved = stores.restore_store(run.settings.store, file)
    with closing(open_store(run.settings.store)) as held:
        found = stores.describe_store(held)
        # Before the seal, which goes into the records of use.
        beside = put_back_missing(file, held.address)
        _seal_anew(run, held, file)
    run.say(Text(f"Đã khôi phục từ {file}.", f"Restored from {file}."))
    for found_again in beside:
        run.say(Text(f"  kèm theo: {found_again}", f"  with it: {found_again}"))
    if saved is not None:
        run.say(Text(f"Trạng thái trước đó: {saved}", f"The state before: {saved}"))
    run.result({"store": found.address, "counts": found.counts, "before": None if saved is None else str(saved)})


def _seal_anew(run: Run, held: Store, file: Path) -> None:
    # Imported here: every other command does without it.
    from layers.store.history_seal import seal_history
    from layers.store.system_audit import Action
    from mapserver.services.audit import chain_of
    from mapserver.services.authors import os_user

    chain = chain_of(run.settings, held.address, make=False)
    if chain.last(Action.SEAL) is not None:
        # What was sealed since the backup is gone from the store; the records say that and who did it.
        seal_history(held, chain, who=os_user(), now=utc_now(), why=f"antt store restore {file.name}", anew=True)


def _as_json(found: stores.Checked) -> dict[str, object]:
    return {
        "ok": found.ok,
        "problems": found.problems,
        "data_version": found.data_version,
        "content_hash": found.content_hash,
    }
