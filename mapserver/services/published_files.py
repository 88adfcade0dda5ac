"""The files of published counts: read once for each release, replaced in one step."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from layers.errors import OutputUnwritable, StoreBusy
from layers.index.locking import locked
from layers.masking.coding import decoded, encoded, release_name
from layers.masking.cube import Cube, Tally
from layers.store import Store
from layers.store.system_file import IN_PROCESS, system_path
from layers.wording import Text

__all__ = ["NOTHING", "Publication", "Published", "published_folder"]

_CUBE = "cube.json"
_TALLIES = "tallies.json"


@dataclass(frozen=True, eq=False)
class Published:
    """The counts that stand.

    Parameters
    ----------
    name : str
        Name of the release, another for other figures; belongs in the key of every cache.
    cube : Cube
        The figures.
    """

    name: str
    cube: Cube


NOTHING = Published(release_name(encoded(Cube())), Cube())


def published_folder(store_address: str) -> Path | None:
    """Tell where the published counts of a store lie.

    Parameters
    ----------
    store_address : str
        Address of the store, as it may be shown.

    Returns
    -------
    Path or None
        ``NAME.published`` beside ``NAME.system.db``; None for a store that lives in this process.

    Examples
    --------
    >>> published_folder("data/antt.gpkg").as_posix(), published_folder("memory:")
    ('data/antt.published', None)
    """
    address = system_path(store_address)
    beside = Path(address)
    return None if address == IN_PROCESS else beside.with_name(f"{beside.name.removesuffix('.system.db')}.published")


class Publication:
    """Keeps what was published, in ``NAME.published`` beside the store; in this object for a store in memory.

    Parameters
    ----------
    store : Store
        The store of record.
    """

    def __init__(self, store: Store) -> None:
        self.folder = published_folder(store.address)
        self._stamp: tuple[int, int, int] | None = None
        self._held: Published | None = None
        self._tallies: dict[int, Tally] = {}

    def current(self) -> Published | None:
        """Read what stands, once for each release.

        Returns
        -------
        Published or None
            None before the first release.

        Raises
        ------
        FileUnreadable
            When the file is damaged. Nobody is then served anything in its place.
        """
        if self.folder is None:
            return self._held
        path = self.folder / _CUBE
        try:
            with path.open("rb") as file:
                found = os.fstat(file.fileno())
                stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
                if self._held is None or stamp != self._stamp:
                    content = file.read()
                    self._held, self._stamp = Published(release_name(content), decoded(content, name=str(path))), stamp
        except FileNotFoundError:
            return None
        return self._held

    def tallies(self) -> dict[int, Tally]:
        """Read what became of the incidents of each month, for the administrator alone.

        Returns
        -------
        dict of int to Tally
            By month published; empty before the first release.
        """
        if self.folder is None:
            return self._tallies
        try:
            read = json.loads((self.folder / _TALLIES).read_text(encoding="ascii"))
        except FileNotFoundError:
            return {}
        # They are written first, so after a release that failed they may tell of months that were not published.
        published = {each.month for each in (self.current() or NOTHING).cube.months}
        return {int(month): Tally(**tally) for month, tally in read.items() if int(month) in published}

    def put(self, cube: Cube, tallies: dict[int, Tally]) -> Published:
        """Put a cube in the place of the one before, in one step.

        Parameters
        ----------
        cube : Cube
            The figures; the caller holds `alone`.
        tallies : dict of int to Tally
            What became of the incidents.

        Returns
        -------
        Published
            What stands now.

        Raises
        ------
        OutputUnwritable
            When the folder cannot be written.
        """
        content = encoded(cube)
        published = Published(release_name(content), cube)
        if self.folder is None:
            self._held, self._tallies = published, tallies
            return published
        listed = {str(month): asdict(tallies[month]) for month in sorted(tallies)}
        try:
            _write(self.folder / _TALLIES, json.dumps(listed, indent=1).encode("ascii"))
            _write(self.folder / _CUBE, content)
        except OSError as problem:
            raise _unwritable(self.folder, problem) from problem
        return published

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other releases out.

        Yields
        ------
        None
            While the lock is held.

        Raises
        ------
        StoreBusy
            When another process is making a release.
        OutputUnwritable
            When the folder cannot be made.
        """
        if self.folder is None:
            yield
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            raise _unwritable(self.folder, problem) from problem
        with locked(self.folder / ".lock") as held:
            if not held:
                raise StoreBusy(
                    Text("Một lần công bố khác đang chạy.", "Another release is being made."),
                    Text("Thử lại sau ít phút.", "Try again in a moment."),
                )
            yield


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{uuid4().hex[:8]}")
    try:
        partial.touch(mode=0o600)
        with partial.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _unwritable(folder: Path, problem: OSError) -> OutputUnwritable:
    return OutputUnwritable(
        Text(f"Không ghi được “{folder}” ({problem.strerror}).", f"“{folder}” cannot be written ({problem.strerror})."),
        Text("Kiểm tra quyền ghi và dung lượng đĩa.", "Check the right to write and the space on the disk."),
    )
