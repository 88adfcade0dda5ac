"""Which files are taken in, what is made of their columns, and what the refusals say."""

from __future__ import annotations

import json
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers import errors
from layers.boundaries.reading import SourceFile, read_boundaries

WEST, EAST = shapely.box(106.0, 20.0, 106.1, 20.1), shapely.box(106.1, 20.0, 106.2, 20.1)


def _units(**more: list[object]) -> gpd.GeoDataFrame:
    columns = {"ma_xa": ["10532", "10533"], "ten_xa": ["Phường Lê Thanh Nghị", "Xã Đồ Sơn"]} | more
    return gpd.GeoDataFrame(columns, geometry=[WEST, EAST], crs="EPSG:4326")


def _found(source: SourceFile) -> list[tuple[str, str, str]]:
    columns = source.frame["code"], source.frame["name"], source.frame["unit_type"]
    return sorted(zip(*columns, strict=True))


EXPECTED = [("10532", "Lê Thanh Nghị", "Phường"), ("10533", "Đồ Sơn", "Xã")]


def _write_geojson(path: Path, features: list[dict[str, object]]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "fgb", "shp", "tab", "kml", "gml"])
def test_every_common_format_gives_the_same_units(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / "dữ liệu"
    folder.mkdir()
    file = folder / f"ranh_gioi.{suffix}"
    drivers = {"tab": "MapInfo File", "kml": "KML", "gml": "GML"}
    _units().to_file(file, driver=drivers.get(suffix))
    before = set(folder.iterdir())
    source = read_boundaries(file)
    assert _found(source) == EXPECTED
    assert source.crs == "EPSG:4326"
    assert source.frame.geometry.union_all().bounds == pytest.approx((106.0, 20.0, 106.2, 20.1))
    assert set(folder.iterdir()) == before, "reading leaves no file behind"


def test_kmz_is_a_kml_in_an_archive(tmp_path: Path) -> None:
    _units().to_file(tmp_path / "doc.kml", driver="KML")
    with zipfile.ZipFile(tmp_path / "a.kmz", "w") as archive:
        archive.write(tmp_path / "doc.kml", "doc.kml")
    assert _found(read_boundaries(tmp_path / "a.kmz")) == EXPECTED


@pytest.mark.parametrize("folder", ["", "xuất dữ liệu/"])
def test_zipped_shapefile(tmp_path: Path, folder: str) -> None:
    _units().to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for part in tmp_path.glob("a.[sdpc]*"):
            archive.write(part, f"{folder}{part.name}")
    assert _found(read_boundaries(tmp_path / "a.zip")) == EXPECTED


def test_zip_with_two_shapefiles_asks_for_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("cu.shp", b"")
        archive.writestr("moi.shp", b"")
    with pytest.raises(errors.FileUnreadable, match=r"cu\.shp, moi\.shp"):
        read_boundaries(tmp_path / "a.zip")


def test_geopackage_with_two_polygon_layers_asks_for_one(tmp_path: Path) -> None:
    _units().to_file(tmp_path / "a.gpkg", layer="cu")
    _units().to_file(tmp_path / "a.gpkg", layer="moi")
    with pytest.raises(errors.FileUnreadable, match="cu, moi"):
        read_boundaries(tmp_path / "a.gpkg")


def test_the_polygon_layer_is_found_among_others(tmp_path: Path) -> None:
    points = _units()
    points.geometry = points.geometry.representative_point()
    points.to_file(tmp_path / "a.gpkg", layer="a_tru_so")
    _units().to_file(tmp_path / "a.gpkg", layer="b_ranh_gioi")
    assert _found(read_boundaries(tmp_path / "a.gpkg")) == EXPECTED


# The letters of windows-1258 that stand for a vowel and its tone together.
_BYTES_1258 = {"ườ": b"\xfd\xf5\xcc", "ị": b"i\xf2", "ã": b"a\xde", "ồ": b"\xf4\xcc"}


def _in_1258(text: str) -> bytes:
    raw = b""
    while text:
        taken = next((piece for piece in _BYTES_1258 if text.startswith(piece)), text[0])
        raw += _BYTES_1258.get(taken) or taken.encode("cp1258")
        text = text[len(taken) :]
    return raw


@pytest.mark.parametrize("encoding", [None, "auto", "right"])
@pytest.mark.parametrize("written", ["utf-8", "cp1258"])
def test_shapefile_without_its_encoding(tmp_path: Path, written: str, encoding: str | None) -> None:
    _units().to_file(tmp_path / "a.shp")
    (tmp_path / "a.cpg").unlink()
    table = (tmp_path / "a.dbf").read_bytes()
    if written == "cp1258":
        for name in ("Phường Lê Thanh Nghị", "Xã Đồ Sơn"):
            old = name.encode()
            table = table.replace(old, _in_1258(name).ljust(len(old)))
    (tmp_path / "a.dbf").write_bytes(table)
    told = written if encoding == "right" else encoding
    assert _found(read_boundaries(tmp_path / "a.shp", encoding=told)) == EXPECTED


def test_shapefile_in_another_encoding_than_told(tmp_path: Path) -> None:
    _units().to_file(tmp_path / "a.shp")
    with pytest.raises(errors.FileUnreadable) as refused:
        read_boundaries(tmp_path / "a.shp", encoding="ascii")
    assert "--encoding" in refused.value.hint.vi
    with pytest.raises(errors.InvalidParameter, match="klingon"):
        read_boundaries(tmp_path / "a.shp", encoding="klingon")


def test_headers_cut_by_a_shapefile_are_understood(tmp_path: Path) -> None:
    wide: dict[str, list[object]] = {
        "province_code": ["31"] * 2,
        "area_km2_published": [8.04, 2.0],
        "before_merger": ["Xã A"] * 2,
    }
    frame = _units(**wide).rename(columns={"ma_xa": "code", "ten_xa": "name"})
    with warnings.catch_warnings(action="ignore"):
        frame.to_file(tmp_path / "a.shp")
    source = read_boundaries(tmp_path / "a.shp")
    assert source.frame["parent"].tolist() == ["31", "31"]
    assert source.frame["area_km2_published"].tolist() == [8.04, 2.0]
    assert source.frame["formed_from"].tolist() == ["Xã A", "Xã A"]


def test_columns_not_asked_for_stay_outside_and_are_named(tmp_path: Path) -> None:
    _units(nguoi_lap=["A", "B"], dan_so=["81.500", "không rõ"]).to_file(tmp_path / "a.geojson")
    source = read_boundaries(tmp_path / "a.geojson")
    assert source.dropped_columns == ("nguoi_lap",)
    assert "nguoi_lap" not in source.frame.columns
    assert source.frame["population"].iloc[0] == 81500
    assert [(value.row, value.column, value.value) for value in source.dropped_values] == [
        (2, "population", "không rõ")
    ]


def test_mapping_goes_before_guessing(tmp_path: Path) -> None:
    _units(ten_moi=["Phường A", "Xã B"]).to_file(tmp_path / "a.geojson")
    source = read_boundaries(tmp_path / "a.geojson", mapping={"name": "TEN_MOI"})
    assert source.frame["name"].tolist() == ["A", "B"]
    assert source.columns["name"] == "ten_moi"
    assert "ten_xa" in source.dropped_columns


def test_mapping_to_a_column_that_is_not_there_lists_those_that_are(tmp_path: Path) -> None:
    _units().to_file(tmp_path / "a.geojson")
    with pytest.raises(errors.SchemaMismatch, match="ten_cu") as refused:
        read_boundaries(tmp_path / "a.geojson", mapping={"name": "ten_cu"})
    assert "ma_xa, ten_xa" in refused.value.hint.vi
    with pytest.raises(errors.InvalidParameter, match="colour"):
        read_boundaries(tmp_path / "a.geojson", mapping={"colour": "ma_xa"})


def test_no_name_column(tmp_path: Path) -> None:
    _units().rename(columns={"ten_xa": "nhan_hieu"}).to_file(tmp_path / "a.geojson")
    with pytest.raises(errors.SchemaMismatch) as refused:
        read_boundaries(tmp_path / "a.geojson")
    assert refused.value.message.vi == "Không tìm thấy cột tên đơn vị trong tệp."
    assert "ma_xa, nhan_hieu" in refused.value.hint.vi
    assert "--map name=" in refused.value.hint.vi


def test_positions_in_metres_come_out_in_degrees(tmp_path: Path) -> None:
    _units().to_crs(9211).to_file(tmp_path / "a.gpkg")
    source = read_boundaries(tmp_path / "a.gpkg")
    assert source.crs == "EPSG:9211"
    assert source.frame.total_bounds == pytest.approx([106.0, 20.0, 106.2, 20.1], abs=1e-7)


def test_missing_coordinate_system_can_be_given(tmp_path: Path) -> None:
    _units().to_crs(9211).to_file(tmp_path / "a.shp")
    (tmp_path / "a.prj").unlink()
    with pytest.raises(errors.CrsMissing) as refused:
        read_boundaries(tmp_path / "a.shp")
    assert "--crs EPSG:" in refused.value.hint.vi
    source = read_boundaries(tmp_path / "a.shp", crs=9211)
    assert source.frame.total_bounds == pytest.approx([106.0, 20.0, 106.2, 20.1], abs=1e-7)
    with pytest.raises(errors.InvalidParameter, match="999999"):
        read_boundaries(tmp_path / "a.shp", crs=999999)


def test_wrong_coordinate_system(tmp_path: Path) -> None:
    metric = _units().to_crs(9211).set_crs(32648, allow_override=True)
    metric.geometry = metric.geometry.translate(xoff=-2_000_000)
    metric.to_file(tmp_path / "a.gpkg")
    with pytest.raises(errors.CrsWrong) as refused:
        read_boundaries(tmp_path / "a.gpkg")
    assert "EPSG:32648" in refused.value.message.vi
    assert "Lê Thanh Nghị" in refused.value.message.vi


def test_metres_in_a_geojson_without_system(tmp_path: Path) -> None:
    metric = _units().to_crs(9211).set_crs(4326, allow_override=True)
    metric.to_file(tmp_path / "a.geojson")
    with pytest.raises(errors.CrsWrong):
        read_boundaries(tmp_path / "a.geojson")
    source = read_boundaries(tmp_path / "a.geojson", crs=9211)
    assert source.frame.total_bounds == pytest.approx([106.0, 20.0, 106.2, 20.1], abs=1e-6)


@pytest.mark.parametrize("epsg", [4326, 9211])
def test_swapped_axes_are_named_as_such(tmp_path: Path, epsg: int) -> None:
    swapped = _units().to_crs(epsg)
    swapped.geometry = shapely.transform(swapped.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    swapped.to_file(tmp_path / "a.gpkg")
    with pytest.raises(errors.AxesSwapped) as refused:
        read_boundaries(tmp_path / "a.gpkg")
    assert "đổi chỗ" in refused.value.message.vi


def test_points_where_polygons_belong(tmp_path: Path) -> None:
    points = _units()
    points.geometry = points.geometry.representative_point()
    points.to_file(tmp_path / "a.geojson")
    with pytest.raises(errors.GeometryWrong, match="Point"):
        read_boundaries(tmp_path / "a.geojson")


def test_empty_collections(tmp_path: Path) -> None:
    with pytest.raises(errors.EmptyInput):
        read_boundaries(_write_geojson(tmp_path / "a.geojson", []))
    (tmp_path / "b.geojson").touch()
    with pytest.raises(errors.EmptyInput):
        read_boundaries(tmp_path / "b.geojson")


def _text(path: Path) -> None:
    path.write_text("Kính gửi,", encoding="utf-8")


def _table(path: Path) -> None:
    path.write_text("ma_xa,ten_xa\n10532,A\n", encoding="utf-8")


def _cut_short(path: Path) -> None:
    _units().to_file(path)
    path.write_bytes(path.read_bytes()[:600])


def _virtual(path: Path) -> None:
    other = path.with_name("source.geojson")
    _units().to_file(other)
    source = f"<SrcDataSource>{other}</SrcDataSource>"
    path.write_text(f'<OGRVRTDataSource><OGRVRTLayer name="source">{source}</OGRVRTLayer></OGRVRTDataSource>')


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("a.txt", _text),
        ("a.geojson", _text),
        ("a.zip", _text),
        ("a.csv", _table),
        ("a.fgb", _cut_short),
        ("a.gpkg", _cut_short),
        ("a.vrt", _virtual),
        ("a.dwg", _text),
        ("a.shp", _text),
        ("a.d", Path.mkdir),
    ],
)
def test_not_a_spatial_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, write: Callable[[Path], None]
) -> None:
    write(tmp_path / name)
    with pytest.raises(errors.FileUnreadable) as refused:
        read_boundaries(tmp_path / name)
    assert name in refused.value.message.vi
    assert refused.value.hint.vi
    assert capfd.readouterr().err == "", "nothing of GDAL reaches the user"


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(errors.FileMissing, match="khong_co"):
        read_boundaries(tmp_path / "khong_co.gpkg")


def test_ring_that_does_not_close_is_no_reason_to_refuse_the_file(tmp_path: Path) -> None:
    corners = [[106.0, 20.0], [106.1, 20.0], [106.1, 20.1]]
    features: list[dict[str, object]] = [
        {
            "type": "Feature",
            "properties": {"code": str(number), "name": "A"},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number, ring in enumerate([corners, corners[:1], [*corners, corners[0]]])
    ]
    source = read_boundaries(_write_geojson(tmp_path / "a.geojson", features))
    assert source.row_count == 3
