"""What a file says of itself against what is known: its own system, its texts, and units that are loaded already."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from layers.boundaries.gazetteer_seats import match_seats, seat_places
from layers.boundaries.placing import Known, settle
from layers.boundaries.text_encodings import decode
from layers.catalog import UNITS
from layers.errors import Conflict
from layers.store import MemoryStore
from mapserver.services.imports import BoundaryRequest, import_boundaries
from tests.builders import NOW

OLD, NEW = dt.date(2009, 4, 1), dt.date(2025, 7, 1)
WARDS = {
    "10532": "Lê Thanh Nghị",
    "10537": "Tân Hưng",
    "10525": "Hải Dương",
    "10507": "Thành Đông",
    "10543": "Việt Hoà",
}
# As offices write it: the zone of Hải Phòng with the seven parameters spelt out, and no code.
OWN_PARAMETERS = (
    "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 +units=m +no_defs "
    "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
)


def _read(file: Path, store: MemoryStore, start: dt.date, **more: object) -> int:
    request = BoundaryRequest(file, start, **more)  # type: ignore[arg-type]
    return len(import_boundaries(store, request, now=NOW, rng=np.random.default_rng(store.count(UNITS))).plan.insert)


def _file(path: Path, codes: str, *, parent: str) -> Path:
    cells = {
        code: shapely.box(106 + place / 100, 20.9, 106.01 + place / 100, 20.91) for place, code in enumerate(codes)
    }
    features = [
        {
            "type": "Feature",
            "properties": {"code": f"9000{code}", "name": f"Xã {code}", "province_code": parent},
            "geometry": shapely.geometry.mapping(cell),
        }
        for code, cell in cells.items()
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_a_system_with_parameters_of_its_own_is_scored_like_the_others() -> None:
    known = Known(list(WARDS), list(WARDS.values()))
    places = seat_places(match_seats(known.codes, known.names)) + np.array([0.0015, 0.0])
    assert np.isfinite(places).all()
    cells = shapely.box(*(places - 0.005).T, *(places + 0.005).T)
    official = gpd.GeoDataFrame(geometry=cells, crs=4326).to_crs(OWN_PARAMETERS)
    placed, finding = settle(official, None, known=known, file="ranh.shp")
    assert (finding.used, finding.against, finding.matched) == (finding.declared, "seats", 5)
    assert np.allclose(shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy())), places, atol=1e-5)


def test_text_taken_for_western_is_read_as_vietnamese_again() -> None:
    stored = pd.DataFrame({"name": ["Phýõ\xccng Thành Ðông", "Phýõ\xccng Lê Thanh Nghiò", "Haòi Dýõng"]})
    read, used = decode(stored, None, as_bytes=False, file="ranh.shp")
    assert used.used == "cp1258"
    assert read["name"][0].startswith("Phươ")


def test_a_letter_typed_wrongly_does_not_make_sound_text_look_like_the_old_fonts() -> None:
    sound = pd.DataFrame({"name": ["Phường Hòa Ðông", "Xã Ðại Hòa"]})
    kept, told = decode(sound, None, as_bytes=False, file="ranh.shp")
    assert (kept["name"].to_list(), told.used) == (sound["name"].to_list(), "utf-8")


def test_units_are_not_put_over_others_that_stay_in_force(tmp_path: Path) -> None:
    store = MemoryStore()
    assert _read(_file(tmp_path / "old.geojson", "1234", parent="30"), store, OLD) == 4
    taken_over = _file(tmp_path / "new.geojson", "12", parent="31")
    assert _read(taken_over, store, NEW) == 2
    more = _file(tmp_path / "more.geojson", "5678", parent="31")
    with pytest.raises(Conflict) as refused:
        _read(more, store, NEW)
    assert "--scope 30 --scope 31" in refused.value.hint.en
    assert store.count(UNITS) == 6


def test_an_older_file_is_told_when_it_ends(tmp_path: Path) -> None:
    store = MemoryStore()
    assert _read(_file(tmp_path / "new.geojson", "1234", parent="31"), store, NEW) == 4
    with pytest.raises(Conflict) as refused:
        _read(_file(tmp_path / "old.geojson", "5678", parent="30"), store, OLD)
    assert f"--valid-to {NEW}" in refused.value.hint.vi
    assert "--scope" not in refused.value.hint.vi
