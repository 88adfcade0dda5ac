"""Bad input gets one clear sentence and the documented exit code, and the store is as it was."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalog import UNITS
from layers.store import open_store
from mapserver.cli.run import Run
from mapserver.cli.stores import writing_store
from mapserver.settings import Settings
from tests.builders import town
from tests.cli.command import antt, refused

DATE = ("--valid-from", "2025-07-01")


def write_town(path: Path, **changes: object) -> Path:
    frame = town()[["code", "name", "unit_type", "geometry"]].assign(**changes)
    gpd.GeoDataFrame(frame, crs=4326).to_file(path)
    return path


def swapped(frame: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(shapely.transform(frame.geometry.to_numpy(), lambda points: points[:, ::-1]))


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A folder whose store holds a town."""
    ended = antt("boundaries", "import", write_town(tmp_path / "town.gpkg"), *DATE, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    return tmp_path


def test_a_missing_file(filled: Path) -> None:
    error = refused("boundaries", "import", "nowhere.geojson", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("file_missing", "3")
    error = refused("incidents", "import", "nowhere.csv", cwd=filled)
    assert (error["code"], error["exit"]) == ("file_missing", "3")


def test_a_folder_is_not_a_file(filled: Path) -> None:
    (filled / "folder").mkdir()
    for command in (("boundaries", "import", "folder", *DATE), ("incidents", "import", "folder")):
        assert refused(*command, cwd=filled)["exit"] == "3"


def test_a_file_of_several_layers_is_not_taken_in_part(filled: Path) -> None:
    for layer in ("one", "two"):
        frame = gpd.GeoDataFrame({"name": [layer]}, geometry=[shapely.Point(106.32, 20.92)], crs=4326)
        frame.to_file(filled / "points.gpkg", layer=layer)
    error = refused("safezones", "import", "points.gpkg", "--kind", "dong_ho_tu_quan", cwd=filled)
    assert (error["code"], error["exit"]) == ("file_unreadable", "3")
    assert "one, two" in error["message"]


def test_a_file_that_is_not_spatial(filled: Path) -> None:
    (filled / "letter.geojson").write_text("Kính gửi…", encoding="utf-8")
    error = refused("boundaries", "import", "letter.geojson", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("file_unreadable", "3")


def test_a_drawing_says_how_to_convert_it(filled: Path) -> None:
    (filled / "plan.dwg").write_bytes(b"AC1032")
    error = refused("boundaries", "import", "plan.dwg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("file_unreadable", "3")
    assert "GeoPackage" in error["hint"]


def test_a_file_without_a_coordinate_system(filled: Path) -> None:
    write_town(filled / "town.shp")
    (filled / "town.prj").unlink()
    error = refused("boundaries", "import", "town.shp", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("crs_missing", "3")
    assert "--crs" in error["hint"]


def test_a_wrong_coordinate_system_puts_the_units_outside_viet_nam(filled: Path) -> None:
    moved = town()[["code", "name", "unit_type", "geometry"]].translate(-100, 20)
    write_town(filled / "moved.gpkg", geometry=moved)
    error = refused("boundaries", "import", "moved.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("crs_wrong", "3")


def test_swapped_axes_are_named(filled: Path) -> None:
    write_town(filled / "swapped.gpkg", geometry=swapped(town()))
    error = refused("boundaries", "import", "swapped.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("axes_swapped", "3")


def test_points_where_polygons_are_expected(filled: Path) -> None:
    write_town(filled / "seats.gpkg", geometry=town().representative_point())
    error = refused("boundaries", "import", "seats.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("geometry_wrong", "3")


def test_an_empty_file(filled: Path) -> None:
    (filled / "empty.geojson").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")
    (filled / "empty.csv").write_text("Ngày xảy ra,Kinh độ,Vĩ độ\n", encoding="utf-8")
    error = refused("boundaries", "import", "empty.geojson", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("empty_input", "3")
    error = refused("incidents", "import", "empty.csv", cwd=filled)
    assert (error["code"], error["exit"]) == ("empty_input", "3")


def test_a_file_without_codes_lists_its_columns(filled: Path) -> None:
    frame = town()[["geometry"]].assign(label="?")
    gpd.GeoDataFrame(frame, crs=4326).to_file(filled / "bare.gpkg")
    error = refused("boundaries", "import", "bare.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("schema_mismatch", "3")
    assert "label" in error["hint"]


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("words", "Ngày xảy ra,Kinh độ,Vĩ độ\n1/7/2025,chợ,đình\n2/7/2025,cầu,sông\n", "no_coordinates"),
        ("none", "Ngày xảy ra,Loại\n1/7/2025,Trộm cắp\n", "no_coordinates"),
        ("turned", "Ngày xảy ra,Kinh độ,Vĩ độ\n1/7/2025,20.93,106.31\n2/7/2025,20.94,106.33\n", "axes_swapped"),
    ],
)
def test_a_table_whose_places_cannot_be_used(filled: Path, name: str, text: str, code: str) -> None:
    (filled / f"{name}.csv").write_text(text, encoding="utf-8")
    error = refused("incidents", "import", f"{name}.csv", cwd=filled)
    assert (error["code"], error["exit"]) == (code, "3")


def test_a_busy_port_is_named_with_another_to_try(filled: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        error = refused("serve", "--port", port, cwd=filled)
    assert (error["code"], error["exit"]) == ("port_busy", "4")
    assert str(port + 1) in error["hint"]


def test_serving_beyond_this_machine_is_refused(filled: Path) -> None:
    error = refused("serve", "--host", "0.0.0.0", cwd=filled)  # noqa: S104 - that is what is refused
    assert (error["code"], error["exit"]) == ("forbidden", "5")


def test_a_store_of_another_program_is_refused(tmp_path: Path) -> None:
    write_town(tmp_path / "other.gpkg")
    before = (tmp_path / "other.gpkg").read_bytes()
    error = refused("store", "info", "--store", "other.gpkg", cwd=tmp_path)
    assert (error["code"], error["exit"]) == ("store_unreachable", "4")
    assert (tmp_path / "other.gpkg").read_bytes() == before


def test_a_store_that_is_not_a_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "antt.gpkg").write_text("no database " * 100, encoding="utf-8")
    error = refused("boundaries", "list", cwd=tmp_path)
    assert (error["code"], error["exit"]) == ("store_unreachable", "4")


@pytest.mark.parametrize(
    "arguments",
    [
        ("boundaries", "import", "x.gpkg"),
        ("boundaries", "import", "x.gpkg", "--valid-from", "31/2/2025"),
        ("boundaries", "import", "x.gpkg", *DATE, "--crs", "VN2000"),
        ("incidents", "import", "x.csv", "--map", "lon"),
        ("nothing",),
        ("snapshot", "create", "--out", "map.docx"),
    ],
)
def test_a_call_that_is_not_understood_ends_with_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    error = refused(*arguments, cwd=tmp_path)
    assert (error["code"], error["exit"]) == ("invalid_parameter", "2")


def test_a_snapshot_without_boundaries_says_what_to_load(tmp_path: Path) -> None:
    error = refused("snapshot", "create", "--out", "map.pdf", cwd=tmp_path)
    assert (error["code"], error["exit"]) == ("empty_input", "3")
    assert not (tmp_path / "map.pdf").exists()


def test_failures_are_said_in_both_languages(tmp_path: Path) -> None:
    ended = antt("incidents", "import", "nowhere.csv", cwd=tmp_path)
    lines = ended.stderr.splitlines()
    assert lines[0].startswith("Lỗi: ")
    assert lines[1].startswith("Error: ")


def test_the_live_store_is_never_read_as_a_file(filled: Path) -> None:
    error = refused("boundaries", "import", "antt.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("forbidden", "5")
    error = refused("incidents", "import", "antt.gpkg", cwd=filled)
    assert (error["code"], error["exit"]) == ("forbidden", "5")
    (filled / "other-name.gpkg").hardlink_to(filled / "antt.gpkg")
    error = refused("boundaries", "import", "other-name.gpkg", *DATE, cwd=filled)
    assert (error["code"], error["exit"]) == ("forbidden", "5")


def test_a_file_of_one_ward_does_not_end_all_the_others(tmp_path: Path) -> None:
    write_town(tmp_path / "town.gpkg", province_code="31")
    assert antt("boundaries", "import", "town.gpkg", *DATE, cwd=tmp_path).returncode == 0
    one = town()[["code", "name", "unit_type", "geometry"]][:1].assign(province_code="31")
    gpd.GeoDataFrame(one, crs=4326).to_file(tmp_path / "one.gpkg")
    later = ("--valid-from", "2026-01-01")
    error = refused("boundaries", "import", "one.gpkg", *later, cwd=tmp_path)
    assert (error["code"], error["exit"]) == ("conflict", "5")
    assert "--partial" in error["hint"]
    assert antt("boundaries", "import", "one.gpkg", *later, "--partial", cwd=tmp_path).returncode == 0


def test_a_number_beyond_reason_is_left_empty_and_told(tmp_path: Path) -> None:
    write_town(tmp_path / "town.geojson", population=[1e30, 81.5, -5, 10_000])
    ended = antt("boundaries", "import", "town.geojson", *DATE, cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "để trống: 3" in ended.stdout


@pytest.mark.parametrize("place", ["t.csv", "nowhere/x.csv", "."])
def test_the_file_for_rejects_is_checked_before_anything_is_imported(filled: Path, place: str) -> None:
    (filled / "t.csv").write_text("Ngày xảy ra,Kinh độ,Vĩ độ\n1/7/2025,106.31,20.91\nhôm qua,106.3,20.9\n", "utf-8")
    before = (filled / "t.csv").read_bytes()
    error = refused("incidents", "import", "t.csv", "--rejects", place, cwd=filled)
    assert error["code"] == "output_unwritable"
    assert (filled / "t.csv").read_bytes() == before


def test_an_output_that_nobody_reads_to_its_end_is_no_fault(filled: Path) -> None:
    command = f"{sys.executable} -m mapserver boundaries list | head -n 1; echo ${{PIPESTATUS[0]}}"
    said = subprocess.run(["bash", "-c", command], cwd=filled, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in said.stderr


def test_a_store_that_somebody_else_filled_meanwhile_is_not_taken_away(tmp_path: Path) -> None:
    run = Run(Settings(store=str(tmp_path / "antt.gpkg")), as_json=False)

    def fail_after_another_has_written() -> None:
        with writing_store(run):
            other = open_store(run.settings.store)
            other.append(UNITS, town())
            other.close()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_another_has_written()
    assert open_store(run.settings.store).count(UNITS) == 4


def test_the_exit_code_of_the_server_is_kept(tmp_path: Path) -> None:
    stop = "import sys; import mapserver.cli.serving as s; s.serve_until_stopped = lambda *a, **k: sys.exit(3)"
    program = f"{stop}; sys.argv = ['antt', 'serve', '--port', '18999']; from mapserver.__main__ import main; main()"
    said = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (3, "")
