"""Every row of a file is accepted, a duplicate, or set aside with its reasons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from layers import catalog
from layers.errors import AxesSwapped, InvalidParameter, NoCoordinates, SchemaMismatch
from layers.incidents.columns import guess_mapping
from layers.incidents.ingest import Counts, IngestOptions, SeenRows, check_places, ingest_chunk
from layers.incidents.reading import open_table
from layers.incidents.reasons import REASONS, reason_text
from layers.schema import check

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HEADER = "Số hồ sơ;Ngày xảy ra;Loại;Mức độ;Trạng thái;Kinh độ;Vĩ độ;Phường;Sai số;Ghi chú"
GOOD = "A1;1/7/2025 15h30;Trộm cắp;Nghiêm trọng;Đang xử lý;106,31;20,95;Lê Thanh Nghị;25;x"


class Imported:
    """What became of a file."""

    def __init__(self, path: Path, chunk_rows: int = 50_000, **options: Any) -> None:
        table = open_table(path, chunk_rows=chunk_rows)
        self.options = IngestOptions(
            **{
                "source": "thử",
                "mapping": guess_mapping(table.columns),
                "timezone": "Asia/Ho_Chi_Minh",
                "now": NOW,
                **options,
            }
        )
        check_places(table, self.options)
        seen, rng = SeenRows(), np.random.default_rng(5)
        results = [ingest_chunk(chunk, self.options, seen, rng=rng) for chunk in table.chunks()]
        self.counts = sum((result.counts for result in results), Counts())
        self.rows = gpd.GeoDataFrame(pd.concat([result.accepted for result in results], ignore_index=True))
        aside = pd.concat([result.quarantined for result in results], ignore_index=True)
        self.aside = dict(zip(aside["row"], aside["reasons"], strict=True))
        self.raw = dict(zip(aside["row"], aside["raw"], strict=True))
        self.unmapped = sum((result.unmapped for result in results), start=type(results[0].unmapped)())


def _file(folder: Path, *lines: str, header: str = HEADER, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def test_a_good_row_becomes_an_incident(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, GOOD))
    row = found.rows.iloc[0]
    expected = {
        "source": "thử",
        "source_ref": "A1",
        "category": "trom_cap",
        "category_source": "Trộm cắp",
        "severity": "nghiem_trong",
        "status": "dang_xu_ly",
        "location_accuracy_m": 25.0,
        "location_method": "coordinates",
        "reported_unit": "Lê Thanh Nghị",
    }
    assert {name: row[name] for name in expected} == expected
    assert str(row["occurred_from"]) == "2025-07-01 08:30:00+00:00"
    assert pd.isna(row["occurred_to"])
    assert (row.geometry.x, row.geometry.y) == (106.31, 20.95)
    assert found.counts == Counts(read=1, accepted=1)


def test_accepted_rows_keep_the_contract_of_the_layer(tmp_path: Path) -> None:
    rows = Imported(_file(tmp_path, GOOD, "A2;1/7/2025;Lạ;;;;;;;")).rows
    again = check(rows, catalog.INCIDENTS.schema)
    assert list(again.columns) == catalog.INCIDENTS.schema.names
    assert rows["id"].is_unique


def test_a_row_without_a_place_is_kept_and_counted(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, GOOD, "A2;1/7/2025;cướp;;;;;Tân Hưng;;", "A3;2/7/2025;cướp;;;0;0;;;"))
    assert found.counts == Counts(read=3, accepted=3, unplaced=2)
    assert found.rows["location_method"].tolist() == ["coordinates", "unit_name", None]
    assert found.rows.geometry.isna().tolist() == [False, True, True]


def test_an_unknown_category_is_kept_with_its_text_and_counted(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD, *[f"B{n};1/7/2025;Phá rừng;;;106,3;20,9;;;" for n in range(3)])
    found = Imported(path)
    assert found.rows["category"].tolist() == ["trom_cap", "khac", "khac", "khac"]
    assert found.rows["category_source"].tolist()[1:] == ["Phá rừng"] * 3
    assert found.counts.unmapped_category == 3
    assert found.unmapped == {"Phá rừng": 3}
    mapped = Imported(path, category_words={"PHÁ RỪNG": "moi_truong_attp"})
    assert mapped.rows["category"].tolist()[1:] == ["moi_truong_attp"] * 3
    assert mapped.counts.unmapped_category == 0


def test_every_reason_of_a_row_is_given_at_once(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, GOOD, "A2;31/2/2025;x;;;20,95;106,31;;xa;", "A3;1/7/2025;x"))
    assert found.aside == {
        3: ["date_impossible", "axes_swapped", "accuracy_unreadable"],
        4: ["wrong_field_count"],
    }
    assert found.counts == Counts(read=3, accepted=1, quarantined=2)


def test_reasons_are_said_in_both_languages() -> None:
    for code in REASONS:
        assert code.isascii()
        assert reason_text(code).vi
        assert reason_text(code).en


def test_quarantine_holds_mapped_fields_only_and_no_personal_number(tmp_path: Path) -> None:
    line = "031085001234;31/2/2025;Trộm, gọi 0912 345 678;;;106,437388123;20,95;;;Nguyễn Văn A 0987654321"
    raw = Imported(_file(tmp_path, GOOD, line)).raw[3]
    assert raw["category"] == "Trộm, gọi •••"
    assert raw["lon"] == "106,437388123"
    said = str(raw)
    assert not [number for number in ("031085001234", "0912 345 678", "Nguyễn", "0987654321") if number in said]


def test_personal_numbers_are_masked_in_what_is_kept(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, "A1;1/7/2025;Trộm của 031085001234;;;106,3;20,9;ĐT +84912345678;;"))
    assert found.rows["category_source"][0] == "Trộm của •••"
    assert found.rows["reported_unit"][0] == "ĐT •••"


def test_references_that_look_like_personal_numbers_still_tell_rows_apart(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, GOOD.replace("A1", "031085001234"), GOOD.replace("A1", "031085001235")))
    assert found.counts == Counts(read=2, accepted=2)
    assert found.rows["source_ref"].is_unique
    assert not found.rows["source_ref"].str.contains("03108500").any()


def test_a_file_without_categories_is_taken(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, "1/7/2025,106.3,20.9", header="ngay,lon,lat"))
    assert found.rows["category"].tolist() == ["khac"]
    assert found.counts.unmapped_category == 0


def test_the_same_reference_twice(tmp_path: Path) -> None:
    other = GOOD.replace("Trộm cắp", "Cướp")
    same = GOOD.replace("106,31", "106,3100")
    lines = [GOOD, same, other, GOOD.replace("A1", "A2"), other]
    for chunk_rows in (1, 2, 50_000):
        found = Imported(_file(tmp_path, *lines), chunk_rows=chunk_rows)
        assert found.counts == Counts(read=5, accepted=2, quarantined=2, duplicates=1)
        assert found.aside == {4: ["repeated_reference"], 6: ["repeated_reference"]}
        assert found.rows["source_ref"].tolist() == ["A1", "A2"]


def test_identical_rows_without_reference_are_separate_incidents(tmp_path: Path) -> None:
    header, line = "ngay,loai,lon,lat", "1/7/2025 15:30,cướp,106.31,20.95"
    path = _file(tmp_path, line, "2/7/2025,cướp,106.31,20.95", line, line, header=header)
    references = [Imported(path, chunk_rows=rows).rows["source_ref"].tolist() for rows in (1, 2, 50_000)]
    assert references[0] == references[1] == references[2]
    first, _, second, third = references[0]
    assert (second, third) == (f"{first}-2", f"{first}-3")


def test_a_file_saved_again_in_another_form_gives_the_same_references(tmp_path: Path) -> None:
    plain = _file(
        tmp_path, "2025-07-01T15:30:00+07:00,cướp,106.31,20.95", "2025-07-02,cướp,,", header="ngay,loai,lon,lat"
    )
    again = _file(
        tmp_path,
        "20,950;x;106,310;Cướp ;1/7/2025 15h30".replace("Cướp", "cướp"),
        "3;x;;cướp;bad",
        ";x;;cướp;2/7/2025",
        header="Vĩ độ;Ghi chú;Kinh độ;Loại;Ngày",
        name="b.csv",
    )
    frame = pd.read_csv(plain, dtype=str)
    frame.to_excel(tmp_path / "c.xlsx", index=False)
    expected = Imported(plain).rows["source_ref"].tolist()
    assert Imported(again).rows["source_ref"].tolist() == expected
    assert Imported(tmp_path / "c.xlsx").rows["source_ref"].tolist() == expected


def test_a_longer_export_keeps_the_references_it_had(tmp_path: Path) -> None:
    lines = [f"{day}/7/2025,cướp,106.31,20.95" for day in (1, 1, 2, 3)]
    shorter = Imported(_file(tmp_path, *lines, header="ngay,loai,lon,lat")).rows["source_ref"]
    longer = Imported(_file(tmp_path, *lines, *lines, header="ngay,loai,lon,lat")).rows["source_ref"]
    assert set(shorter) < set(longer)
    assert len(set(longer) - set(shorter)) == 4


def test_bytes_without_meaning_are_set_aside(tmp_path: Path) -> None:
    path = _file(tmp_path, GOOD)
    path.write_bytes(path.read_bytes() + "A2;1/7/2025;Trộm ".encode() + b"\xff\xfe;;;106,3;20,9;;;\n")
    found = Imported(path, mapping=guess_mapping(HEADER.split(";")))
    assert found.counts.read == found.counts.accepted + found.counts.quarantined == 2


def test_a_file_whose_axes_are_swapped_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AxesSwapped) as caught:
        Imported(_file(tmp_path, "A1;1/7/2025;x;;;20,95;106,31;;;", "A2;1/7/2025;x;;;20,96;106,32;;;"))
    assert "chưa nhập dòng nào" in caught.value.message.vi


@pytest.mark.parametrize("place", ["abc;def", ";", "590000;2315000"])
def test_a_file_without_one_usable_coordinate_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(NoCoordinates) as caught:
        Imported(_file(tmp_path, f"A1;1/7/2025;x;;;{place};;;"))
    assert "--crs" in caught.value.hint.vi


def test_columns_that_are_needed_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(NoCoordinates):
        Imported(_file(tmp_path, "1/7/2025,cướp", header="ngay,loai"))
    with pytest.raises(SchemaMismatch) as caught:
        Imported(_file(tmp_path, "1,2", header="lon,lat"))
    assert "occurred_at" in caught.value.hint.vi
    with pytest.raises(InvalidParameter):
        Imported(_file(tmp_path, GOOD), timezone="Nowhere")
    with pytest.raises(InvalidParameter):
        Imported(_file(tmp_path, GOOD), mapping={"person": "Phường", "occurred_at": "Ngày xảy ra"})


def test_a_file_that_names_the_ward_only_is_taken(tmp_path: Path) -> None:
    found = Imported(_file(tmp_path, "1/7/2025,cướp,Tân Hưng", header="ngay,loai,phuong"))
    assert found.counts == Counts(read=1, accepted=1, unplaced=1)


@pytest.mark.real_data
def test_houston_is_taken_whole(real_data: Path) -> None:
    path = real_data / "incidents" / "houston_2010.csv.gz"
    found = Imported(path, timezone="America/Chicago", region=None)
    assert found.counts == Counts(read=86_314, accepted=86_314, unplaced=5)
    assert found.rows["source_ref"].is_unique
    assert set(found.rows["category"]) == {"trom_cap", "cuop", "co_y_gay_thuong_tich", "giet_nguoi", "xam_hai_tinh_duc"}
    assert (
        Imported(path, 7_919, timezone="America/Chicago", region=None)
        .rows["source_ref"]
        .equals(found.rows["source_ref"])
    )
