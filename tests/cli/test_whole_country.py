"""All 3,321 units of the country, as a user brings them in, repairs them and takes provinces out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from layers.catalog import UNITS
from layers.store import open_store
from tests.cli.command import result

DAY = ("--as-of", "2025-07-01")

pytestmark = [pytest.mark.real_data, pytest.mark.long]


def test_the_whole_country_is_imported_repaired_and_clean(tmp_path: Path, real_data: Path) -> None:
    file = real_data / "boundaries" / "communes_2025_vn_20m.fgb"
    taken: Any = result("boundaries", "import", file, "--valid-from", "2025-07-01", cwd=tmp_path)
    assert (taken["accepted"], taken["inserted"], taken["quarantined"]) == (3321, 3321, 0)
    assert taken["crs"]["used"] == "EPSG:4326"
    assert len(taken["repairs"]) > 100
    done: Any = result("boundaries", "repair", *DAY, "--accept-below", 1000, cwd=tmp_path)
    assert done["decided"] > 100
    # What is larger may be a lake or an island: only a person decides.
    assert {card["proposal"]["action"] for card in done["repairs"]} <= {"leave"}
    store = open_store(str(tmp_path / "antt.gpkg"))
    units = store.read(UNITS)
    store.close()
    assert units.geometry.is_valid.all()
    assert shapely.coverage_is_valid(units.geometry.to_numpy())
    assert {"20333", "22736"} <= set(units["code"])
    assert result("boundaries", "export", "p.gpkg", "--level", "province", *DAY, cwd=tmp_path)["units"] == 34
    provinces = gpd.read_file(tmp_path / "p.gpkg")
    assert provinces["units"].sum() == 3321
    assert provinces.set_index("code").loc["31", "name"] == "Hải Phòng"
