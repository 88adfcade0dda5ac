"""What the program wrote it reads again without a change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import result

ROWS = """Số hồ sơ,Ngày xảy ra,Kết thúc,Loại,Kinh độ,Vĩ độ
A1,1/7/2026,,Ma túy,106.31,20.91
A2,2/7/2026 22:00,3/7/2026 02:00,Trộm cắp tài sản,106.32,20.92
=1+1,3/7/2026 15h30,,Cháy nổ,,
A4,4/7/2026 8h,5/7/2026,-khác,106.33,20.93
"""


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_an_export_imported_again_changes_nothing(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.csv").write_text(ROWS, encoding="utf-8")
    first = result("incidents", "import", "a.csv", "--source", "sổ trực", cwd=tmp_path)
    assert (first["accepted"], first["quarantined"]) == (4, 0)
    before = result("store", "check", cwd=tmp_path)
    result("incidents", "export", "--out", f"out.{suffix}", cwd=tmp_path)
    again = result("incidents", "import", f"out.{suffix}", "--source", "sổ trực", cwd=tmp_path)
    assert (again["accepted"], again["updated"], again["duplicates"]) == (0, 0, 4)
    after = result("store", "check", cwd=tmp_path)
    assert (after["ok"], after["content_hash"]) == (True, before["content_hash"])


def test_an_end_before_the_beginning_is_set_aside(tmp_path: Path) -> None:
    rows = ROWS.replace("3/7/2026 02:00", "1/7/2026 02:00").replace("5/7/2026", "hôm sau")
    (tmp_path / "a.csv").write_text(rows, encoding="utf-8")
    said = result("incidents", "import", "a.csv", cwd=tmp_path, code=6)
    assert (said["accepted"], said["quarantined"]) == (2, 2)
    aside: Any = result("incidents", "quarantine", "list", cwd=tmp_path)["rows"]
    assert [(row["row"], row["reasons"]) for row in aside] == [(3, ["end_before_start"]), (5, ["end_unreadable"])]
