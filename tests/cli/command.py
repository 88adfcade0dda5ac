"""Calls of `antt`: in this process, which answers at once, or in a process of its own, as a user starts it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from unittest import mock

from mapserver.__main__ import main

Ended = subprocess.CompletedProcess[str]
LONGEST_S = 120


def antt(*arguments: object, cwd: Path) -> Ended:
    """Run a command in this process, in a folder, with no terminal; what it ended with and what it said."""
    words = ["antt", *map(str, arguments)]
    # As strict about what can be written as the output of a process.
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True, errors="backslashreplace")
    with (
        mock.patch.object(sys, "argv", words),
        # A fault of the program shows where it is, instead of the sentence for users.
        mock.patch.dict(os.environ, {"ANTT_DEBUG": "1"}),
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as end:
            code = end.code
    # Python turns any other value into a code of its own; the program promises numbers.
    assert isinstance(code, int), code
    return Ended(words, code, *(file.detach().getvalue().decode("utf-8") for file in (out, err)))


def antt_process(*arguments: object, cwd: Path) -> Ended:
    """Run a command in a process of its own, where only a user's whole process shows what is tested."""
    command = [sys.executable, "-m", "mapserver", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=LONGEST_S, check=False)


def result(*arguments: object, cwd: Path, code: int = 0) -> dict[str, object]:
    """The object that a command prints."""
    ended = antt(*arguments, "--json", cwd=cwd)
    assert ended.returncode == code, ended.stderr
    read: dict[str, object] = json.loads(ended.stdout)
    return read


def refused(*arguments: object, cwd: Path) -> dict[str, str]:
    """Run a command that must fail, and return its error object with the exit code."""
    before = (cwd / "antt.gpkg").read_bytes() if (cwd / "antt.gpkg").exists() else None
    ended = antt(*arguments, "--json", cwd=cwd)
    after = (cwd / "antt.gpkg").read_bytes() if (cwd / "antt.gpkg").exists() else None
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert before == after
    error: dict[str, str] = json.loads(ended.stderr)["error"]
    assert error["message"]
    assert error["hint"]
    return error | {"exit": str(ended.returncode)}
