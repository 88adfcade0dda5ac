"""Looking after stores: what they hold, whether they are sound, copies, backups and restoring."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from layers.catalog import LAYERS
from layers.errors import CheckFailed, Conflict, FileMissing, Forbidden, OutputUnwritable, StoreUnreachable
from layers.store import Store, back_up, file_of, open_store, put_back, unopened
from layers.wording import Text

__all__ = [
    "Checked",
    "StoreInfo",
    "back_up_store",
    "check_store",
    "copy_store",
    "describe_store",
    "existing_file",
    "migrate_store",
    "restore_store",
]

_ROWS_AT_ONCE = 100_000

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StoreInfo:
    """What a store holds.

    Parameters
    ----------
    address : str
        Its place, without a password.
    counts, versions : dict of str to int
        Layer key -> records and data version.
    imports : int
        Imports in the ledger.
    notes : dict of str to str
        Named texts kept beside the data.
    """

    address: str
    counts: dict[str, int]
    versions: dict[str, int]
    imports: int
    notes: dict[str, str]


@dataclass(frozen=True)
class Checked:
    """What a check found.

    Parameters
    ----------
    problems : list of str
        One sentence a problem; empty when the store is sound.
    data_version : dict of str to int
        Layer key -> version.
    content_hash : str
        Equal for equal content on every back-end; empty when the store cannot be read through.
    """

    problems: list[str]
    data_version: dict[str, int]
    content_hash: str

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def describe_store(store: Store) -> StoreInfo:
    """Tell what a store holds.

    Parameters
    ----------
    store : Store
        An open store.

    Returns
    -------
    StoreInfo
        Counts, versions and notes.
    """
    counts = {layer.key: store.count(layer) for layer in LAYERS}
    return StoreInfo(store.address, counts, store.versions(), len(store.imports()), store.notes())


def check_store(store: Store) -> Checked:
    """Check a store through.

    Parameters
    ----------
    store : Store
        An open store.

    Returns
    -------
    Checked
        Problems, versions and the hash of the content.
    """
    try:
        problems = store.problems()
        return Checked(problems, store.versions(), store.content_hash())
    except StoreUnreachable as broken:
        # A file may be so damaged that looking through it fails: that is what was asked.
        return Checked([" / ".join(broken.message)], {}, "")


def migrate_store(address: str) -> list[str]:
    """Bring a store to the newest layout.

    Parameters
    ----------
    address : str
        The store.

    Returns
    -------
    list of str
        Names of the steps taken.
    """
    with closing(unopened(address)) as store:
        return store.migrate()


def copy_store(source: str, target: str, *, progress: Progress = lambda _done, _total: None) -> Checked:
    """Copy everything from one store to another, whatever back-ends they are, all or nothing.

    Parameters
    ----------
    source, target : str
        Addresses; the target must be empty.
    progress : callable
        Takes records copied and records in all.

    Returns
    -------
    Checked
        The check of the target, whose content hash is the one of the source.

    Raises
    ------
    FileMissing
        When the source is a file that is not there.
    Conflict
        When the target holds records.
    CheckFailed
        When the copy does not hash to what the source does; nothing is kept then.
    """
    origin = existing_file(source)
    place = file_of(target)
    if origin is not None and place is not None and origin.resolve() == place.resolve():
        raise Forbidden(
            Text("Nguồn và đích là một kho.", "Source and target are one store."),
            Text("Chọn đích khác.", "Choose another target."),
        )
    with closing(open_store(source)) as held, closing(open_store(target)) as taking:
        _refuse_full(taking)
        with taking.transaction():
            _copy_rows(held, taking, progress)
            _copy_books(held, taking)
            hashed = taking.content_hash()
            if hashed != held.content_hash():
                raise CheckFailed(
                    Text("Bản sao không giống bản gốc; không có gì được ghi.",
                         "The copy differs from its source; nothing was kept."),
                    Text("Có người ghi vào kho nguồn trong lúc sao; hãy chạy lại.",
                         "Somebody wrote to the source meanwhile; run it again."),
                )  # fmt: skip
        return Checked(taking.problems(), taking.versions(), hashed)


def back_up_store(address: str, file: Path) -> Path:
    """Write a backup of a store as one GeoPackage file while others go on using it.

    Parameters
    ----------
    address : str
        The store.
    file : Path
        The backup; must not exist yet.

    Returns
    -------
    Path
        The backup.

    Raises
    ------
    OutputUnwritable
        When the file is there already or cannot be written.
    """
    if file.exists():
        raise OutputUnwritable(
            Text(f"Đã có tệp “{file}”.", f"The file “{file}” is there already."),
            Text("Đặt tên khác, ví dụ có ngày.", "Choose another name, such as one with the date."),
        )
    live = existing_file(address)
    if live is None:
        copy_store(address, str(file))
    else:
        back_up(live, file)
    return file


def restore_store(address: str, file: Path) -> Path | None:
    """Make a store what a backup holds, all or nothing.

    Parameters
    ----------
    address : str
        The store; a file.
    file : Path
        A backup.

    Returns
    -------
    Path or None
        Where the state before was saved; None when there was none that could be read.

    Raises
    ------
    Forbidden
        When the store is not a file.
    """
    live = file_of(address)
    if live is None:
        raise Forbidden(
            Text("Chỉ khôi phục trực tiếp được vào tệp GeoPackage.", "Only a GeoPackage file is restored in place."),
            Text("Tạo cơ sở dữ liệu trống rồi dùng `antt store copy TỆP ĐỊA_CHỈ`.",
                 "Make an empty database, then use `antt store copy FILE ADDRESS`."),
        )  # fmt: skip
    saved = _saved_before(live)
    put_back(file, live)
    migrate_store(address)
    return saved


def _saved_before(live: Path) -> Path | None:
    if not live.is_file():
        return None
    # Numbered: one of them may be the very backup that is to be restored.
    names = (live.with_name(f"{live.stem}.before-restore-{number}{live.suffix}") for number in count(1))
    saved = next(name for name in names if not name.exists())
    try:
        back_up(live, saved)
    except StoreUnreachable:
        # It is damaged: that may be why somebody restores. It is set aside as it is.
        return None
    return saved


def existing_file(address: str) -> Path | None:
    """Find the file of a store that must be there.

    Parameters
    ----------
    address : str
        The store.

    Returns
    -------
    Path or None
        None for a store that is no file.

    Raises
    ------
    FileMissing
        When there is no such file.
    """
    file = file_of(address)
    if file is not None and not file.is_file():
        raise FileMissing(
            Text(f"Không có kho dữ liệu “{file}”.", f"There is no store “{file}”."),
            Text("Kiểm tra đường dẫn.", "Check the path."),
        )
    return file


def _refuse_full(store: Store) -> None:
    if any(store.count(layer) for layer in LAYERS) or store.imports():
        raise Conflict(
            Text(f"Kho đích “{store.address}” đã có dữ liệu.", f"The target “{store.address}” holds data."),
            Text("Sao vào một kho trống.", "Copy into an empty store."),
        )


def _copy_rows(source: Store, target: Store, progress: Progress) -> None:
    total = sum(source.count(layer) for layer in LAYERS)
    done = 0
    for layer in LAYERS:
        frame = source.read(layer)
        for start in range(0, len(frame), _ROWS_AT_ONCE):
            done += target.append(layer, frame.iloc[start : start + _ROWS_AT_ONCE])
            progress(done, total)


def _copy_books(source: Store, target: Store) -> None:
    target.keep_history(source.all_history())
    for record in reversed(source.imports()):
        target.keep_import(record)
    target.quarantine(source.quarantined())
    for key, value in source.notes().items():
        target.keep_note(key, value)
