"""`antt people import`: numbers of people at places."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import shapely

from layers.catalog import PEOPLE_POINTS
from layers.store import open_store
from tests.cli.command import antt


def test_people_come_from_a_table_or_a_map_and_only_once(tmp_path: Path) -> None:
    table = tmp_path / "dan_cu.csv"
    table.write_text(
        "Tổ dân phố,Dân số,Số hộ,lon,lat\nTổ 1,1250,320,106.31,20.94\nTổ 2,-5,1,106.32,20.94\nTổ 3,900,,106.33,20.94\n",
        encoding="utf-8",
    )
    ended = antt("people", "import", table, "--map", "name=Tổ dân phố", "--json", cwd=tmp_path)
    assert ended.returncode == 6, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["accepted"], told["quarantined"]) == (2, 1)
    points = gpd.GeoDataFrame({"people": [70]}, geometry=[shapely.Point(106.35, 20.95)], crs=4326)
    points.to_file(tmp_path / "them.geojson")
    for accepted, duplicates in ((1, 0), (0, 1)):
        again = antt("people", "import", "them.geojson", "--json", cwd=tmp_path)
        assert again.returncode == 0, again.stderr
        told = json.loads(again.stdout)
        assert (told["accepted"], told["duplicates"]) == (accepted, duplicates)
    store = open_store(str(tmp_path / "antt.gpkg"))
    held = store.read(PEOPLE_POINTS)
    store.close()
    assert sorted(held["people"].tolist()) == [70, 900, 1250]
    assert held["households"].fillna(0).sum() == 320
