"""Files sent to a server, and the jobs that work on them there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from layers.errors import AnttError, FileMissing, StoreUnreachable
from layers.wording import Text
from mapserver.cli.remote import FAILURE_OF, Server
from mapserver.cli.run import Run, progress

__all__ = ["Fields", "finished", "send_files"]

Fields = Sequence[tuple[str, object]]

_LOOK_EVERY_S = 0.5
_PIECE_BYTES = 1 << 20


def send_files(server: Server, path: str, *, files: Sequence[Path] = (), fields: Fields = ()) -> dict[str, Any]:
    """Send a form with files.

    Parameters
    ----------
    server : Server
        Where to.
    path : str
        The door that takes it.
    files : sequence of Path
        May be empty.
    fields : sequence of (str, object)
        The other parts; those that are None or empty are left out.

    Returns
    -------
    dict
        The job that was started.

    Raises
    ------
    FileMissing
        When a file is not there.
    AnttError
        What the server refuses.
    """
    edge = secrets.token_hex(16)
    parts = [_head(edge, name) + f"{value}\r\n".encode() for name, value in fields if value not in {None, ""}]
    heads = [(_head(edge, "file", file.name), file) for file in files]
    tail = f"--{edge}--\r\n".encode()
    length = sum(map(len, parts)) + len(tail) + sum(len(head) + _size(file) + 2 for head, file in heads)

    def pieces() -> Iterator[bytes]:
        yield from parts
        for head, file in heads:
            yield head
            with file.open("rb") as content:
                while piece := content.read(_PIECE_BYTES):
                    yield piece
            yield b"\r\n"
        yield tail

    return server.send_form(path, pieces(), kind=f"multipart/form-data; boundary={edge}", length_bytes=length)


def _head(edge: str, name: str, file_name: str | None = None) -> bytes:
    quoted = (file_name or "").replace("\\", "_").replace('"', "_").replace("\r", "_").replace("\n", "_")
    named = "" if file_name is None else f'; filename="{quoted}"'
    return f'--{edge}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()


def _size(file: Path) -> int:
    try:
        if file.is_file():
            return file.stat().st_size
    except OSError as problem:
        raise _missing(file) from problem
    raise _missing(file)


def _missing(file: Path) -> FileMissing:
    return FileMissing(
        Text(f"Không có tệp “{file}”.", f"There is no file “{file}”."),
        Text("Kiểm tra đường dẫn.", "Check the path."),
    )


def finished(server: Server, run: Run, job: dict[str, Any], *, title: Text) -> dict[str, Any]:
    """Wait for a job; Ctrl+C asks the server to stop it.

    Parameters
    ----------
    server : Server
        Where it is done.
    run : Run
        How the command was called.
    job : dict
        As the server gave it.
    title : Text
        What is being done.

    Returns
    -------
    dict
        Its result.

    Raises
    ------
    AnttError
        Why it failed.
    click.Abort
        When it was cancelled.
    """
    address = f"/api/v1/jobs/{job['id']}"
    try:
        with progress(title, run) as tell:
            while job["finished_at"] is None:
                time.sleep(_LOOK_EVERY_S)
                job = server.get(address)
                tell(job["progress"], job["total"])
    except KeyboardInterrupt:
        server.send(f"{address}/cancel", {})
        raise
    if job["state"] == "done":
        result: dict[str, Any] = job["result"]
        return result
    if job["state"] == "cancelled":
        raise click.Abort
    raise _why(server, address, job)


def _why(server: Server, address: str, job: dict[str, Any]) -> AnttError:
    message = Text(*(str(server.get(address, {"lang": language})["message"]) for language in ("vi", "en")))
    error = (job["result"] or {}).get("error")
    if error is None:
        return StoreUnreachable(message)
    hint = Text(str(error.get("hint", "")), str(error.get("hint_en", "")))
    return FAILURE_OF.get(error["code"], AnttError)(message, hint)
