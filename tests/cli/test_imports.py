"""Imports and the quarantine on the command line, as their user types them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from tests.cli.command import antt, refused, result
from tests.cli.test_bad_input import DATE, write_town
from tests.cli.test_main_job import incident_table

ROWS = [
    "HS1,1/7/2025,15h30,Trộm cắp tài sản,106.31,20.91,A",
    "HS2,31/2/2025,08:00,Ma túy,106.32,20.92,gọi 0912345678",
    "HS3,3/7/2025,09:00,Chuyện lạ,106.33,20.93,C",
    "HS4,3/7/2025,09:00,Ma túy,107.9,20.93,D",
]
KEYS = {
    "import_id", "read", "accepted", "updated", "quarantined", "unplaced", "outside", "duplicates",
    "unmapped_category", "dropped_columns", "state",
}  # fmt: skip


def rows_aside(folder: Path, *more: str) -> list[dict[str, object]]:
    rows = result("incidents", "quarantine", "list", *more, cwd=folder)["rows"]
    assert isinstance(rows, list)
    return rows


def test_import_correct_retry(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg")
    result("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path)
    said = result("incidents", "import", incident_table(tmp_path / "t7.csv", ROWS), cwd=tmp_path, code=6)
    assert set(said) >= KEYS
    assert (said["read"], said["accepted"], said["quarantined"], said["outside"], said["state"]) == (4, 3, 1, 1, "done")
    (row,) = rows_aside(tmp_path)
    assert (row["row"], row["reasons"], row["import_id"]) == (3, ["date_impossible"], said["import_id"])
    assert "0912345678" not in json.dumps(row)
    result("incidents", "quarantine", "export", "--out", "q.xlsx", cwd=tmp_path)
    book = openpyxl.load_workbook(tmp_path / "q.xlsx")
    head = [cell.value for cell in book.active[1]]
    book.active.cell(2, head.index("Ngày xảy ra") + 1).value = "28/2/2025"
    book.save(tmp_path / "q.xlsx")
    assert result("incidents", "quarantine", "retry", "q.xlsx", cwd=tmp_path)["accepted"] == 1
    assert result("incidents", "quarantine", "retry", "q.xlsx", cwd=tmp_path)["duplicates"] == 1
    assert rows_aside(tmp_path) == []
    assert [row["state"] for row in rows_aside(tmp_path, "--all")] == ["accepted"]
    assert antt("store", "check", cwd=tmp_path).returncode == 0


def test_words_of_a_source_on_the_command_line(tmp_path: Path) -> None:
    result("incidents", "import", incident_table(tmp_path / "t7.csv", [ROWS[0], ROWS[2]]), cwd=tmp_path)
    source = ("--source", "t7")
    assert result("incidents", "categories", "list", *source, cwd=tmp_path)["unmapped"] == {"Chuyện lạ": 1}
    mapped = result("incidents", "categories", "map", *source, "Chuyện lạ=chay_no", cwd=tmp_path)
    assert mapped["changed"] == {"Chuyện lạ": 1}
    assert result("incidents", "categories", "list", *source, cwd=tmp_path)["unmapped"] == {}
    error = refused("incidents", "categories", "map", *source, "Chuyện lạ=khong_co", cwd=tmp_path)
    assert error["exit"] == "2"


def test_changed_rows_update_or_wait(tmp_path: Path) -> None:
    result("incidents", "import", incident_table(tmp_path / "t7.csv", ROWS[:1]), "--source", "s", cwd=tmp_path)
    later = incident_table(tmp_path / "t8.csv", [ROWS[0].replace("15h30", "16h30")])
    waiting = result("incidents", "import", later, "--source", "s", "--on-change", "quarantine", cwd=tmp_path, code=6)
    assert (waiting["quarantined"], waiting["updated"]) == (1, 0)
    updated = result("incidents", "import", later, "--source", "s", cwd=tmp_path)
    assert (updated["quarantined"], updated["updated"]) == (0, 1)
    imports = result("incidents", "imports", cwd=tmp_path)["imports"]
    assert isinstance(imports, list)
    assert [entry["state"] for entry in imports] == ["done"] * 3


def test_an_import_that_there_is_not_cannot_go_on(tmp_path: Path) -> None:
    result("incidents", "import", incident_table(tmp_path / "t7.csv", ROWS[:1]), cwd=tmp_path)
    assert refused("incidents", "import", "--resume", "nothing", cwd=tmp_path)["code"] == "not_found"
    assert refused("incidents", "import", cwd=tmp_path)["exit"] == "2"


def houston_frame(file: Path) -> pd.DataFrame:
    return pd.read_csv(file, dtype=str, keep_default_na=False)


@pytest.mark.real_data
def test_houston_is_kept_whole_and_never_doubled(tmp_path: Path, real_data: Path) -> None:
    file = real_data / "incidents" / "houston_2010.csv.gz"
    named = ("--source", "houston", "--timezone", "America/Chicago")
    said = result("incidents", "import", file, *named, cwd=tmp_path)
    assert (said["read"], said["accepted"], said["unplaced"], said["quarantined"]) == (86_314, 86_314, 5, 0)
    unzipped = tmp_path / "plain.csv"
    unzipped.write_bytes(gzip.decompress(file.read_bytes()))
    again = result("incidents", "import", unzipped, *named, cwd=tmp_path)
    assert (again["accepted"], again["duplicates"], again["updated"]) == (0, 86_314, 0)
    frame = houston_frame(unzipped)
    saved = tmp_path / "saved.csv"
    frame.to_csv(saved, index=False, sep=";", encoding="utf-16")
    again = result("incidents", "import", saved, *named, cwd=tmp_path)
    assert (again["accepted"], again["duplicates"]) == (0, 86_314)
    longer = pd.concat([frame, frame.iloc[:10]], ignore_index=True)
    longer.to_csv(tmp_path / "longer.csv", index=False)
    again = result("incidents", "import", tmp_path / "longer.csv", *named, cwd=tmp_path)
    assert (again["accepted"], again["duplicates"]) == (10, 86_314)
