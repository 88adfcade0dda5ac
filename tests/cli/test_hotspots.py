"""`antt hotspots`: what a script reads from it, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import INCIDENTS, UNITS
from layers.store import open_store
from tests.api.test_hotspot_maps import crowded
from tests.builders import town
from tests.cli.command import antt


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("hotspots")
    for name, units in (("antt.gpkg", town()), ("bare.gpkg", None)):
        store = open_store(str(made / name))
        if units is not None:
            store.append(UNITS, units)
        store.append(INCIDENTS, crowded())
        store.close()
    return made


def test_a_run_writes_one_feature_per_cell_and_its_evidence(folder: Path) -> None:
    ended = antt(
        "hotspots", "run", "--method", "gistar", "--cell-m", "1000", "--permutations", "999", "--seed", "1",
        "--out", "x.geojson", "--json", cwd=folder,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    written = json.loads((folder / "x.geojson").read_text(encoding="utf-8"))
    assert {"inputs_hash", "parameters", "seed", "version", "sentence_vi", "sentence_en"} <= set(written)
    assert len(written["features"]) == written["counts"]["cells"]
    assert all({"count", "z", "p_sim", "permutations", "q"} <= set(each["properties"]) for each in written["features"])
    assert sum(each["properties"]["count"] for each in written["features"]) == 600
    told = json.loads(ended.stdout)
    assert (told["out"], told["inputs_hash"]) == ("x.geojson", written["inputs_hash"])
    frame = gpd.read_file(folder / "x.geojson")
    assert frame.crs.to_epsg() == 4326
    assert frame.total_bounds == pytest.approx([106.3, 20.9, 106.4, 21.0], abs=1e-3)


def test_a_back_test_prints_every_method_and_baseline(folder: Path) -> None:
    ended = antt("hotspots", "backtest", "--cell-m", "1000", "--json", cwd=folder)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert {row["method"] for row in told["periods"]} == {"gistar", "last_period", "ward_counts", "random"}
    for row in (*told["periods"], *told["summaries"]):
        assert all({"estimate", "low", "high"} == set(row[name]) for name in ("hit_rate", "pai", "pei_star", "rri"))
    said = antt("hotspots", "backtest", "--cell-m", "1000", cwd=folder)
    assert "Kiểm nghiệm: 5 % diện tích do Gi* chọn bắt được" in said.stdout


def test_without_units_the_study_area_is_a_file_or_the_box_said_aloud(folder: Path) -> None:
    refused = antt("hotspots", "run", "--store", "bare.gpkg", "--out", "y.geojson", cwd=folder)
    assert refused.returncode == 2
    assert "No study area is stated" in refused.stderr
    assert not (folder / "y.geojson").exists()
    shape = gpd.GeoDataFrame(geometry=[shapely.box(106.3, 20.9, 106.35, 21.0)], crs="EPSG:4326")
    shape.to_file(folder / "vùng.geojson")
    ended = antt(
        "hotspots", "run", "--store", "bare.gpkg", "--area", "vùng.geojson", "--cell-m", "1000", "--crs", "EPSG:32648",
        "--json", cwd=folder,
    )  # fmt: skip
    told = json.loads(ended.stdout)
    assert (told["area"]["kind"], told["parameters"]["area"], told["crs"]) == ("file", "file", "EPSG:32648")
    assert "vùng.geojson" in told["sentence_vi"]
    assert told["counts"]["outside"] > 100
    assert "ngoài phạm vi" in told["sentence_vi"]
    tested = antt(
        "hotspots",
        "backtest",
        "--store",
        "bare.gpkg",
        "--area",
        "vùng.geojson",
        "--cell-m",
        "1000",
        "--json",
        cwd=folder,
    )
    assert json.loads(tested.stdout)["parameters"]["area"] == "file"
    boxed = antt("hotspots", "run", "--store", "bare.gpkg", "--area", "bbox", "--cell-m", "1000", cwd=folder)
    assert "hình chữ nhật bao quanh các vụ việc" in boxed.stdout


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--method", "none"], 2, "gistar"),
        (["--method", "dbscan", "--cell-m", "5"], 2, "eps_m"),
        (["--crs", "EPSG:4326"], 2, "EPSG:9210"),
        (["--area", "none.geojson"], 3, "none.geojson"),
        (["--out", "x.txt"], 2, ".geojson"),
        (["--bbox", "20.9,106.3,21.0,106.4"], 3, "kinh độ trước"),
    ],
)
def test_what_cannot_be_used_ends_with_what_to_do(folder: Path, options: list[str], code: int, said: str) -> None:
    ended = antt("hotspots", "run", *options, cwd=folder)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr


def test_too_few_incidents_are_said_in_the_file_too(folder: Path) -> None:
    ended = antt(
        "hotspots", "run", "--from", "2026-01-01", "--to", "2026-01-03", "--out", "few.geojson", cwd=folder
    )  # fmt: skip
    assert ended.returncode == 0
    assert "cần ít nhất 30 vụ" in ended.stdout
    written = json.loads((folder / "few.geojson").read_text(encoding="utf-8"))
    assert written["features"] == []
    assert "30" in written["reason"]


def test_hotspots_are_printed_with_their_sentence(folder: Path) -> None:
    from pypdf import PdfReader

    ended = antt(
        "snapshot", "create", "--hotspots", "gistar", "--cell-m", "1000", "--out", "x.pdf", cwd=folder
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    text = " ".join(PdfReader(folder / "x.pdf").pages[0].extract_text().split())
    assert "điểm nóng, q không quá 0,05" in text
    assert "Kiểm nghiệm: 5 % diện tích do Gi* chọn" in text
    assert "area units · shape square · cell_m 1000 · permutations 999 · seed 1 · " in text
    refused = antt("snapshot", "create", "--hotspots", "repeats", "--out", "x.pdf", cwd=folder)
    assert refused.returncode == 2
    assert "gistar" in refused.stderr


@pytest.mark.real_data
def test_houston_lies_outside_the_country_and_is_mapped_all_the_same(real_data: Path, tmp_path: Path) -> None:
    file = str(real_data / "incidents" / "houston_2010.csv.gz")
    assert antt("incidents", "import", file, "--source", "houston", cwd=tmp_path).returncode in {0, 6}
    ended = antt(
        "hotspots", "run", "--area", "bbox", "--bbox=-95.8,29.5,-95.0,30.1", "--crs", "EPSG:32615", "--seed", "1",
        "--out", "h.geojson", "--json", cwd=tmp_path,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["crs"] == "EPSG:32615"
    assert told["counts"]["incidents"] > 86_000
    hot = gpd.read_file(tmp_path / "h.geojson").query("`class` == 'hot'")
    assert len(hot) == told["counts"]["hot"] > 10
    # In the city, not in the fields of the box around it.
    assert hot.intersects(shapely.box(-95.6, 29.6, -95.2, 30.0)).all()
    downtown = shapely.Point(-95.37, 29.76)
    assert shapely.distance(hot.geometry.to_numpy(), downtown).min() < 0.01
