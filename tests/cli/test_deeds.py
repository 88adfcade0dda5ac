"""What a command changes about accounts and tokens, and what it writes out, stands in the history."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.store import open_store
from mapserver.services.authors import os_user
from tests.accounts import GOOD, OTHER
from tests.builders import incidents, town
from tests.cli.command import Ended, antt, result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town without an account."""
    store = open_store(str(tmp_path / "antt.gpkg"))
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(30))
    store.close()
    return tmp_path


def typing(password: str, *arguments: object, cwd: Path) -> Ended:
    with mock.patch.object(sys, "stdin", io.StringIO(f"{password}\n")):
        ended = antt(*arguments, "--password-stdin", cwd=cwd)
    assert ended.returncode == 0, ended.stderr
    return ended


def records(folder: Path, action: str) -> list[dict[str, Any]]:
    out = folder / "history.json"
    result("audit", "export", "--action", action, "--out", str(out), cwd=folder)
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))
    return [record | {"what": json.loads(record["what"])} for record in found]


def test_changes_of_accounts_and_tokens_are_recorded_with_who_and_what(folder: Path) -> None:
    typing(GOOD, "user", "add", "chief", "--role", "administrator", cwd=folder)
    typing(GOOD, "user", "add", "binh", "--role", "ward_officer", "--area", "10000", cwd=folder)
    result("user", "edit", "binh", "--role", "commander", cwd=folder)
    result("user", "disable", "binh", cwd=folder)
    typing(OTHER, "user", "password", "chief", cwd=folder)
    made = result("token", "create", "chief", "--label", "sao lưu", "--scope", "export", cwd=folder)
    result("token", "revoke", made["token"]["id"], cwd=folder)  # type: ignore[index]
    assert antt("user", "edit", "nobody", "--name", "x", cwd=folder).returncode == 2
    accounts = [record["what"] for record in records(folder, "account")]
    assert [what["account"] for what in accounts] == ["chief", "binh", "binh", "binh", "chief"]
    assert accounts[1]["added"]["area"] == ["10000"]
    assert (accounts[2]["before"]["role"], accounts[2]["after"]["role"]) == ("ward_officer", "commander")
    assert (accounts[3]["before"]["disabled"], accounts[3]["after"]["disabled"]) == (False, True)
    assert accounts[4]["changed"] == ["password"]
    tokens = records(folder, "token")
    assert [(one["who"], one["address"]) for one in tokens] == [(os_user(), "this_machine")] * 2
    assert tokens[0]["what"]["made"]["scopes"] == ["export"]
    assert tokens[1]["what"]["token"] == made["token"]["id"]  # type: ignore[index]
    said = (folder / "history.json").read_text(encoding="utf-8")
    assert str(made["secret"]) not in said
    assert GOOD not in said
    assert result("audit", "verify", cwd=folder)["ok"]


def test_files_written_by_a_command_are_recorded_once_there_are_accounts(folder: Path) -> None:
    out = folder / "t.csv"
    result("incidents", "export", "--out", str(out), cwd=folder)
    assert not (folder / "antt.system.db").exists()
    typing(GOOD, "user", "add", "chief", "--role", "administrator", cwd=folder)
    result("incidents", "export", "--out", str(out), "--unit", "10000", cwd=folder)
    result("snapshot", "create", "--out", str(folder / "t.png"), cwd=folder)
    written = [record["what"] for record in records(folder, "export")]
    assert [what["layer"] for what in written] == ["incidents", "snapshot"]
    assert "Ô 0" in written[0]["filter"]
    assert written[0]["rows"] > 0


def test_what_cannot_be_recorded_is_not_written_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    typing(GOOD, "user", "add", "chief", "--role", "administrator", cwd=folder)
    monkeypatch.setenv("ANTT_AUDIT_KEY_FILE", str(folder / "antt.gpkg" / "audit.key"))
    out = folder / "t.csv"
    ended = antt("incidents", "export", "--out", str(out), cwd=folder)
    assert ended.returncode == 4, ended.stderr
    assert not out.exists()
