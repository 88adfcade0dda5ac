"""Old units and new ones: what a table of the change makes, and what it cannot know."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers import schema
from layers.boundaries.lineage import Change, LineagePlan, plan_lineage
from layers.boundaries.lineage_days import refuse_mostly_early
from layers.boundaries.lineage_table import LineageRow, read_lineage
from layers.boundaries.shares import PeoplePoints
from layers.catalog import UNITS
from layers.errors import Conflict, EmptyInput, FileMissing, FileUnreadable, InvalidParameter
from tests.builders import NOW

ON, BEFORE = dt.date(2025, 7, 1), dt.date(2025, 1, 1)
CHANGE = Change(ON, BEFORE, "NQ 202/2025/QH15", "bảng chuyển đổi")
EMPTY = schema.empty(UNITS.schema)


def row(number: int, old: str, new: str, **more: str) -> LineageRow:
    """One row: letters for codes, the same letters for names."""
    cells = {"new_name": f"Phường {new}", "old_name": f"Phường {old}", "new_province_code": "31"} | more
    return LineageRow(row=number, new_code=new, old_code=old, **cells)


def unit(
    code: str, start: dt.date, end: dt.date | None, shape: shapely.Geometry | None, **more: str
) -> dict[str, object]:
    return {
        "id": f"{code}{start}", "code": code, "name": code, "unit_type": "Phường", "level": "commune", "parent": "31",
        "valid_from": start.isoformat(), "valid_to": end.isoformat() if end else None, "geometry": shape, **more,
    }  # fmt: skip


def units(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    return schema.check(gpd.GeoDataFrame(pd.DataFrame(list(rows)), geometry="geometry", crs=4326), UNITS.schema)


def planned(
    rows: Sequence[LineageRow], held: gpd.GeoDataFrame = EMPTY, points: PeoplePoints | None = None
) -> LineagePlan:
    return plan_lineage(rows, held, CHANGE, now=NOW, rng=np.random.default_rng(1), points=points)


def links(plan: LineagePlan) -> dict[tuple[str, str], dict[str, Any]]:
    pairs = [(str(old).split("@")[0], str(new).split("@")[0]) for old, new in zip(
        plan.links["from_version"], plan.links["to_version"], strict=True)]  # fmt: skip
    return dict(zip(pairs, plan.links.to_dict("records"), strict=True))


def test_codes_that_nothing_loaded_has_become_versions_without_a_shape() -> None:
    plan = planned([row(2, "10534", "10532", old_name="Phường Lê Thanh Nghị", old_province="Tỉnh Hải Dương")])
    old, new = plan.units.to_dict("records")
    assert (old["code"], old["name"], old["valid_from"], old["valid_to"]) == (
        "10534", "Lê Thanh Nghị", "2025-01-01", "2025-07-01",
    )  # fmt: skip
    assert (new["code"], new["valid_from"], new["valid_to"], new["decree"]) == (
        "10532", "2025-07-01", None, "NQ 202/2025/QH15",
    )  # fmt: skip
    assert plan.units.geometry.isna().all()


def test_a_recycled_code_means_two_units() -> None:
    plan = planned([row(2, "10532", "10532", old_name="Phường Tân Bình", new_name="Phường Lê Thanh Nghị")])
    assert sorted(plan.units["valid_from"]) == ["2025-01-01", "2025-07-01"]
    assert plan.links["from_version"].tolist() == ["10532@2025-01-01"]
    assert plan.links["to_version"].tolist() == ["10532@2025-07-01"]
    assert plan.links["kind"].tolist() == ["rename"]


def test_kinds() -> None:
    rows = [
        row(2, "A", "A"), row(3, "B", "C", new_name="Phường B"), row(4, "D", "E"), row(5, "F", "E"),
        row(6, "G", "E", area_part="part", population_part="part"),
        row(7, "G", "H", area_part="part", population_part="part", note="Phần còn lại sau khi tách"),
    ]  # fmt: skip
    kinds = {pair: link["kind"] for pair, link in links(planned(rows)).items()}
    assert kinds == {
        ("A", "A"): "unchanged", ("B", "C"): "recode", ("D", "E"): "merge", ("F", "E"): "merge",
        ("G", "E"): "part", ("G", "H"): "remainder",
    }  # fmt: skip


def test_what_cannot_be_known_is_empty_and_said() -> None:
    parts = {"area_part": "part", "population_part": "part"}
    plan = planned([row(2, "T", "L", **parts), row(3, "T", "H", **parts), row(4, "B", "L")])
    found = links(plan)
    assert plan.split == ("T@2025-01-01",)
    assert plan.links[["area_share", "population_share"]].isna().all(axis=1).tolist() == [True, True, False]
    assert (found["T", "L"]["method"], found["T", "L"]["confidence"]) == ("unknown", "unknown")
    assert (found["B", "L"]["area_share"], found["B", "L"]["method"]) == (1.0, "table")


def test_shares_come_back_from_units_that_were_cut() -> None:
    held = units(
        unit("T", BEFORE, ON, shapely.box(106, 20, 107, 21)),
        unit("L", ON, None, shapely.box(105, 20, 106.25, 21)),
        unit("H", ON, None, shapely.box(106.25, 20, 108, 21)),
    )
    parts = {"area_part": "part", "population_part": "part"}
    plan = planned([row(2, "T", "L", **parts), row(3, "T", "H", **parts)], held)
    found = links(plan)
    assert found["T", "L"]["area_share"] == pytest.approx(0.25, abs=1e-4)
    assert abs(plan.links["area_share"].sum() - 1) < 1e-9
    assert (found["T", "L"]["method"], found["T", "L"]["confidence"]) == ("polygons", "measured")
    assert found["T", "L"]["population_share"] == found["T", "L"]["area_share"]
    assert found["T", "L"]["population_method"] == "area"
    assert len(plan.units) == 0


def test_people_are_counted_where_they_live() -> None:
    held = units(
        unit("T", BEFORE, ON, shapely.box(106, 20, 107, 21)),
        unit("L", ON, None, shapely.box(106, 20, 106.25, 21)),
        unit("H", ON, None, shapely.box(106.25, 20, 107, 21)),
    )
    points = PeoplePoints(np.array([106.1, 106.9, 109.0]), np.full(3, 20.5), np.array([300.0, 100.0, 9000.0]))
    parts = {"area_part": "part", "population_part": "part"}
    found = links(planned([row(2, "T", "L", **parts), row(3, "T", "H", **parts)], held, points))
    assert [found["T", name]["population_share"] for name in "LH"] == [0.75, 0.25]
    assert found["T", "L"]["population_method"] == "points"


def test_a_successor_that_leaves_ground_uncovered_is_estimated() -> None:
    held = units(
        unit("T", BEFORE, ON, shapely.box(106, 20, 107, 21)),
        unit("L", ON, None, shapely.box(106, 20, 106.25, 21)),
        unit("H", ON, None, shapely.box(106.5, 20, 107, 21)),
    )
    parts = {"area_part": "part", "population_part": "part"}
    plan = planned([row(2, "T", "L", **parts), row(3, "T", "H", **parts)], held)
    assert set(plan.links["confidence"]) == {"estimated"}
    assert abs(plan.links["area_share"].sum() - 1) < 1e-9


def test_a_loaded_old_unit_is_ended_on_the_day_and_used() -> None:
    held = units(unit("T", dt.date(2019, 4, 1), None, shapely.box(106, 20, 107, 21), parent="30"))
    plan = planned([row(2, "T", "L")], held)
    assert dict(plan.close) == {"T2019-04-01": "2025-07-01"}
    assert plan.links["from_version"].tolist() == ["T@2019-04-01"]
    assert plan.units["code"].tolist() == ["L"]


def test_no_two_versions_of_a_code_share_a_day() -> None:
    held = units(unit("T", dt.date(2009, 4, 1), dt.date(2025, 3, 1), None))
    made = planned([row(2, "T", "L")], held).units
    assert made[made["code"] == "T"]["valid_from"].tolist() == ["2025-03-01"]


def test_a_new_code_that_a_loaded_province_does_not_have_is_set_aside() -> None:
    held = units(unit("L", ON, None, shapely.box(106, 20, 107, 21)))
    plan = planned([row(2, "A", "L"), row(3, "B", "X"), row(4, "C", "Y", new_province_code="01")], held)
    assert [(one.row.row, one.reason) for one in plan.rejected] == [(3, "lineage_new_code_unknown")]
    assert set(links(plan)) == {("A", "L"), ("C", "Y")}


def test_rows_without_codes_or_said_twice_or_too_early_are_set_aside() -> None:
    held = units(unit("T", dt.date(2026, 1, 1), None, None))
    plan = planned([row(2, "", "L"), row(3, "A", "L"), row(4, "A", "L"), row(5, "T", "L")], held)
    assert [(one.row.row, one.reason) for one in plan.rejected] == [
        (2, "lineage_code_missing"), (4, "lineage_repeated"), (5, "lineage_before_version"),
    ]  # fmt: skip


def test_a_change_before_the_old_units_began_is_refused() -> None:
    with pytest.raises(InvalidParameter) as refused:
        plan_lineage([row(2, "A", "B")], EMPTY, Change(BEFORE, ON), now=NOW, rng=np.random.default_rng(1))
    assert "không sau" in refused.value.message.vi


def test_a_part_that_went_to_a_unit_that_is_not_there_is_not_given_to_the_other() -> None:
    held = units(
        unit("A", BEFORE, None, shapely.box(106, 20, 107, 21)), unit("L", ON, None, shapely.box(106, 20, 106.4, 21))
    )
    parts = {"area_part": "part", "population_part": "part"}
    plan = planned([row(2, "A", "L", **parts), row(3, "A", "X", **parts)], held)
    assert [one.reason for one in plan.rejected] == ["lineage_new_code_unknown"]
    link = links(plan)["A", "L"]
    assert (link["kind"], link["method"], link["confidence"]) == ("part", "unknown", "unknown")
    assert pd.isna(link["area_share"])


def test_people_who_went_without_ground_are_not_told_by_ground() -> None:
    rows = [
        row(2, "K", "S", area_part="none", population_part="part"),
        row(3, "K", "V", area_part="whole", population_part="whole"),
    ]
    found = links(planned(rows))
    assert [found["K", new]["population_method"] for new in "SV"] == ["unknown", "unknown"]
    assert all(pd.isna(found["K", new]["population_share"]) for new in "SV")
    assert [found["K", new]["area_share"] for new in "SV"] == [0.0, 1.0]


def test_new_units_loaded_from_an_earlier_day_are_not_taken_for_the_old_ones() -> None:
    early = units(unit("T", BEFORE, None, shapely.box(106, 20, 107, 21), name="L"))
    rows = [row(2, "T", "T", old_name="Phường Tân Bình", new_name="Phường L")]
    with pytest.raises(Conflict) as refused:
        planned(rows, early)
    assert f"--on {BEFORE}" in refused.value.hint.en
    assert planned(rows, units(unit("T", BEFORE, None, None, name="Tân Bình"))).close


def test_a_code_used_again_does_not_hide_a_change_before_the_old_unit_began() -> None:
    late = units(unit("T", dt.date(2026, 1, 1), None, None, name="Tân Bình"))
    rows = [row(2, "T", "L", old_name="Phường Tân Bình"), row(3, "N", "T", new_name="Phường Khác")]
    assert [(one.row.row, one.reason) for one in planned(rows, late).rejected] == [(2, "lineage_before_version")]


def test_an_islands_district_without_communes_keeps_its_own_code() -> None:
    plan = planned([row(2, "", "11948", old_name="", old_district="Huyện Bạch Long Vĩ", old_district_code="318")])
    assert plan.links["from_version"].tolist() == ["318@2025-01-01"]
    assert plan.units["name"].tolist()[0] == "Bạch Long Vĩ"


def test_reading_says_which_columns_it_used(tmp_path: Path) -> None:
    path = tmp_path / "bang.csv"
    path.write_text(
        "Mã mới,Tên mới,Mã tỉnh mới,code before,Tên cũ,Ghi chú\n4,Phường Ba Đình,1,16,Phường Ngọc Hà,Nhập một phần\n",
        encoding="utf-8-sig",
    )
    table = read_lineage(path, mapping={"old_code": "code before"})
    (read,) = table.rows
    assert (read.new_code, read.old_code, read.new_province_code) == ("00004", "00016", "01")
    assert (read.area_part, read.population_part) == ("part", "part")
    assert table.columns["old_code"] == "code before"


@pytest.mark.parametrize(
    ("content", "failure"),
    [(b"a,b\n1,2\n", InvalidParameter), (b"\xff\xfe", FileUnreadable),
     (gzip.compress(b"x" * 99, mtime=0)[:20], FileUnreadable),
     (b"new_code,new_name,new_province_code,old_code,old_name\n", EmptyInput)],
)  # fmt: skip
def test_what_is_no_such_table_is_refused(tmp_path: Path, content: bytes, failure: type[Exception]) -> None:
    path = tmp_path / "bang.csv"
    path.write_bytes(content)
    with pytest.raises(failure):
        read_lineage(path)
    with pytest.raises(FileMissing):
        read_lineage(tmp_path / "khong co.csv")


@pytest.mark.real_data
def test_the_table_of_the_statistics_office(real_data: Path) -> None:
    path = real_data / "boundaries" / "lineage_2025.csv.gz"
    table = read_lineage(path)
    plan = planned(table.rows)
    assert len(table.rows) == len(plan.links) == 10_571
    assert len(plan.split) == 441
    assert not plan.rejected
    into = plan.links[plan.links["from_version"] == "10528@2025-01-01"]
    assert into["to_version"].tolist() == ["10532@2025-07-01", "10537@2025-07-01"]
    assert not plan.units.duplicated(["code", "valid_from"]).any()
    for column in ("area_share", "population_share"):
        sums = plan.links.groupby("from_version")[column].sum(min_count=1).dropna()
        assert (abs(sums - 1) < 1e-9).all()


@pytest.mark.real_data
def test_real_units_merged_and_cut_come_back_with_their_shares(real_data: Path) -> None:
    wards = gpd.read_file(real_data / "boundaries" / "hai_phong_114.geojson")
    names = dict(zip(wards["code"], wards.geometry, strict=True))
    mine, beside, west = names["10532"], names["10537"], names["10532"].bounds[0]
    middle = (mine.bounds[0] + mine.bounds[2]) / 2
    half = shapely.intersection(mine, shapely.box(west, -90, middle, 90))
    rest = shapely.difference(mine, half)
    held = units(
        unit("OLD", BEFORE, ON, shapely.union_all([mine, beside])),
        unit("ONE", ON, None, half),
        unit("TWO", ON, None, shapely.union_all([rest, beside])),
    )
    parts = {"area_part": "part", "population_part": "part"}
    plan = planned([row(2, "OLD", "ONE", **parts), row(3, "OLD", "TWO", **parts)], held)
    flat = gpd.GeoSeries([half, mine, beside], crs=4326).to_crs(9210).area
    assert links(plan)["OLD", "ONE"]["area_share"] == pytest.approx(flat[0] / (flat[1] + flat[2]), abs=2e-5)
    assert abs(plan.links["area_share"].sum() - 1) < 1e-9


def test_a_table_of_a_wrong_day_is_refused_as_a_whole() -> None:
    with pytest.raises(Conflict) as refused:
        refuse_mostly_early(8_984, 10_571, dt.date(2024, 12, 1))
    assert "--on" in refused.value.hint.vi
    refuse_mostly_early(2, 3, dt.date(2024, 12, 1))
