"""Incidents written over HTTP: checked, versioned, kept with who and why, and only from this machine."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from layers.catalog import INCIDENTS
from layers.incidents.reading import open_table
from layers.store import Store
from tests.builders import incidents

WRITING = {"X-ANTT-Request": "1"}
ADDRESSES = {
    "/api/v1/incidents",
    "/api/v1/incidents/<uuid:record_id>",
    "/api/v1/incidents/<uuid:record_id>/history",
    "/api/v1/incidents/<uuid:record_id>/reinstate",
    "/api/v1/incidents/<uuid:record_id>/withdraw",
    "/api/v1/incidents/at",
    "/api/v1/incidents/export.<any(csv, xlsx, geojson):kind>",
    "/api/v1/incidents/export.meta.json",
}
THEFT = {"category": "trom_cap", "occurred_from": "2026-10-01 15h30", "lon": 106.31, "lat": 20.91}


def send(client: FlaskClient, address: str, body: object, *, method: str = "POST", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.open(f"/api/v1/incidents{address}", method=method, json=body, headers=WRITING | named)


def added(client: FlaskClient, **changes: object) -> dict[str, Any]:
    answer = send(client, "", THEFT | changes)
    assert answer.status_code == 201, answer.text
    record: dict[str, Any] = json.loads(answer.data)
    return record


def refused(answer: TestResponse) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json", answer.text
    body: dict[str, Any] = json.loads(answer.data)
    assert body["detail"]
    return body


def total(client: FlaskClient, query: str = "") -> int:
    meta = json.loads(client.get(f"/api/v1/incidents/summary?{query}").data)["meta"]
    return int(meta["total"])


def test_a_new_incident_is_kept_as_it_was_meant(client: FlaskClient) -> None:
    before = total(client)
    answer = send(client, "", THEFT | {"severity": "Nghiêm trọng", "reason": "dân báo qua điện thoại 0912 345 678"})
    record = json.loads(answer.data)
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/api/v1/incidents/{record['id']}"
    assert record["occurred_from"] == "2026-10-01T15:30:00+07:00"
    assert (record["category"], record["severity"]) == ("trom_cap", "nghiem_trong")
    assert (record["lon"], record["lat"], record["location_method"]) == (106.31, 20.91, "coordinates")
    assert record["source"] == "nhap_tay"
    assert record["source_ref"].startswith("NT-20261101-")
    assert json.loads(client.get(answer.headers["Location"]).data) == record
    assert total(client) == before + 1
    (entry,) = json.loads(client.get(f"{answer.headers['Location']}/history").data)["history"]
    assert (entry["what"], entry["why"]) == ("insert", "dân báo qua điện thoại •••")
    assert entry["who"]
    assert entry["changed"]["lon"] == {"before": None, "after": 106.31}


def test_a_day_without_its_hour_is_kept_as_a_whole_day(client: FlaskClient) -> None:
    record = added(client, occurred_from="1/10/2026")
    assert (record["occurred_from"], record["occurred_to"]) == (
        "2026-10-01T00:00:00+07:00", "2026-10-02T00:00:00+07:00",
    )  # fmt: skip


def test_an_incident_known_only_by_its_ward_has_no_false_point(client: FlaskClient) -> None:
    record = added(client, lon=None, lat=None, reported_unit="Phường Ô 1")
    assert (record["lon"], record["lat"], record["location_method"]) == (None, None, "unit_name")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"category": "chuyện lạ"}, "chuyện lạ"),
        ({"category": None}, "category"),
        ({"occurred_from": ""}, "occurred_from"),
        ({"occurred_from": "31/2/2026"}, "Không có ngày này"),
        ({"occurred_from": "2026-11-02"}, "tương lai"),
        ({"occurred_to": "2026-10-01 15:00"}, "sau"),
        ({"occurred_to": "lúc nào đó"}, "Không hiểu"),
        ({"lat": None}, "một trong hai"),
        ({"lon": 20.91, "lat": 106.31}, "đổi chỗ"),
        ({"lon": -95.36, "lat": 29.76}, "ngoài khu vực"),
        ({"lon": "chợ"}, "tọa độ"),
        ({"severity": "nghiem trong lam"}, "dac_biet_nghiem_trong"),
        ({"status": "gần xong"}, "dang_xu_ly"),
        ({"lon": True}, "lon"),
        ({"lon": [1]}, "lon"),
        ({"victim": "Nguyễn Văn A"}, "victim"),
        ({"id": "7"}, "id"),
    ],
)
def test_what_an_import_would_set_aside_is_refused(
    client: FlaskClient, store: Store, changes: dict[str, object], said: str
) -> None:
    before = store.versions()
    body = refused(send(client, "", THEFT | changes))
    assert (body["status"], body["code"]) == (422, "invalid_parameter")
    assert said in body["detail"] + body["hint"]
    assert store.versions() == before


def test_a_change_raises_the_version_and_says_what_differs(client: FlaskClient) -> None:
    record = added(client)
    address = f"/{record['id']}"
    changes = {"status": "Đã giải quyết", "lat": 20.92, "reason": "kết quả xác minh"}
    answer = send(client, address, changes, method="PATCH", If_Match='"1"')
    changed = json.loads(answer.data)
    assert (answer.status_code, answer.headers["ETag"], changed["row_version"]) == (200, '"2"', 2)
    assert (changed["status"], changed["lon"], changed["lat"]) == ("da_xu_ly", 106.31, 20.92)
    assert changed["occurred_from"] == record["occurred_from"]
    entries = json.loads(client.get(f"/api/v1/incidents{address}/history").data)["history"]
    assert [(entry["what"], entry["row_version"], entry["why"]) for entry in entries][1:] == [
        ("update", 2, "kết quả xác minh")
    ]
    assert entries[1]["changed"] == {
        "status": {"before": None, "after": "da_xu_ly"}, "lat": {"before": 20.91, "after": 20.92},
    }  # fmt: skip


def test_writing_the_same_again_changes_nothing(client: FlaskClient) -> None:
    record = added(client, severity="nghiem_trong")
    same = {"severity": "Nghiêm trọng", "lon": 106.31, "row_version": 1}
    answer = send(client, f"/{record['id']}", same, method="PATCH")
    assert json.loads(answer.data)["row_version"] == 1


def test_a_value_is_taken_away_with_null(client: FlaskClient) -> None:
    record = added(client, severity="nghiem_trong", location_accuracy_m=30)
    bare = {"severity": None, "lon": None, "lat": None, "row_version": 1}
    changed = json.loads(send(client, f"/{record['id']}", bare, method="PATCH").data)
    assert (changed["severity"], changed["lon"], changed["location_accuracy_m"]) == (None, None, None)


def test_an_imported_incident_can_be_corrected(client: FlaskClient, store: Store) -> None:
    row = store.read(INCIDENTS).iloc[0]
    answer = send(client, f"/{row['id']}", {"category": "Ma túy", "row_version": 1}, method="PATCH")
    changed = json.loads(answer.data)
    assert (changed["category"], changed["category_source"], changed["source"]) == ("ma_tuy", "Ma túy", "test")


def test_a_word_of_the_source_may_stay_but_no_new_one_comes(client: FlaskClient, store: Store) -> None:
    store.append(INCIDENTS, incidents(2, seed=9, status="cho_vien_kiem_sat"))
    frame = store.read(INCIDENTS)
    record_id = frame.loc[frame["status"] == "cho_vien_kiem_sat", "id"].iloc[0]
    same = {"status": "Chờ viện kiểm sát", "severity": "nghiem_trong", "row_version": 1}
    changed = json.loads(send(client, f"/{record_id}", same, method="PATCH").data)
    assert (changed["status"], changed["severity"]) == ("cho_vien_kiem_sat", "nghiem_trong")
    other = {"status": "chờ tòa án", "row_version": 2}
    assert refused(send(client, f"/{record_id}", other, method="PATCH"))["status"] == 422


@pytest.mark.parametrize(
    ("text", "readable"),
    [("\ud800x", "\ufffdx"), ("x\0y", "x\ufffdy"), ("x\udfff", "x\ufffd")],
    ids=["first half", "nul", "second half"],
)
def test_text_that_no_store_can_hold(client: FlaskClient, text: str, readable: str) -> None:
    for changes in ({"reported_unit": text}, {"category": text}, {text: "x"}):
        assert refused(send(client, "", THEFT | changes))["status"] == 422
    record = added(client, reason=text)
    withdrawn = send(client, f"/{record['id']}/withdraw", {"reason": text, "row_version": 1})
    assert json.loads(withdrawn.data)["withdrawn"] == readable
    entries = json.loads(client.get(f"/api/v1/incidents/{record['id']}/history").data)["history"]
    assert [entry["why"] for entry in entries] == [readable, readable]


def test_the_second_of_two_writers_sees_both_versions(client: FlaskClient) -> None:
    address = f"/{added(client)['id']}"
    first = send(client, address, {"status": "dang_xu_ly"}, method="PATCH", If_Match='"1"')
    assert first.status_code == 200
    body = refused(send(client, address, {"status": "da_xu_ly"}, method="PATCH", If_Match='"1"'))
    assert (body["status"], body["code"]) == (412, "stale_version")
    assert body["yours"] == {"row_version": 1, "status": "da_xu_ly"}
    assert (body["current"]["row_version"], body["current"]["status"]) == (2, "dang_xu_ly")
    again = send(client, address, {"status": "da_xu_ly"}, method="PATCH", If_Match=first.headers["ETag"])
    assert json.loads(again.data)["status"] == "da_xu_ly"


def test_a_writer_between_reading_and_writing_is_noticed(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_id = added(client)["id"]
    apply = store.apply

    def overtaken(changes: Any, author: Any = None) -> int:
        monkeypatch.setattr(store, "apply", apply)
        assert send(client, f"/{record_id}", {"status": "moi", "row_version": 1}, method="PATCH").status_code == 200
        return apply(changes, author)

    monkeypatch.setattr(store, "apply", overtaken)
    body = refused(send(client, f"/{record_id}", {"status": "da_xu_ly", "row_version": 1}, method="PATCH"))
    assert body["status"] == 412
    assert body["current"]["status"] == "moi"


def test_a_change_must_say_what_it_is_based_on(client: FlaskClient) -> None:
    address = f"/{added(client)['id']}"
    body = refused(send(client, address, {"status": "moi"}, method="PATCH"))
    assert (body["status"], body["code"]) == (428, "version_missing")
    assert "If-Match" in body["hint"]
    assert refused(send(client, address, {"status": "moi"}, method="PATCH", If_Match="*"))["status"] == 428
    assert refused(send(client, address, {"status": "moi"}, method="PATCH", If_Match='"x"'))["status"] == 422


def test_a_withdrawn_incident_leaves_every_count_and_stays_in_the_store(client: FlaskClient) -> None:
    before = total(client)
    address = f"/{added(client)['id']}"
    answer = send(client, f"{address}/withdraw", {"reason": "trùng vụ khác", "row_version": 1})
    assert json.loads(answer.data)["withdrawn"] == "trùng vụ khác"
    assert total(client) == before
    points = json.loads(client.get("/api/v1/incidents/points").data)["columns"]["lon"]
    assert 106.31 not in points
    assert json.loads(client.get(f"/api/v1/incidents{address}").data)["withdrawn"] == "trùng vụ khác"
    entries = json.loads(client.get(f"/api/v1/incidents{address}/history").data)["history"]
    assert entries[-1]["why"] == "trùng vụ khác"
    again = refused(send(client, f"{address}/withdraw", {"reason": "lần nữa", "row_version": 2}))
    assert (again["status"], again["code"]) == (409, "conflict")
    edited = refused(send(client, address, {"status": "moi", "row_version": 2}, method="PATCH"))
    assert edited["status"] == 409


@pytest.mark.parametrize("verb", ["withdraw", "reinstate"])
def test_a_withdrawal_needs_a_reason_and_nothing_else(client: FlaskClient, verb: str) -> None:
    address = f"/{added(client)['id']}/{verb}"
    assert refused(send(client, address, {"reason": "  ", "row_version": 1}))["status"] == 422
    assert refused(send(client, address, {"reason": "x"}))["status"] == 428


def test_a_withdrawal_can_be_taken_back(client: FlaskClient) -> None:
    record = added(client)
    address, counted = f"/{record['id']}", total(client)
    early = refused(send(client, f"{address}/reinstate", {"reason": "x", "row_version": 1}))
    assert (early["status"], early["code"]) == (409, "conflict")
    withdrawn = send(client, f"{address}/withdraw", {"reason": "ghi nhầm", "row_version": 1})
    stale = refused(send(client, f"{address}/reinstate", {"reason": "rút nhầm", "row_version": 1}))
    assert (stale["status"], stale["current"]["withdrawn"]) == (412, "ghi nhầm")
    answer = send(client, f"{address}/reinstate", {"reason": "rút nhầm vụ"}, If_Match=withdrawn.headers["ETag"])
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')
    assert json.loads(answer.data) == record | {"row_version": 3}
    assert total(client) == counted
    entries = json.loads(client.get(f"/api/v1/incidents{address}/history").data)["history"]
    assert entries[-1]["why"] == "rút nhầm vụ"
    assert entries[-1]["changed"] == {"withdrawn": {"before": "ghi nhầm", "after": None}}
    again = send(client, address, {"status": "moi", "row_version": 3}, method="PATCH")
    assert json.loads(again.data)["status"] == "moi"


def test_nobody_writes_from_elsewhere(client: FlaskClient, store: Store) -> None:
    before = store.versions()
    address = "/api/v1/incidents"
    form = client.post(address, data=THEFT, headers=WRITING)
    plain = client.post(address, data=json.dumps(THEFT), headers=WRITING, content_type="text/plain")
    assert [refused(answer)["status"] for answer in (form, plain)] == [422, 422]
    bare = client.post(address, json=THEFT)
    remote = client.post(address, json=THEFT, headers=WRITING, environ_base={"REMOTE_ADDR": "10.1.2.3"})
    proxied = client.post(address, json=THEFT, headers=WRITING | {"X-Forwarded-For": "10.1.2.3"})
    renamed = client.post(address, json=THEFT, headers=WRITING | {"Host": "map.example:8000"})
    assert [refused(answer)["status"] for answer in (bare, remote, proxied, renamed)] == [403, 401, 401, 421]
    assert store.versions() == before


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000"])
def test_this_machine_has_several_names(client: FlaskClient, host: str) -> None:
    assert client.post("/api/v1/incidents", json=THEFT, headers=WRITING | {"Host": host}).status_code == 201


@pytest.mark.parametrize("body", ["", "[]", "3", "{", '"x"'])
def test_a_body_that_is_no_object_is_refused(client: FlaskClient, body: str) -> None:
    answer = client.post("/api/v1/incidents", data=body, headers=WRITING, content_type="application/json")
    assert refused(answer)["status"] == 422


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    assert refused(send(client, "", THEFT | {"reason": "x" * 100_000}))["code"] == "too_large"


def test_an_incident_that_is_not_there(client: FlaskClient) -> None:
    address = "/0197c348-8800-7000-8000-000000000000"
    for answer in (
        client.get(f"/api/v1/incidents{address}"),
        client.get(f"/api/v1/incidents{address}/history"),
        send(client, address, {"status": "moi", "row_version": 1}, method="PATCH"),
        send(client, f"{address}/withdraw", {"reason": "x", "row_version": 1}),
        send(client, f"{address}/reinstate", {"reason": "x", "row_version": 1}),
    ):
        assert refused(answer)["status"] == 404
    assert client.get("/api/v1/incidents/7").status_code == 404


def test_an_imported_incident_has_no_history_until_it_is_changed(client: FlaskClient, store: Store) -> None:
    record_id = store.read(INCIDENTS)["id"].iloc[0]
    assert json.loads(client.get(f"/api/v1/incidents/{record_id}/history").data)["history"] == []


def exported(client: FlaskClient, kind: str, query: str = "") -> TestResponse:
    answer = client.get(f"/api/v1/incidents/export.{kind}?{query}", buffered=True)
    assert answer.status_code == 200, answer.text
    return answer


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_an_export_holds_what_the_filter_counts(client: FlaskClient) -> None:
    query = "category=ma_tuy&from=2026-02-01&to=2026-03-01&unit=10001"
    rows = rows_of(exported(client, "csv", query))
    assert len(rows) == total(client, query) > 0
    assert {(row["category"], row["unit"], row["unit_name"]) for row in rows} == {
        ("ma_tuy", "10001@2025-07-01", "Phường Ô 1")
    }
    assert all(row["occurred_from"].startswith("2026-02-") for row in rows)
    assert all(row["occurred_from"].endswith("+07:00") for row in rows)


def test_a_sheet_says_which_box_it_was_taken_from(client: FlaskClient) -> None:
    answer = exported(client, "xlsx", "bbox=106.3,20.9,106.4,21")
    origin = load_workbook(io.BytesIO(answer.data))["Nguồn gốc"]
    assert "106.3; 20.9; 106.4; 21.0" in [row[1] for row in origin.iter_rows(values_only=True)]


def test_every_kind_of_export_says_where_it_comes_from(client: FlaskClient, tmp_path: Path) -> None:
    sentence = "Ma túy, toàn bộ thời gian, theo ranh giới từ 1/7/2025"
    collection = json.loads(exported(client, "geojson", "category=ma_tuy").data)
    assert (collection["meta"]["sentence"], collection["meta"]["total"]) == (sentence, len(collection["features"]))
    link = exported(client, "csv", "category=ma_tuy").headers["Link"]
    meta = json.loads(client.get(link.partition(">")[0].removeprefix("<")).data)
    assert (meta["sentence"], meta["crs"]) == (sentence, "EPSG:4326")
    (tmp_path / "x.xlsx").write_bytes(exported(client, "xlsx", "category=ma_tuy").data)
    book = load_workbook(tmp_path / "x.xlsx")
    table, origin = book.worksheets
    assert table["A1"].value == sentence
    assert dict(origin.iter_rows(values_only=True))["total"] == meta["total"]
    assert open_table(tmp_path / "x.xlsx").columns[:3] == ("id", "source", "source_ref")


def test_an_incident_without_a_place_is_exported_without_one(client: FlaskClient) -> None:
    features = json.loads(exported(client, "geojson").data)["features"]
    assert sum(feature["geometry"] is None for feature in features) == 1
    assert sum(row["lon"] == "" for row in rows_of(exported(client, "csv"))) == 1


def test_a_text_is_never_a_formula(client: FlaskClient, store: Store, tmp_path: Path) -> None:
    texts = ["=HYPERLINK(1)", "+A1", "-A1", "@SUM(1)", "Phường Ô"]
    store.append(INCIDENTS, incidents(5, seed=9, category="tai_nan_giao_thong", reported_unit=texts))
    query = "category=tai_nan_giao_thong"
    safe = [f"'{text}" for text in texts[:4]] + texts[4:]
    assert sorted(row["reported_unit"] for row in rows_of(exported(client, "csv", query))) == sorted(safe)
    (tmp_path / "x.xlsx").write_bytes(exported(client, "xlsx", query).data)
    cells = [cell for row in load_workbook(tmp_path / "x.xlsx").worksheets[0].iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f"]
    assert set(safe) < {cell.value for cell in cells}


def test_withdrawn_incidents_are_exported_only_when_asked_for(client: FlaskClient) -> None:
    record = added(client)
    send(client, f"/{record['id']}/withdraw", {"reason": "ghi nhầm", "row_version": 1})
    assert record["id"] not in {row["id"] for row in rows_of(exported(client, "csv"))}
    answer = exported(client, "csv", "with_withdrawn=1")
    assert {row["id"]: row["withdrawn"] for row in rows_of(answer)}[record["id"]] == "ghi nhầm"
    meta = json.loads(client.get("/api/v1/incidents/export.meta.json?with_withdrawn=1").data)
    assert "kể cả vụ đã rút" in meta["sentence"]
    assert refused(client.get("/api/v1/incidents/export.csv?with_withdrawn=yes"))["status"] == 422
