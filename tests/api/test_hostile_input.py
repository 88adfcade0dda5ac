"""Input made to do harm: bombs, entities, SQL, scripts, formulas, headers in names."""

from __future__ import annotations

import csv
import gzip
import html
import io
import itertools
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.catalog import CAMERAS, INCIDENTS, LAYERS, SAFEZONES, UNITS
from layers.store import Store, open_store
from mapserver.app import create_app
from mapserver.services.hotspot_requests import options_of
from mapserver.services.jobs import Shift, run_next
from mapserver.services.snapshots import PRINTED_METHODS
from mapserver.settings import Settings
from mapserver.web.openapi import TAKEN
from mapserver.web.state import State
from tests.api.planners import made, sent
from tests.api.test_serving import every_address
from tests.builders import NOW, cameras, incidents, models, town
from tests.conftest import LONG

WRITING = {"X-ANTT-Request": "1"}
SECRET = "noi-dung-mat-cua-may-chu"  # noqa: S105 - it is what must not be read
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"
FORMULAS = ('=HYPERLINK("http://x","y")', "+1+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(A1)")
SQL = (
    "'; DROP TABLE incidents; --",
    '" OR 1=1 --',
    "1); DELETE FROM units; --",
    "' UNION SELECT sql FROM sqlite_master --",
    "%' OR '1'='1",
    "a\x00b",
    "\\'; ATTACH 'x.db' AS x; --",
)
HEADER = "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ\n"


@pytest.fixture(autouse=True)
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that uploads of a store in memory go to."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the server that nobody may read."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET, encoding="utf-8")
    return path


def send(client: FlaskClient, address: str, name: str, content: bytes) -> TestResponse:
    edge = b"edge-of-the-parts"
    source = b"" if "boundaries" in address else _part(b'name="source"', b"CA", edge)
    file = _part(b'name="file"; filename="' + name.encode() + b'"', content, edge)
    body = source + file + b"--" + edge + b"--\r\n"
    kind = f"multipart/form-data; boundary={edge.decode()}"
    return client.post(address, data=body, headers=WRITING, content_type=kind)


def _part(disposition: bytes, content: bytes, edge: bytes) -> bytes:
    return b"--" + edge + b"\r\nContent-Disposition: form-data; " + disposition + b"\r\n\r\n" + content + b"\r\n"


def ended(app: Flask, answer: TestResponse) -> dict[str, Any]:
    """What became of an upload: the refusal, or the job as it ended."""
    if answer.status_code == 202:
        state = State.of(app)
        run_next(Shift(state.store, state.system, lambda: NOW, np.random.default_rng(1)))
        answer = app.test_client().get(answer.headers["Location"])
    found: dict[str, Any] = json.loads(answer.data)
    return found


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def workbook(sheet: bytes | None = None, strings: bytes | None = None) -> bytes:
    """A workbook whose parts are replaced."""
    plain, out = io.BytesIO(), io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(HEADER.strip().split(","))
    book.active.append(["A1", "1/10/2026", "Trộm cắp", 106.31, 20.91])
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml") and sheet is not None:
                content = sheet
            target.writestr(name, content)
        if strings is not None:
            target.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


# --- bombs and entities ---------------------------------------------------------------------

NOTHING = bytes(60_000_000)
LINES = b"\n" * 60_000_000
BOMBS = {
    "incidents/b.csv.gz": gzip.compress(HEADER.encode() + b"A,1/1/2026,x,1,1\n" * 10 + LINES, 9),
    "incidents/b.txt.gz": gzip.compress(HEADER.encode() + b"a" * 60_000_000, 9),
    "incidents/b.zip": zipped(a_dot_csv=HEADER.encode() + LINES),
    "incidents/c.zip": zipped(a_dot_geojson=NOTHING),
    "incidents/b.xlsx": workbook(sheet=NOTHING),
    "incidents/s.xlsx": workbook(strings=NOTHING),
    "incidents/m.xlsx": zipped(**{f"a{number}": b"" for number in range(1001)}),
    "boundaries/b.zip": zipped(a_dot_geojson=NOTHING),
    "boundaries/b.kmz": zipped(doc_dot_kml=NOTHING),
}


def address_of(name: str) -> str:
    return "/api/v1/boundaries/imports" if name.startswith("boundaries/") else "/api/v1/imports"


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unpacks_to_too_much_is_refused(app: Flask, name: str, uploads: Path) -> None:
    before = State.of(app).store.count(INCIDENTS)
    found = ended(app, send(app.test_client(), address_of(name), name.partition("/")[2], BOMBS[name]))
    said = found.get("code") or found.get("state")
    assert said in {"too_large", "failed", "file_unreadable"}, found
    if said == "failed":
        assert "quá lớn" in found["message"], found
    assert State.of(app).store.count(INCIDENTS) == before
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'
LAUGHING = f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
PLACE = "106.3,20.9 106.4,20.9 106.4,21.0 106.3,20.9"
KML = (
    '<?xml version="1.0"?>{doctype}<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    "<name>{value}</name><ExtendedData><Data name='ma_xa'><value>{value}</value></Data></ExtendedData>"
    f"<Polygon><outerBoundaryIs><LinearRing><coordinates>{PLACE}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
    "</Placemark></Document></kml>"
)
GML = (
    '<?xml version="1.0"?>{doctype}<c:FeatureCollection xmlns:c="http://www.opengis.net/wfs" '
    'xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><c:xa><c:ma>{value}</c:ma><c:g>'
    '<gml:Polygon srsName="EPSG:4326"><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>'
    f"{PLACE}</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon></c:g></c:xa>"
    "</gml:featureMember></c:FeatureCollection>"
)
SHEET = (
    '<?xml version="1.0"?>{doctype}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Loại vụ việc</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>{value}</t></is></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("doctype", [OUTSIDE, LAUGHING])
@pytest.mark.parametrize("name", ["a.kml", "a.kmz", "a.gml", "a.xlsx"])
def test_entities_of_xml_are_not_followed(app: Flask, secret: Path, name: str, doctype: str) -> None:
    form = {"kml": KML, "kmz": KML, "gml": GML, "xlsx": SHEET}[name.partition(".")[2]]
    value = "&e;" if doctype == OUTSIDE else "&l11;"
    text = form.replace("{doctype}", doctype.replace("{secret}", str(secret))).replace("{value}", value).encode()
    content = {"kmz": zipped(doc_dot_kml=text), "xlsx": workbook(sheet=text)}.get(name.partition(".")[2], text)
    address = "/api/v1/imports" if name.endswith("xlsx") else "/api/v1/boundaries/imports"
    found = ended(app, send(app.test_client(), address, name, content))
    said = json.dumps(found, ensure_ascii=False)
    assert SECRET not in said
    assert "haha" * 100 not in said
    assert found.get("code") != "fault"
    store = State.of(app).store
    assert all(SECRET not in store.read(layer).to_string() for layer in LAYERS)
    assert all(SECRET not in json.dumps(row.raw, ensure_ascii=False) for row in store.quarantined())


# --- names of files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "a.csv%0d%0aX-Injected: yes", "a\\r\\nX-Injected: yes.csv", 'a\\"; X-Injected=yes.csv', "a\u2028b.csv",
        "..%2f..%2fa.csv", f"{SCRIPT}.csv", "x" * 300 + ".csv", "con.csv", ".csv", "-rf.csv",
    ],
)  # fmt: skip
@pytest.mark.parametrize("address", ["/api/v1/imports", "/api/v1/boundaries/imports"])
def test_the_name_of_a_file_is_only_a_name(app: Flask, uploads: Path, address: str, name: str) -> None:
    sent = name if "imports" in address and "boundaries" not in address else name.replace(".csv", ".geojson")
    answer = send(app.test_client(), address, sent, HEADER.encode() + b"A,1/10/2026,x,106.3,20.9\n")
    assert answer.status_code in {202, 413, 422}, answer.text
    assert "X-Injected" not in answer.headers
    assert all("\n" not in value and "\r" not in value for value in answer.headers.values())
    for path in uploads.parent.rglob("*"):
        assert "Injected" not in path.name
        assert "script" not in path.name
    ended(app, answer)


# --- SQL ------------------------------------------------------------------------------------


@pytest.fixture
def in_a_file(tmp_path: Path) -> Store:
    """The town in a GeoPackage: SQL that got through would do something."""
    store = open_store(str(tmp_path / "antt.gpkg"))
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(40))
    store.append(SAFEZONES, models())
    store.append(CAMERAS, cameras())
    return store


def read_beside(endpoint: str, name: str) -> list[dict[str, str]]:
    """What a parameter is read beside: a sheet reads the settings of a method only where it draws that method."""
    methods = PRINTED_METHODS if endpoint == "snapshots.snapshot" else ()
    return [{"hotspots": method} for method in methods if name in options_of(method)] or [{}]


@pytest.mark.deeper
def test_sql_in_a_parameter_is_a_text(in_a_file: Store) -> None:
    app = create_app(Settings(), in_a_file, clock=lambda: NOW)
    client, before = app.test_client(), in_a_file.content_hash()
    adapter, asked = app.url_map.bind("127.0.0.1"), 0
    for method, address in every_address(app):
        endpoint, _values = adapter.match(address, method=method)
        if method != "GET":
            continue
        for name in TAKEN.get(endpoint, ("as_of", "lang", "sel", "c")):
            for text, beside in itertools.product(SQL if LONG else SQL[:3], read_beside(endpoint, name)):
                answer = client.get(address, query_string={name: text, **beside}, buffered=True)
                assert answer.status_code < 500, (address, name, text)
                assert b"sqlite" not in answer.data.lower() or "sqlite_master" in text, (address, name, text)
                asked += 1
    assert in_a_file.content_hash() == before
    for text in SQL:
        for address in (f"/units/{text}", f"/api/v1/units/{text}/lineage", f"/api/v1/boundaries/repairs/{text}"):
            assert client.get(address.replace("\x00", "%00")).status_code < 500
        plan = made(client, name=text)
        for address, more in (
            (f"/{plan}/comments", {"text": text, "unit": text[:9]}),
            (f"/{plan}/branch", {"name": text}),
        ):
            assert sent(client, address, more).status_code == 201
        body = {"category": text, "occurred_from": "1/10/2026", "lon": 106.31, "lat": 20.91, "reported_unit": text}
        assert client.post("/api/v1/incidents", json=body, headers=WRITING).status_code in {201, 422}
        add = {"category": "Trộm cắp", "occurred_from": "1/10/2026", "lon": 106.31, "lat": 20.91, "reason": text}
        assert client.post("/api/v1/incidents", json=add | {"reported_unit": text}, headers=WRITING).status_code in {
            201, 422,
        }  # fmt: skip
    assert asked > 400
    assert in_a_file.problems() == []
    assert in_a_file.count(UNITS) == 4
    assert in_a_file.count(INCIDENTS) >= 40


# --- scripts and formulas that are stored ---------------------------------------------------


@pytest.fixture
def scripted(tmp_path: Path) -> Flask:
    """A town in which every text field that somebody may have filled in holds a script."""
    store = open_store(str(tmp_path / "antt.gpkg"))
    units = town()
    units["name"] = [f"Phường {SCRIPT} {number}" for number in range(len(units))]
    units["decree"] = SCRIPT
    store.append(UNITS, units)
    store.append(INCIDENTS, incidents(20, reported_unit=SCRIPT, category_source=SCRIPT, channel=SCRIPT))
    for layer, frame in ((SAFEZONES, models()), (CAMERAS, cameras())):
        frame["name"] = SCRIPT
        store.append(layer, frame)
    store.keep_note("synthetic", SCRIPT)
    app = create_app(Settings(), store, clock=lambda: NOW)
    client = app.test_client()
    plan = made(client, name=SCRIPT)
    operation = {"kind": "rename", "unit": "10000", "name": SCRIPT}
    assert sent(client, f"/{plan}/entries", {"operation": operation, "seen": 0, "reason": SCRIPT}).status_code == 201
    assert sent(client, f"/{plan}/comments", {"text": SCRIPT, "unit": "10000"}).status_code == 201
    return app


def test_a_stored_script_is_shown_as_text_at_every_address(scripted: Flask) -> None:
    client, shown = scripted.test_client(), 0
    unit = json.loads(client.get("/api/v1/units/list").data)["units"][0]
    addresses = [address for method, address in every_address(scripted) if method == "GET"]
    (plan,) = json.loads(client.get("/api/v1/plans").data)["plans"]
    of_plans = [f"/api/v1/plans/{plan['id']}/{name}" for name in ("borders", "entries", "figures", "comments")]
    extra = [
        *of_plans,
        f"/units/{unit['code']}",
        f"/?sel={unit['id']}",
        f"/?unit={unit['id']}",
        "/units/search?q=Phường",
    ]
    for address in [*addresses, *extra, *(f"{a}?lang=en" for a in addresses)]:
        answer = client.get(address, buffered=True)
        if answer.mimetype in {"text/html", "image/svg+xml"}:
            assert "<script>alert" not in answer.text, address
            assert "<img src=x" not in answer.text, address
            shown += html.escape(SCRIPT)[:12] in answer.text
        else:
            # A browser that was pointed at data takes them for nothing else, and runs nothing.
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"] or answer.status_code == 304
    assert shown


@pytest.mark.parametrize("text", ["<script>alert(7)</script>", '"><script>alert(7)</script>', "';alert(7);//"])
def test_a_script_in_an_address_is_not_reflected(client: FlaskClient, text: str) -> None:
    for address in ("/", "/boundaries", "/units/10001", "/nothing", f"/units/{text}", f"/{text}"):
        for name in ("lang", "as_of", "unit", "sel", text):
            answer = client.get(address, query_string={name: text}, buffered=True)
            if answer.mimetype == "text/html":
                assert text not in answer.text, (address, name)


def test_no_cell_of_an_export_is_run_as_a_formula(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "antt.gpkg"))
    store.append(UNITS, town())
    for number, formula in enumerate(FORMULAS):
        store.append(INCIDENTS, incidents(1, seed=number, reported_unit=formula, category_source=formula))
    client = create_app(Settings(), store, clock=lambda: NOW).test_client()
    sent = client.get("/api/v1/incidents/export.csv", buffered=True)
    assert sent.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert sum(cell.startswith("'") for cell in cells) == 2 * len(FORMULAS)
    assert not any(cell in FORMULAS for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/api/v1/incidents/export.xlsx", buffered=True).data))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.value not in FORMULAS for cell in row)
