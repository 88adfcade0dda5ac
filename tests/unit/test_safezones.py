"""Files of models and cameras: accepted by their layer's declaration, or set aside with reasons."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely

from layers.catalog import CAMERAS, SAFEZONES, Layer
from layers.errors import (
    AxesSwapped,
    CrsMissing,
    CrsWrong,
    FileMissing,
    InvalidParameter,
    NoCoordinates,
    SchemaMismatch,
)
from layers.safezones.ingest import FeatureOptions, FeatureResult, ingest_features

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
POINT = shapely.Point(106.3, 20.9)


def _read(path: Path, layer: Layer = SAFEZONES, **options: Any) -> FeatureResult:
    told = FeatureOptions(timezone="Asia/Ho_Chi_Minh", now=NOW, **options)
    return ingest_features(path, layer, told, rng=np.random.default_rng(3))


def _table(folder: Path, *lines: str) -> Path:
    path = folder / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _reasons(result: FeatureResult) -> dict[int, list[str]]:
    return dict(zip(result.rejected["row"], result.rejected["reasons"], strict=True))


def test_models_of_a_spatial_file_keep_their_shapes(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    area = shapely.box(106.3, 20.9, 106.31, 20.91)
    gpd.GeoDataFrame(
        {
            "kind": ["camera_an_ninh", "Dòng họ tự quản", "Law club"],
            "name": ["A", "B, gọi 0912345678", "C"],
            "Số hộ": [120, None, 3],
            "established_on": ["2024-02-01", "1/2/2024", None],
            "Chủ hộ": ["x", "y", "z"],
        },
        geometry=[POINT, area, shapely.LineString([(106.3, 20.9), (106.31, 20.9)])],
        crs="EPSG:4326",
    ).to_file(path)
    result = _read(path)
    assert result.frame["kind"].tolist() == ["camera_an_ninh", "dong_ho_tu_quan", "cau_lac_bo_phap_luat"]
    assert result.frame["name"].tolist() == ["A", "B, gọi •••", "C"]
    assert result.frame["established_on"].tolist() == ["2024-02-01", "2024-02-01", None]
    assert result.frame["households"].tolist()[0] == 120
    assert result.frame.geometry[1].equals(area)
    assert result.dropped_columns == ("Chủ hộ",)
    assert len(result.rejected) == 0


def test_metres_of_vn2000_are_brought_to_degrees(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    frame = gpd.GeoDataFrame({"kind": ["camera_an_ninh"], "name": ["A"]}, geometry=[POINT], crs=4326)
    frame.to_crs(9210).to_file(path)
    assert _read(path).frame.geometry[0].distance(POINT) < 1e-7


def test_rows_that_cannot_be_taken_say_why(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "Loại mô hình;Tên;Số hộ;Thành lập;Kinh độ;Vĩ độ",
        "Camera an ninh;A;5;1/2/2024;106,3;20,9",
        "Hội đồng hương;B;năm;31/2/2024;106,3;20,9",
        "Camera an ninh;;4,5;;106,3;",
        ";D;;;10;50",
        "Camera an ninh;E",
    )
    result = _read(path)
    assert len(result.frame) == 1
    assert _reasons(result) == {
        3: ["kind_unknown", "value_unreadable"],
        4: ["value_missing", "value_unreadable", "coordinates_incomplete"],
        5: ["value_missing", "outside_region"],
        6: ["wrong_field_count"],
    }
    assert result.rejected["raw"][0]["kind"] == "Hội đồng hương"


def test_one_kind_can_be_stated_for_a_file(tmp_path: Path) -> None:
    path = _table(tmp_path, "ten,lon,lat", "A,106.3,20.9")
    assert _read(path, kind="Câu lạc bộ pháp luật").frame["kind"].tolist() == ["cau_lac_bo_phap_luat"]
    assert _reasons(_read(path, kind="gì đó")) == {2: ["kind_unknown"]}
    with pytest.raises(SchemaMismatch) as caught:
        _read(path)
    assert "--map kind=" in caught.value.hint.vi


def test_cameras_come_by_the_same_door(tmp_path: Path) -> None:
    path = _table(
        tmp_path,
        "Tên,Hướng,Góc nhìn,Tầm nhìn,Tín hiệu gần nhất,lon,lat",
        "Ngã tư,90,75,60,1/7/2025 15h30,106.3,20.9",
        "Cổng chợ,90,75,60,,,",
    )
    result = _read(path, CAMERAS)
    row = result.frame.iloc[0]
    assert (row["azimuth_deg"], row["field_of_view_deg"], row["range_m"]) == (90, 75, 60)
    assert str(row["last_heard_at"]) == "2025-07-01 08:30:00+00:00"
    assert _reasons(result) == {3: ["place_missing"]}


def test_a_camera_is_a_point(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    gpd.GeoDataFrame({"name": ["A", "B"]}, geometry=[POINT, POINT.buffer(0.01)], crs=4326).to_file(path)
    assert _reasons(_read(path, CAMERAS)) == {3: ["geometry_wrong"]}


def test_files_that_cannot_be_right_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        _read(tmp_path / "none.csv")
    with pytest.raises(NoCoordinates):
        _read(_table(tmp_path, "kind,name", "camera_an_ninh,A"))
    with pytest.raises(NoCoordinates):
        _read(_table(tmp_path, "kind,name,lon,lat", "camera_an_ninh,A,x,y"))
    with pytest.raises(AxesSwapped):
        _read(_table(tmp_path, "kind,name,lon,lat", "camera_an_ninh,A,20.9,106.3"))
    with pytest.raises(InvalidParameter):
        _read(_table(tmp_path, "kind,name,lon,lat", "camera_an_ninh,A,106.3,20.9"), mapping={"owner": "name"})


def test_a_wrong_or_missing_coordinate_system_is_said(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"kind": ["camera_an_ninh"], "name": ["A"]}, geometry=[POINT])
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "none.shp")
    with pytest.raises(CrsMissing):
        _read(tmp_path / "none.shp")
    assert len(_read(tmp_path / "none.shp", epsg=4326).frame) == 1
    with pytest.raises(CrsWrong):
        _read(tmp_path / "none.shp", epsg=9210)
