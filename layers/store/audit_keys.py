"""The keys that seal the history: kept in a file of their own, never in the store."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from layers.errors import StoreUnreachable
from layers.wording import Text

__all__ = ["KeyFile", "key_name"]

_KEY_BYTES = 32


def key_name(key: bytes) -> str:
    """Name a key without telling it.

    Parameters
    ----------
    key : bytes
        The key.

    Returns
    -------
    str
        16 hexadecimal digits.

    Examples
    --------
    >>> key_name(bytes(32))
    '3753ca4fc042c0ce'
    """
    return hashlib.sha256(b"antt audit key\n" + key).hexdigest()[:16]


class KeyFile:
    """Keys in a text file, one a line in 64 hexadecimal digits, the newest last.

    Parameters
    ----------
    path : Path
        The file; made with its first key, for its owner alone, when one is first needed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, bytes] = {}

    def key(self, name: str) -> bytes:
        """Find a key by its name.

        Parameters
        ----------
        name : str
            As `key_name` gives it.

        Returns
        -------
        bytes
            The key.

        Raises
        ------
        StoreUnreachable
            When the file does not hold it: it is another file, or was lost.
        """
        if name not in self._known:
            self._known = self._read()
        if name not in self._known:
            raise StoreUnreachable(
                Text(f"Tệp khóa nhật ký “{self.path}” không có khóa {name}.",
                     f"The key file of the history “{self.path}” lacks the key {name}."),
                Text("Đặt ANTT_AUDIT_KEY_FILE là tệp khóa đã dùng cho kho này, hoặc khôi phục tệp đó từ bản sao lưu.",
                     "Set ANTT_AUDIT_KEY_FILE to the key file this store was used with, or restore it from a backup."),
            )  # fmt: skip
        return self._known[name]

    def newest(self) -> str:
        """Name the newest key, making the file when there is none.

        Returns
        -------
        str
            Its name.

        Raises
        ------
        StoreUnreachable
            When the file cannot be read or made.
        """
        if not self.path.exists():
            with suppress(FileExistsError):
                self._write([secrets.token_bytes(_KEY_BYTES)], new=True)
        self._known = self._read()
        if not self._known:
            raise self._unusable("không có khóa / holds no key")
        return list(self._known)[-1]

    def add(self) -> str:
        """Put a new key behind the others, which stay to verify what they have sealed.

        Returns
        -------
        str
            Its name.

        Raises
        ------
        StoreUnreachable
            When the file cannot be written.
        """
        key = secrets.token_bytes(_KEY_BYTES)
        self._write([*self._read().values(), key], new=False)
        return key_name(key)

    def _read(self) -> dict[str, bytes]:
        try:
            lines = self.path.read_text(encoding="ascii").split()
            keys = [bytes.fromhex(line) for line in lines]
        except (OSError, ValueError) as problem:
            raise self._unusable(type(problem).__name__) from problem
        if any(len(key) != _KEY_BYTES for key in keys):
            raise self._unusable("64 hex")
        return {key_name(key): key for key in keys}

    def _write(self, keys: list[bytes], *, new: bool) -> None:
        """Write the file whole or not at all; a new one never in the place of another."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Such a file is its owner's alone from the start.
            handle, name = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write("".join(f"{key.hex()}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            try:
                if new:
                    os.link(name, self.path)
                else:
                    Path(name).replace(self.path)
            finally:
                Path(name).unlink(missing_ok=True)
        except FileExistsError:
            raise
        except OSError as problem:
            raise self._unusable(str(problem.strerror)) from problem

    def _unusable(self, why: str) -> StoreUnreachable:
        return StoreUnreachable(
            Text(f"Không dùng được tệp khóa nhật ký “{self.path}” ({why}).",
                 f"The key file of the history “{self.path}” cannot be used ({why})."),
            Text("Đặt ANTT_AUDIT_KEY_FILE là một tệp mà chương trình đọc và ghi được, ngoài thư mục giữ kho.",
                 "Set ANTT_AUDIT_KEY_FILE to a file that the program may read and write, outside the store's folder."),
        )  # fmt: skip
