"""`antt plan`: the way of a plan from its first line to its publication, as its user types it."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import UNITS
from layers.store import open_store
from tests.cli.command import antt, refused, result
from tests.plan_desks import town_rows

RENAME = {"kind": "rename", "unit": "10001", "name": "Ô mới"}
MERGE = {"kind": "merge", "unit": "10002", "into": "10001", "apart": False}
UNKNOWN = {"kind": "rename", "unit": "99999", "name": "A"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town_rows())
    for name, content in (("ops", [RENAME, MERGE]), ("one", RENAME), ("bad", [RENAME, UNKNOWN]), ("odd", [3])):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "torn.json").write_text("[{", encoding="utf-8")
    return tmp_path


def made(folder: Path, name: str = "Phương án A") -> str:
    return str(result("plan", "new", name, "--parent", "31", cwd=folder)["id"])


def numbers(said: dict[str, Any], name: str) -> list[int]:
    return [entry["number"] for entry in said[name]]


def test_a_plan_is_drawn_undone_reviewed_and_published(folder: Path) -> None:
    plan = made(folder)
    done: Any = result("plan", "apply", plan, "ops.json", "--reason", "theo đề án", cwd=folder)
    assert (numbers(done, "entries"), done["last"]) == ([1, 2], 2)
    (gain,) = done["entries"][1]["effect"]
    assert (gain["from"], gain["to"], gain["area_m2"] > 1e6) == ("10002", "10001", True)
    assert result("plan", "undo", plan, cwd=folder)["last"] == 3
    assert result("plan", "redo", plan, "--seen", "3", cwd=folder)["last"] == 4
    assert refused("plan", "undo", plan, "--seen", "2", cwd=folder)["code"] == "stale_version"
    shown = antt("plan", "show", plan, cwd=folder).stdout
    assert "2. nhập đơn vị" in shown
    assert "(theo đề án): 10002 → 10001" in shown
    told = antt("plan", "figures", plan, cwd=folder).stdout
    assert "Phường Ô mới (10001): " in told
    for state in ("in_review", "approved"):
        assert result("plan", "state", plan, state, cwd=folder)["state"] == state
    assert refused("plan", "state", plan, "scheduled", "--effective-on", "2099-01-01", cwd=folder)["exit"] == "2"
    act = ("--effective-on", "2099-01-01", "--decree", "NQ 1")
    assert result("plan", "state", plan, "scheduled", *act, cwd=folder)["state"] == "scheduled"
    later: Any = result("boundaries", "list", "--as-of", "2099-01-01", cwd=folder)
    assert {"10002"} == {row["code"] for row in town_rows().to_dict("records")} - {
        unit["code"] for unit in later["units"]
    }  # fmt: skip
    assert antt("store", "check", cwd=folder).returncode == 0


def test_of_a_file_all_operations_are_kept_or_none(folder: Path) -> None:
    plan = made(folder)
    for file, code in (("bad", "not_found"), ("odd", "invalid_parameter"), ("torn", "file_unreadable"),
                       ("no", "file_missing")):  # fmt: skip
        assert refused("plan", "apply", plan, f"{file}.json", cwd=folder)["code"] == code
    assert result("plan", "show", plan, cwd=folder)["entries"] == 0
    assert result("plan", "apply", plan, "one.json", cwd=folder)["last"] == 1


def test_a_file_of_several_operations_does_not_pass_over_what_nobody_has_seen(folder: Path) -> None:
    plan = made(folder)
    result("plan", "apply", plan, "one.json", cwd=folder)
    (folder / "two.json").write_text(json.dumps([RENAME | {"name": "Ô khác"}, MERGE]), encoding="utf-8")
    result("plan", "undo", plan, cwd=folder)
    unseen: Any = refused("plan", "apply", plan, "two.json", "--seen", "0", cwd=folder)
    assert unseen["code"] == "stale_version"
    assert result("plan", "show", plan, cwd=folder)["entries"] == 2


def test_plans_are_copied_renamed_listed_and_compared(folder: Path) -> None:
    plan = made(folder)
    result("plan", "apply", plan, "ops.json", cwd=folder)
    copy = result("plan", "branch", plan, "Phương án B", cwd=folder)
    assert (copy["branched_from"], copy["entries"]) == (plan, 2)
    assert result("plan", "rename", plan, "Phương án 1", cwd=folder)["name"] == "Phương án 1"
    assert refused("plan", "rename", plan, "C", "--row-version", "1", cwd=folder)["code"] == "stale_version"
    listed: Any = result("plan", "list", cwd=folder)["plans"]
    assert [each["name"] for each in listed] == ["Phương án B", "Phương án 1"]
    apart: Any = result("plan", "compare", plan, str(copy["id"]), cwd=folder)
    from_base: Any = result("plan", "compare", plan, cwd=folder)
    assert (apart["transfers"], [each["from"] for each in from_base["transfers"]]) == ([], ["10002"])
    assert "Không có đất nào đổi đơn vị." in antt("plan", "compare", plan, str(copy["id"]), cwd=folder).stdout


def test_comments_are_listed_and_settled(folder: Path) -> None:
    plan = made(folder)
    assert "Chưa có ý kiến nào." in antt("plan", "comment", plan, cwd=folder).stdout
    comments: Any = result("plan", "comment", plan, "Xem lại phía bắc", "--unit", "10001", cwd=folder)["comments"]
    assert result("plan", "show", plan, cwd=folder)["comments_open"] == 1
    assert "✓" in antt("plan", "comment", plan, "--settle", comments[0]["id"], cwd=folder).stdout
    assert result("plan", "show", plan, cwd=folder)["comments_open"] == 0
    assert refused("plan", "comment", plan, "--settle", "ai", cwd=folder)["code"] == "not_found"


def test_units_and_the_change_sheet_are_written(folder: Path) -> None:
    plan = made(folder)
    result("plan", "apply", plan, "ops.json", cwd=folder)
    for command, file in (("sheet", "a.xlsx"), ("export", "a.geojson")):
        assert result("plan", command, plan, "--out", file, cwd=folder)["bytes"] == (folder / file).stat().st_size
        assert refused("plan", command, plan, "--out", "a.doc", cwd=folder)["code"] == "invalid_parameter"
    units = json.loads((folder / "a.geojson").read_text(encoding="utf-8"))["features"]
    assert "Ô mới" in {unit["properties"]["name"] for unit in units}


def test_what_is_not_there_is_refused(folder: Path) -> None:
    assert refused("plan", "show", "không có", cwd=folder)["code"] == "not_found"
    assert refused("plan", "new", "A", "--parent", "99", cwd=folder)["code"] == "not_found"
    assert antt("plan", "state", "a", "in_force", cwd=folder).returncode == 2
