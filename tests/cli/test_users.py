"""`antt user` and `antt token`: the first administrator, accounts with areas, tokens shown once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from layers.catalog import UNITS
from layers.store import open_store
from tests.accounts import GOOD, OTHER
from tests.builders import town
from tests.cli.command import Ended, antt, refused, result


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A town with its first administrator."""
    store = open_store(str(tmp_path / "antt.gpkg"))
    store.append(UNITS, town())
    store.close()
    ended = _typing(GOOD, "user", "add", "chief", "--role", "administrator", "--name", "Trần Chi", cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    return tmp_path


def test_the_first_administrator_is_made_on_the_command_line(folder: Path) -> None:
    accounts = _accounts(folder)
    assert [(one["login"], one["name"], one["role"], one["area"]) for one in accounts] == [
        ("chief", "Trần Chi", "administrator", None)
    ]
    assert (folder / "antt.system.db").stat().st_mode & 0o077 == 0
    assert "Quản trị viên, toàn bộ" in antt("user", "list", cwd=folder).stdout


def test_a_list_makes_no_file(tmp_path: Path) -> None:
    ended = antt("user", "list", cwd=tmp_path)
    assert "Chưa có tài khoản" in ended.stdout
    assert result("token", "list", cwd=tmp_path) == {"tokens": []}
    assert list(tmp_path.iterdir()) == []


def test_a_password_is_no_argument_and_is_not_waited_for_without_a_terminal(folder: Path) -> None:
    assert refused("user", "add", "binh", "--role", "viewer", "--password", GOOD, cwd=folder)["exit"] == "2"
    said = refused("user", "add", "binh", "--role", "viewer", cwd=folder)
    assert "--password-stdin" in said["hint"]


def test_a_password_is_asked_for_twice_on_a_terminal(folder: Path) -> None:
    with (
        mock.patch.object(sys, "stdin", _Terminal()),
        mock.patch("click.termui.hidden_prompt_func", mock.Mock(side_effect=[GOOD, OTHER, GOOD, GOOD])) as asked,
    ):
        ended = antt("user", "add", "lan", "--role", "viewer", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    assert asked.call_count == 4
    assert GOOD not in ended.stdout + ended.stderr


def test_an_officer_gets_an_area_of_units_in_force(folder: Path) -> None:
    code = str(town()["code"].iloc[0])
    given = ("user", "add", "binh", "--role", "ward_officer")
    assert "địa bàn" in _refused_typing(GOOD, *given, cwd=folder)["message"]
    assert "99999" in _refused_typing(GOOD, *given, "--area", "99999", cwd=folder)["message"]
    ended = _typing(GOOD, *given, "--area", code, cwd=folder)
    assert f"địa bàn {code}" in ended.stdout
    changed = result("user", "edit", "binh", "--role", "analyst", "--everywhere", cwd=folder)["account"]
    assert isinstance(changed, dict)
    assert (changed["role"], changed["area"], changed["row_version"]) == ("analyst", None, 2)


@pytest.mark.parametrize("password", ["ngắn", "matkhau123456"])
def test_a_weak_password_is_refused_and_not_repeated(folder: Path, password: str) -> None:
    said = _refused_typing(password, "user", "add", "binh", "--role", "viewer", cwd=folder)
    assert said["code"] == "invalid_parameter"
    assert password not in str(said)
    assert len(_accounts(folder)) == 1


def test_a_stale_change_is_refused_with_both_versions(folder: Path) -> None:
    result("user", "edit", "chief", "--name", "Chi", "--row-version", "1", cwd=folder)
    said: dict[str, Any] = dict(refused("user", "edit", "chief", "--name", "X", "--row-version", "1", cwd=folder))
    assert (said["code"], said["exit"]) == ("stale_version", "5")
    assert (said["yours"]["name"], said["current"]["name"]) == ("X", "Chi")
    assert refused("user", "edit", "chief", cwd=folder)["exit"] == "2"


def test_the_last_administrator_stays(folder: Path) -> None:
    assert refused("user", "disable", "chief", cwd=folder)["exit"] == "5"
    assert refused("user", "edit", "chief", "--role", "viewer", cwd=folder)["exit"] == "5"
    assert _typing(GOOD, "user", "add", "deputy", "--role", "administrator", cwd=folder).returncode == 0
    assert "(đã khóa)" in antt("user", "disable", "chief", cwd=folder).stdout
    assert "(đã khóa)" not in antt("user", "enable", "chief", cwd=folder).stdout


def test_another_password_is_set(folder: Path) -> None:
    assert _typing(OTHER, "user", "password", "chief", cwd=folder).returncode == 0
    assert _refused_typing(OTHER, "user", "password", "nobody", cwd=folder)["code"] == "not_found"


def test_a_token_is_made_listed_and_taken_back(folder: Path) -> None:
    made = result("token", "create", "chief", "--label", "Sao lưu", "--scope", "export", "--days", "7", cwd=folder)
    secret, kept = made["secret"], made["token"]
    assert isinstance(kept, dict)
    assert str(secret).startswith("antt_")
    listed = antt("token", "list", "chief", cwd=folder).stdout
    assert "Sao lưu  [export]  đến" in listed
    assert str(secret) not in listed
    result("token", "revoke", kept["id"], cwd=folder)
    assert "đã thu hồi" in antt("token", "list", cwd=folder).stdout
    assert refused("token", "revoke", "nothing", cwd=folder)["exit"] == "2"


def test_a_token_stays_within_its_account(folder: Path) -> None:
    _typing(GOOD, "user", "add", "lan", "--role", "viewer", cwd=folder)
    said = refused("token", "create", "lan", "--label", "x", "--scope", "administer", cwd=folder)
    assert (said["code"], said["exit"]) == ("forbidden", "5")
    assert refused("token", "create", "lan", "--label", "x", "--days", "4000", cwd=folder)["exit"] == "2"


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _typing(password: str, *arguments: object, cwd: Path) -> Ended:
    with mock.patch.object(sys, "stdin", io.StringIO(f"{password}\n")):
        return antt(*arguments, "--password-stdin", cwd=cwd)


def _refused_typing(password: str, *arguments: object, cwd: Path) -> dict[str, str]:
    with mock.patch.object(sys, "stdin", io.StringIO(f"{password}\n")):
        return refused(*arguments, "--password-stdin", cwd=cwd)


def _accounts(folder: Path) -> list[dict[str, Any]]:
    listed: dict[str, Any] = json.loads(antt("user", "list", "--json", cwd=folder).stdout)
    accounts: list[dict[str, Any]] = listed["accounts"]
    return accounts
