"""Names on a disk need not be UTF-8: a file with such a name is read, and nothing broken is written into the store."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.command import antt, refused, result

BROKEN = os.fsdecode(b"th\xe1ng 7")
ROWS = (
    "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ\nA1,1/7/2026,Trộm cắp,106.31,20.91\nA2,?,Trộm cắp,106.31,20.91\n"
)


def test_a_file_with_a_name_of_another_time_is_imported(tmp_path: Path) -> None:
    (tmp_path / f"{BROKEN}.csv").write_text(ROWS, encoding="utf-8")
    counts = result("incidents", "import", f"{BROKEN}.csv", cwd=tmp_path, code=6)
    assert (counts["accepted"], counts["quarantined"]) == (1, 1)
    imports = result("incidents", "imports", cwd=tmp_path)["imports"]
    assert isinstance(imports, list)
    listed = imports[0]
    assert (len(imports), listed["file_name"], listed["source"], listed["state"]) == (
        1,
        "th\ufffdng 7.csv",
        "th\ufffdng 7",
        "done",
    )
    again = result("incidents", "import", f"{BROKEN}.csv", cwd=tmp_path, code=6)
    assert (again["accepted"], again["duplicates"]) == (0, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ("add", "--category", "trom_cap", "--occurred-from", "1/7/2026", "--reason", BROKEN),
        ("add", "--category", "trom_cap", "--occurred-from", "1/7/2026", "--channel", BROKEN),
        ("edit", BROKEN, "--status", "moi"),
        ("import", "t7.csv", "--source", BROKEN),
        ("import", "t7.csv", "--map", f"category={BROKEN}"),
        ("export", "--out", "out.csv", "--category", BROKEN),
    ],
)
def test_words_that_are_no_text_are_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "t7.csv").write_text(ROWS, encoding="utf-8")
    error = refused("incidents", *arguments, cwd=tmp_path)
    assert error["exit"] == "2"
    assert "UTF-8" in error["message"]


def test_the_words_are_shown_readable(tmp_path: Path) -> None:
    assert "th\ufffdng 7" in antt("incidents", "history", BROKEN, cwd=tmp_path).stderr
