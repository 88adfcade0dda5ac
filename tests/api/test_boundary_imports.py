"""Boundary files over HTTP: looked at first, settled by a person, then imported, and never in silence."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from layers.catalog import UNITS
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.services.jobs import Shift, run_next
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.builders import NOW
from tests.conftest import ROOT
from tests.messy_files import faulty_cells, official, with_planted_faults, write

IMPORTS = "/api/v1/boundaries/imports"
ADDRESSES = {IMPORTS, f"{IMPORTS}/<uuid:job_id>/check", f"{IMPORTS}/<uuid:job_id>/import", "/boundaries"}
WRITING = {"X-ANTT-Request": "1"}
FORM = "multipart/form-data"
Parts = Iterable[tuple[str, bytes]]


@pytest.fixture
def store() -> Store:
    return open_store("memory:")


@pytest.fixture
def shift(app: Flask) -> Shift:
    state = State.of(app)
    return Shift(state.store, state.system, lambda: NOW, np.random.default_rng(1))


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that uploads of a store in memory go to."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def parts_of(file: Path) -> list[tuple[str, bytes]]:
    return [(part.name, part.read_bytes()) for part in sorted(file.parent.glob(f"{file.stem}.*"))]


def packed(parts: Parts) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return out.getvalue()


def send(client: FlaskClient, parts: Parts, **form: object) -> TestResponse:
    files = [FileStorage(io.BytesIO(content), name) for name, content in parts]
    # Encoded here, because the test client would leave a temporary file open.
    edge, body = encode_multipart({"file": files, **form})
    return client.post(IMPORTS, data=body, headers=WRITING, content_type=f"{FORM}; boundary={edge}")


def again(client: FlaskClient, job: dict[str, Any], what: str, **form: object) -> TestResponse:
    return client.post(f"{IMPORTS}/{job['id']}/{what}", data=form, headers=WRITING, content_type=FORM)


def refused(answer: TestResponse) -> tuple[int, str, str]:
    assert answer.mimetype == "application/problem+json", answer.text
    body = json.loads(answer.data)
    assert body["hint"]
    return body["status"], body["code"], f"{body['detail']} {body['hint']}"


def done(client: FlaskClient, shift: Shift, answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job = json.loads(answer.data)
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    run_next(shift)
    ended: dict[str, Any] = json.loads(client.get(answer.headers["Location"]).data)
    return ended


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def cells(tmp_path: Path) -> list[tuple[str, bytes]]:
    """Three wards with faults, as a GeoPackage."""
    return parts_of(write(faulty_cells(), tmp_path / "o.gpkg"))


def test_a_shapefile_is_looked_at_settled_and_imported(
    client: FlaskClient, store: Store, shift: Shift, tmp_path: Path, uploads: Path
) -> None:
    wards = gpd.read_file(ROOT / "data/boundaries/hai_phong_schematic.geojson").to_crs(5897)
    nasty, planted = with_planted_faults(wards)
    file = official(nasty, tmp_path / "hp.shp")
    checked = done(client, shift, send(client, parts_of(file)))
    assert (checked["state"], checked["kind"], checked["progress"]) == ("done", "check_boundaries", 2)
    found = checked["result"]
    assert (found["file"], found["accepted"], found["refusal"]) == ("hp.shp", 114, None)
    assert found["encoding"] == {"used": "tcvn3", "score": 1.0}
    assert [reading["encoding"] for reading in found["encodings"]] == ["tcvn3", "cp1258"]
    assert "Thành Đông" in found["encodings"][0]["sample"]
    assert (found["crs"]["declared"], found["crs"]["used"]) == (None, "EPSG:5897")
    zones = {system["epsg"]: system["evidence_m"] for system in found["crs"]["candidates"]}
    assert zones[5897] == found["crs"]["evidence_m"]
    assert zones[9208] > 20_000
    assert found["columns"] == {"code": "code", "name": "name", "unit_type": "unit_type", "parent": "province_c"}
    assert (found["scope"], found["inserted"], found["closing"]) == (["31"], 114, [])
    listed = {(frozenset(card["units"]), card["kind"]) for card in found["repairs"]}
    assert {(units, kind) for units, (kind, _area) in planted.items()} <= listed
    assert store.count(UNITS) == 0
    form = {"valid_from": "2025-07-01", "decree": "NQ 1669/NQ-UBTVQH15", "crs": "EPSG:5897", "encoding": "tcvn3"}
    taken = done(client, shift, again(client, checked, "import", **form))
    assert (taken["state"], taken["result"]["inserted"]) == ("done", 114)
    units = store.read(UNITS)
    assert set(units["source"]) == {"hp.shp"}
    assert set(units["decree"]) == {"NQ 1669/NQ-UBTVQH15"}
    (entry,) = store.history(UNITS, units["id"].iloc[0])
    assert entry.who.endswith("(web)")
    assert entry.why == "Nhập ranh giới từ hp.shp NQ 1669/NQ-UBTVQH15"
    assert files_below(uploads) == []
    assert refused(again(client, checked, "import", **form))[:2] == (404, "not_found")


def test_an_archive_is_read_like_the_files_in_it(client: FlaskClient, shift: Shift, tmp_path: Path) -> None:
    inside = parts_of(write(faulty_cells(), tmp_path / "o.shp"))
    checked = done(client, shift, send(client, [("ranh giới.zip", packed(inside))]))
    assert (checked["result"]["file"], checked["result"]["accepted"]) == ("ranh giới.zip", 3)


@pytest.mark.parametrize("kind", ["tab", "kml", "geojson", "fgb", "gml"])
def test_other_formats_are_read_too(client: FlaskClient, shift: Shift, tmp_path: Path, kind: str) -> None:
    drivers = {"tab": {"driver": "MapInfo File"}, "kml": {"driver": "KML"}, "gml": {"driver": "GML"}}
    file = write(faulty_cells(), tmp_path / f"xa.{kind}", **drivers.get(kind, {}))
    parts = parts_of(file)
    checked = done(client, shift, send(client, [("xa.zip", packed(parts))] if kind == "tab" else parts))
    assert checked["state"] == "done", checked
    assert checked["result"]["accepted"] == 3


def test_a_file_that_says_no_system_is_kept_till_a_person_names_it(
    client: FlaskClient, store: Store, shift: Shift, tmp_path: Path, uploads: Path
) -> None:
    cells = faulty_cells().assign(province_code="31").to_crs(9210)
    failed = done(client, shift, send(client, parts_of(official(cells, tmp_path / "la.shp"))))
    assert (failed["state"], failed["result"]["error"]["code"]) == ("failed", "crs_missing")
    assert "la.shp" in failed["message"]
    assert str(uploads) not in json.dumps(failed)
    checked = done(client, shift, again(client, failed, "check", crs="EPSG:9210"))
    assert checked["result"]["crs"]["used"] == "EPSG:9210"
    assert "không kiểm được" in checked["result"]["crs"]["note"]
    english = again(client, checked, "check?lang=en", crs="9210")
    assert "not checkable" in done(client, shift, english)["result"]["crs"]["note"]
    assert store.count(UNITS) == 0


def test_columns_dates_and_scope_are_named_in_the_form(
    client: FlaskClient, store: Store, shift: Shift, tmp_path: Path
) -> None:
    cells = faulty_cells().rename(columns={"code": "k1", "name": "k2"})
    file = parts_of(write(cells, tmp_path / "o.gpkg"))
    assert done(client, shift, send(client, file))["result"]["error"]["code"] == "schema_mismatch"
    form = {"map": ["code=k1", "name=k2"], "valid_from": "2009-04-01", "valid_to": "2025-07-01", "scope": "30"}
    checked = done(client, shift, send(client, file, **form))
    assert checked["result"]["columns"]["name"] == "k2"
    assert checked["result"]["scope"] == ["30"]
    done(client, shift, again(client, checked, "import", **form))
    units = store.read(UNITS)
    assert set(units["valid_to"]) == {"2025-07-01"}
    assert set(units["parent"]) == {"30"}


def test_what_ends_and_what_stays_is_said_before(
    client: FlaskClient, store: Store, shift: Shift, tmp_path: Path, cells: list[tuple[str, bytes]]
) -> None:
    first = {"valid_from": "2025-07-01", "scope": "31"}
    checked = done(client, shift, send(client, cells, **first))
    done(client, shift, again(client, checked, "import", **first))
    two = parts_of(write(faulty_cells().iloc[:2], tmp_path / "hai.gpkg"))
    later = {"valid_from": "2026-01-01", "scope": "31"}
    checked = done(client, shift, send(client, two, **later))
    assert checked["result"]["refusal"]["code"] == "conflict"
    assert checked["result"]["accepted"] == 2
    failed = done(client, shift, again(client, checked, "import", **later))
    assert (failed["state"], failed["result"]["error"]["code"]) == ("failed", "conflict")
    assert store.count(UNITS) == 3
    checked = done(client, shift, again(client, failed, "check", partial="1", **later))
    assert [unit["code"] for unit in checked["result"]["closing"]] == ["90001", "90002", "90003"]
    assert (checked["result"]["ended"], checked["result"]["staying"]) == (["90003"], 0)
    done(client, shift, again(client, checked, "import", partial="1", **later))
    assert store.count(UNITS) == 5


def test_a_check_can_be_stopped_and_taken_up_again(
    client: FlaskClient, shift: Shift, cells: list[tuple[str, bytes]]
) -> None:
    job = json.loads(send(client, cells).data)
    assert refused(again(client, job, "check"))[:2] == (409, "conflict")
    stopped = json.loads(client.post(f"/api/v1/jobs/{job['id']}/cancel", headers=WRITING).data)
    assert stopped["state"] == "cancelled"
    assert done(client, shift, again(client, stopped, "check"))["state"] == "done"
    leaving = replace(shift, stopping=lambda: True)
    job = json.loads(again(client, job, "import", valid_from="2025-07-01").data)
    run_next(leaving)
    assert json.loads(client.get(f"/api/v1/jobs/{job['id']}").data)["state"] == "interrupted"
    assert shift.store.count(UNITS) == 0


BOMB = bytes(60_000_000)


@pytest.mark.parametrize(
    ("parts", "code", "said"),
    [
        ([("a.dwg", b"x")], "file_unreadable", "QGIS"),
        ([("a.DXF", b"x")], "file_unreadable", "QGIS"),
        ([("a.zip", packed([("x/a.dgn", b"x")]))], "file_unreadable", "QGIS"),
        ([("a.csv", b"x")], "file_unreadable", ".gpkg"),
        ([("a.shp", b"x")], "file_unreadable", ".shx, .dbf"),
        ([("a.shp", b"x"), ("b.shx", b"x"), ("b.dbf", b"x")], "file_unreadable", ".shx, .dbf"),
        ([("a.gpkg", b"x"), ("b.gpkg", b"x")], "file_unreadable", "a.gpkg, b.gpkg"),
        ([("a.gpkg", b"")], "empty_input", "trống"),
        ([("a.zip", b"PK nothing")], "file_unreadable", "a.zip"),
        ([("a.zip", packed([("../a.geojson", b"{}")]))], "file_unreadable", "../a.geojson"),
        ([("a.zip", packed([("/etc/a.geojson", b"{}")]))], "file_unreadable", "/etc/a.geojson"),
        ([("a.kmz", packed([("C:\\a.kml", b"{}")]))], "file_unreadable", "a.kmz"),
        ([("a.zip", packed([("a.geojson", b"{}"), ("b.geojson", b"{}")]))], "file_unreadable", "b.geojson"),
        ([("a.zip", packed([("a.geojson", BOMB)]))], "too_large", "a.zip"),
        ([("a.zip", packed((f"{n}.txt", b"") for n in range(1001)))], "too_large", "a.zip"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_at_once(
    client: FlaskClient, shift: Shift, uploads: Path, parts: Parts, code: str, said: str
) -> None:
    status, found, words = refused(send(client, parts))
    assert (status, found) == (413 if code == "too_large" else 422, code)
    assert said in words
    assert str(uploads) not in words
    assert files_below(uploads) == []
    assert run_next(shift) is None


@pytest.mark.parametrize(
    "form",
    [
        {"level": "province"}, {"level": "street"}, {"valid_from": "1/7/2025"}, {"valid_to": "soon"},
        {"crs": "VN2000"}, {"map": "name"}, {"partial": "yes"}, {"owner": "me"},
    ],
)  # fmt: skip
def test_a_choice_that_is_not_understood_is_refused(
    client: FlaskClient, shift: Shift, uploads: Path, cells: list[tuple[str, bytes]], form: dict[str, str]
) -> None:
    assert refused(send(client, cells, **form))[:2] == (422, "invalid_parameter")
    assert files_below(uploads) == []
    checked = done(client, shift, send(client, cells))
    assert refused(again(client, checked, "check", **form))[:2] == (422, "invalid_parameter")


@pytest.mark.parametrize("form", [{"crs": "EPSG:999999"}, {"encoding": "klingon"}, {"map": "name=Không có"}])
def test_a_choice_that_does_not_fit_the_file_fails_with_its_reason(
    client: FlaskClient, shift: Shift, tmp_path: Path, form: dict[str, str]
) -> None:
    parts = parts_of(write(faulty_cells(), tmp_path / "o.shp"))
    failed = done(client, shift, send(client, parts, **form))
    assert (failed["state"], failed["result"]["error"]["hint"] != "") == ("failed", True)


def test_who_may_write_is_asked_first(client: FlaskClient, cells: list[tuple[str, bytes]]) -> None:
    data = {"file": [(io.BytesIO(content), name) for name, content in cells]}
    bare = client.post(IMPORTS, data=data, content_type=FORM)
    assert refused(bare)[:2] == (403, "forbidden")
    nobody = "00000000-0000-7000-8000-000000000000"
    assert refused(again(client, {"id": nobody}, "check"))[0] == 404
    assert refused(again(client, {"id": nobody}, "import"))[:2] == (422, "invalid_parameter")
    assert refused(client.post(f"{IMPORTS}?extra=1", headers=WRITING))[:2] == (422, "invalid_parameter")
    assert refused(client.post(IMPORTS, data={"level": "beat"}, headers=WRITING, content_type=FORM))[0] == 422


def test_a_job_of_another_kind_brings_no_boundaries(client: FlaskClient) -> None:
    table = (io.BytesIO(b"Ng\xc3\xa0y,Lo\xe1\xba\xa1i\n1/10/2026,Tr\xe1\xbb\x99m\n"), "t.csv")
    form = {"file": table, "source": "x"}
    job = json.loads(client.post("/api/v1/imports", data=form, headers=WRITING, content_type=FORM).data)
    client.post(f"/api/v1/jobs/{job['id']}/cancel", headers=WRITING)
    assert refused(again(client, job, "check"))[:2] == (404, "not_found")


def test_uploads_together_keep_the_limit(store: Store, tmp_path: Path) -> None:
    small = create_app(replace(Settings(), max_upload_mb=1), store, clock=lambda: NOW).test_client()
    answer = send(small, [("a.gpkg", b"x" * 1_200_000)])
    assert refused(answer)[:2] == (413, "too_large")
