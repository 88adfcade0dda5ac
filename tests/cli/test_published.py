"""Publishing counts on the command line."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.masking.coding import decoded, encoded
from layers.masking.cube import Cube
from layers.store import open_store
from tests.builders import incidents, town
from tests.cli.command import antt, refused, result


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store of the first half of 2025, to be published in cells of 5 km."""
    monkeypatch.setenv("ANTT_CUBE_CELL_M", "5000")
    frame = incidents(600)
    frame["occurred_from"] -= frame["occurred_from"].iloc[0] - frame["occurred_from"].iloc[0].replace(year=2025)
    with closing(open_store(str(tmp_path / "antt.gpkg"))) as store:
        store.append(UNITS, town(valid_from="2020-01-01"))
        store.append(INCIDENTS, frame)
    return tmp_path


def test_a_release_is_made_told_and_audited(folder: Path) -> None:
    assert result("published", "show", cwd=folder)["months"] == []
    made = result("published", "release", cwd=folder)
    assert (made["added"], made["k"], made["k_reached"], made["faults"]) == (6, 5, 5, [])
    assert made["incidents"] == 599
    shown = result("published", "show", cwd=folder)
    assert {name: made[name] for name in shown} == shown
    again = result("published", "release", cwd=folder)
    assert (again["added"], again["release"]) == (0, made["release"])
    said = antt("published", "release", "--lang", "vi", cwd=folder).stdout
    assert "Không có tháng nào đến hạn" in said
    assert "6 tháng, từ 1/2025 đến 6/2025; ngưỡng 5 vụ, ô 5000 m; số nhỏ nhất suy ra được: 5." in said
    assert "Đạt" in antt("published", "audit", "--lang", "vi", cwd=folder).stdout


def test_an_audit_that_fails_ends_with_seven(folder: Path) -> None:
    result("published", "release", cwd=folder)
    file = folder / "antt.published" / "cube.json"
    cube: Cube = decoded(file.read_bytes(), name="cube.json")
    cube.months[0].totals.count[0] += 1 - int(cube.months[0].totals.count[0])
    file.write_bytes(encoded(cube))
    found = result("published", "audit", cwd=folder, code=7)
    assert found["k_reached"] == 1
    assert found["faults"]
    file.write_bytes(b"{}")
    assert refused("published", "audit", cwd=folder)["code"] == "file_unreadable"


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert result("published", "release", cwd=tmp_path)["added"] == 0
    assert not list(tmp_path.iterdir())


def test_a_threshold_below_three_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTT_CUBE_K", "2")
    assert "ANTT_CUBE_K" in refused("published", "release", cwd=folder)["message"]
