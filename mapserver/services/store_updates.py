"""Bringing a store to the newest layout so that nothing can go wrong: backup, steps, check, and back again."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from layers.errors import AnttError, CheckFailed, Forbidden
from layers.store import back_up, file_of, layout_is_older, put_back, unopened
from layers.wording import Text
from mapserver.services.companions import back_up_companions, companions_of
from mapserver.services.stores import check_store, existing_file, migrate_store

__all__ = ["Updated", "update_store"]


@dataclass(frozen=True)
class Updated:
    """How an update went.

    Parameters
    ----------
    steps : list of str
        Names of the steps taken; none when the layout was the newest.
    backup : Path or None
        The store as it was before; None when nothing was to be done.
    companions : list of Path
        Backups of what lies beside it.
    """

    steps: list[str] = field(default_factory=list)
    backup: Path | None = None
    companions: list[Path] = field(default_factory=list)


def update_store(address: str) -> Updated:
    """Bring a store file to the newest layout, or leave it as it is.

    Parameters
    ----------
    address : str
        The store; a file nobody else is using.

    Returns
    -------
    Updated
        What was done, and where the state before is kept.

    Raises
    ------
    CheckFailed
        When the store does not pass the check afterwards; it is again what it was before.
    Forbidden
        When the store is not a file.
    """
    live = _file(address)
    if not layout_is_older(live):
        # Nothing is taken; a file of another program, or of a newer version of this one, is refused.
        return Updated(migrate_store(address))
    backup = _free_name(live)
    back_up(live, backup)
    companions = back_up_companions(str(live), backup)
    before = _problems(address)
    done = False
    try:
        steps = migrate_store(address)
        _require_no_new_problem(address, before, backup)
        done = True
    finally:
        # Whatever went wrong, a fault of the program included, the store is then what it was.
        if not done:
            put_back(backup, live, check=False)
    return Updated(steps, backup, companions)


def _file(address: str) -> Path:
    live = file_of(address)
    if live is None:
        raise Forbidden(
            Text("Chỉ nâng cấp có sao lưu được tệp GeoPackage.", "Only a GeoPackage file is updated with a backup."),
            Text("Sao lưu cơ sở dữ liệu bằng pg_dump, rồi chạy `antt store migrate`.",
                 "Back the database up with pg_dump, then run `antt store migrate`."),
        )  # fmt: skip
    existing_file(address)
    return live


def _free_name(live: Path) -> Path:
    names = (live.with_name(f"{live.stem}.before-update-{number}{live.suffix}") for number in count(1))
    return next(name for name in names if not any(part.exists() for part in (name, *companions_of(str(name)))))


def _problems(address: str) -> list[str]:
    try:
        with closing(unopened(address)) as store:
            return check_store(store).problems
    except AnttError:
        # A check of this program may not understand an older layout; then every problem found later is a new one.
        return []


def _require_no_new_problem(address: str, before: Collection[str], backup: Path) -> None:
    new = [problem for problem in _problems(address) if problem not in before]
    if new:
        raise CheckFailed(
            Text(f"Sau khi nâng cấp, kho không đạt kiểm tra: {new[0]}. Kho đã được trả về như trước.",
                 f"After the update the store fails the check: {new[0]}. The store is again what it was."),
            Text(f"Dùng lại phiên bản chương trình trước và báo lỗi; bản sao lưu ở “{backup}”.",
                 f"Go back to the program's version before, and report the fault; the backup is “{backup}”."),
        )  # fmt: skip
