"""Imports over HTTP: refused at once where the file is wrong, done as a job that is never stuck."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from layers.catalog import INCIDENTS, UNITS
from layers.store import Store, open_store
from layers.store.system import SystemStore
from mapserver.app import create_app
from mapserver.services.jobs import Shift, read_job, run_next, start_job
from mapserver.services.uploads import SUFFIXES, discard_unused, keep_upload
from mapserver.settings import Settings
from mapserver.web.state import State
from tests.builders import NOW, town

ADDRESSES = {"/api/v1/imports", "/api/v1/jobs/<uuid:job_id>", "/api/v1/jobs/<uuid:job_id>/cancel"}
WRITING = {"X-ANTT-Request": "1"}
TABLE = "Số hồ sơ,Ngày xảy ra,Loại vụ việc,Kinh độ,Vĩ độ\n"


@pytest.fixture
def uploads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that uploads of a store in memory go to."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def shift(app: Flask) -> Shift:
    state = State.of(app)
    return Shift(state.store, state.system, lambda: NOW, np.random.default_rng(1))


def table(count: int, *, bad: int = 0) -> bytes:
    rows = [f"HS{row},{row % 28 + 1}/10/2026,Trộm cắp,106.31,20.91" for row in range(count)]
    rows += [f"X{row},32/10/2026,Ma túy,106.31,20.91" for row in range(bad)]
    return "\n".join([TABLE.strip(), *rows, ""]).encode()


def upload(
    client: FlaskClient, content: bytes, name: str = "t7.csv", *, source: str = "CA phường", **form: str
) -> TestResponse:
    data = {"file": (io.BytesIO(content), name), "source": source, **form}
    return client.post("/api/v1/imports", data=data, headers=WRITING, content_type="multipart/form-data")


def form_of(content: bytes) -> bytes:
    part = b'--edge\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
    return part % (b"source", b"", b"CA") + part % (b"file", b'; filename="t7.csv"', content) + b"--edge--\r\n"


def started(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = json.loads(answer.data)
    assert answer.headers["Location"] == f"/api/v1/jobs/{job['id']}"
    return job


def look(client: FlaskClient, job: dict[str, Any], query: str = "") -> dict[str, Any]:
    answer = client.get(f"/api/v1/jobs/{job['id']}?{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = json.loads(answer.data)
    return found


def refused(answer: TestResponse) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json", answer.text
    body: dict[str, Any] = json.loads(answer.data)
    return body


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_an_uploaded_file_is_imported(client: FlaskClient, store: Store, shift: Shift, uploads: Path) -> None:
    before = store.count(INCIDENTS)
    job = started(upload(client, table(50, bad=2)))
    assert (job["state"], job["kind"], job["result"]) == ("queued", "import_incidents", None)
    assert len(files_below(uploads)) == 1
    run_next(shift)
    done = look(client, job)
    assert (done["state"], done["message"]) == ("done", "Đã xong.")
    assert look(client, job, "lang=en")["message"] == "Done."
    result = done["result"]
    assert {name: result[name] for name in ("read", "accepted", "quarantined")} == {
        "read": 52, "accepted": 50, "quarantined": 2,
    }  # fmt: skip
    assert done["progress"] == 52
    assert done["finished_at"] is not None
    assert store.count(INCIDENTS) == before + 50
    assert files_below(uploads) == []
    assert run_next(shift) is None


def test_a_source_holds_nothing_that_no_store_can_keep(client: FlaskClient, store: Store, shift: Shift) -> None:
    started(upload(client, table(1), source="CA\0phường"))
    run_next(shift)
    assert "CA\ufffdphường" in set(store.read(INCIDENTS)["source"])


def test_the_same_file_again_adds_nothing(client: FlaskClient, store: Store, shift: Shift, uploads: Path) -> None:
    started(upload(client, table(50)))
    run_next(shift)
    count = store.count(INCIDENTS)
    job = started(upload(client, table(50), "khac-ten.csv"))
    run_next(shift)
    assert look(client, job)["state"] == "done"
    assert store.count(INCIDENTS) == count


def test_columns_and_coordinates_are_named_in_the_form(
    client: FlaskClient, store: Store, shift: Shift, uploads: Path
) -> None:
    content = "Hôm,Đông,Bắc\n1/10/2026,600000,2320000\n".encode()
    data = {
        "file": (io.BytesIO(content), "vn2000.csv"),
        "source": "VN-2000",
        "crs": "EPSG:9210",
        "map": ["occurred_at=Hôm", "lon=Đông", "lat=Bắc"],
    }
    job = started(client.post("/api/v1/imports", data=data, headers=WRITING, content_type="multipart/form-data"))
    run_next(shift)
    assert look(client, job)["result"]["accepted"] == 1


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.mark.parametrize(
    ("content", "name", "form", "code"),
    [
        (b"", "empty.csv", {}, "empty_input"),
        (TABLE.encode(), "headers.csv", {}, "empty_input"),
        (PNG, "picture.png", {}, "file_unreadable"),
        (PNG, "sheet.xlsx", {}, "file_unreadable"),
        (PNG, "map.geojson", {}, "file_unreadable"),
        (PNG, "no-ending", {}, "file_unreadable"),
        (PNG, "packed.zip", {}, "file_unreadable"),
        (table(3), "t7.csv", {"crs": "VN2000"}, "invalid_parameter"),
        (table(3), "t7.csv", {"crs": "EPSG:999999"}, "invalid_parameter"),
        (table(3), "t7.csv", {"map": "lon"}, "invalid_parameter"),
        (table(3), "t7.csv", {"map": "lon=Không có"}, "invalid_parameter"),
        (table(3), "t7.csv", {"encoding": "klingon"}, "invalid_parameter"),
        (table(3), "t7.csv", {"timezone": "Sao Hỏa"}, "invalid_parameter"),
        (table(3), "t7.csv", {"on_change": "forget"}, "invalid_parameter"),
        (table(3), "t7.csv", {"source": " "}, "invalid_parameter"),
        (table(3), "t7.csv", {"owner": "me"}, "invalid_parameter"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_at_once(
    client: FlaskClient, shift: Shift, uploads: Path, content: bytes, name: str, form: dict[str, str], code: str
) -> None:
    body = refused(upload(client, content, name, **form))
    assert (body["status"], body["code"]) == (422, code)
    assert body["hint"]
    assert files_below(uploads) == []
    assert run_next(shift) is None


def test_a_request_without_a_file_is_refused(client: FlaskClient) -> None:
    address = "/api/v1/imports"
    bare = client.post(address, data={"source": "x"}, headers=WRITING, content_type="multipart/form-data")
    plain = client.post(address, json={"source": "x"}, headers=WRITING)
    assert [refused(answer)["status"] for answer in (bare, plain)] == [422, 422]


def test_a_file_that_is_too_large_is_refused(store: Store, uploads: Path) -> None:
    small = create_app(replace(Settings(), max_upload_mb=1), store, clock=lambda: NOW).test_client()
    address, kind = "/api/v1/imports", "multipart/form-data; boundary=edge"
    body = refused(small.post(address, data=form_of(b"x" * 1_200_000), headers=WRITING, content_type=kind))
    assert (body["status"], body["code"]) == (413, "too_large")
    assert "ANTT_MAX_UPLOAD_MB" in body["hint"]
    assert started(small.post(address, data=form_of(table(15_000)), headers=WRITING, content_type=kind))


@pytest.mark.parametrize("name", ["../../evil.csv", "C:\\temp\\evil.csv", "/etc/evil.csv", "x" * 400 + ".CSV"])
def test_the_senders_name_of_a_file_is_not_used(client: FlaskClient, uploads: Path, name: str) -> None:
    started(upload(client, table(3), name))
    (kept,) = files_below(uploads)
    assert kept.name == "tai-len.csv"
    assert uploads in kept.parents


def test_only_the_server_reads_what_was_uploaded(tmp_path: Path) -> None:
    kept = keep_upload(tmp_path / "a.uploads", "a.csv", lambda path: path.write_bytes(b"x"))
    assert [oct(path.stat().st_mode & 0o777) for path in (kept.parent, kept.parent.parent)] == ["0o700", "0o700"]
    assert kept.suffix in SUFFIXES


def test_uploads_left_behind_are_deleted_after_a_day(tmp_path: Path) -> None:
    kept = [keep_upload(tmp_path, "a.csv", lambda path: path.write_bytes(b"x")) for _upload in range(2)]
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(hours=25)  # noqa: TID251 - files carry true times
    assert discard_unused(tmp_path, kept, now=tomorrow) == 0
    assert discard_unused(tmp_path, kept[:1], now=tomorrow - dt.timedelta(hours=2)) == 0
    assert discard_unused(tmp_path, kept[:1], now=tomorrow) == 1
    assert [path.exists() for path in kept] == [True, False]


def test_a_file_that_fails_later_says_why_in_the_job(client: FlaskClient, shift: Shift, uploads: Path) -> None:
    turned = b"\n".join([TABLE.strip().encode(), *(b"H%d,1/10/2026,x,20.91,106.31" % row for row in range(9))])
    job = started(upload(client, turned))
    run_next(shift)
    failed = look(client, job)
    assert (failed["state"], failed["result"]["error"]["code"]) == ("failed", "axes_swapped")
    assert "Kinh độ" in failed["message"]
    assert failed["result"]["error"]["hint"]


def test_a_fault_ends_the_job_and_shows_no_trace(
    client: FlaskClient, shift: Shift, uploads: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object, **_named: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("mapserver.services.jobs.import_incidents", broken)
    job = started(upload(client, table(3)))
    run_next(shift)
    failed = look(client, job)
    assert (failed["state"], failed["message"]) == ("failed", "Chương trình gặp lỗi.")
    assert "secret" not in json.dumps(failed)
    assert "secret detail" in caplog.text
    assert files_below(uploads) == []


def cancel(client: FlaskClient, job: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/v1/jobs/{job['id']}/cancel", headers=WRITING)
    assert answer.status_code == 202, answer.text
    asked: dict[str, Any] = json.loads(answer.data)
    return asked


def test_a_job_that_waits_is_cancelled_at_once(client: FlaskClient, shift: Shift, uploads: Path) -> None:
    job = started(upload(client, table(3)))
    assert cancel(client, job)["state"] == "cancelled"
    assert files_below(uploads) == []
    assert run_next(shift) is None
    assert look(client, job)["finished_at"] is not None


def test_a_job_at_work_stops_at_its_next_step(
    client: FlaskClient, store: Store, shift: Shift, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(upload(client, table(50)))
    before, keep_import = store.count(INCIDENTS), store.keep_import

    def asked_meanwhile(record: Any) -> None:
        monkeypatch.setattr(store, "keep_import", keep_import)
        assert cancel(client, job)["state"] == "cancelling"
        keep_import(record)

    monkeypatch.setattr(store, "keep_import", asked_meanwhile)
    run_next(shift)
    assert look(client, job)["state"] == "cancelled"
    assert store.count(INCIDENTS) == before
    assert cancel(client, job)["state"] == "cancelled"


def test_a_server_that_stops_leaves_its_job_interrupted(client: FlaskClient, shift: Shift, uploads: Path) -> None:
    job = started(upload(client, table(50)))
    run_next(replace(shift, stopping=lambda: True))
    ended = look(client, job)
    assert ended["state"] == "interrupted"
    assert "Tải lại tệp" in ended["message"]


def test_a_job_whose_process_fell_silent_is_not_stuck(app: Flask, client: FlaskClient) -> None:
    system = State.of(app).system
    job = start_job(system, "import_incidents", {"path": "x"}, now=NOW, rng=np.random.default_rng(1))
    begun = NOW - dt.timedelta(minutes=5)
    assert system.claim(begun) is not None
    ended = look(client, {"id": job.job_id})
    assert (ended["state"], ended["finished_at"]) == ("interrupted", NOW.isoformat())
    assert not system.beat(job.job_id, progress=1, total=2, now=NOW)


def test_a_job_that_gives_signs_of_life_is_left_alone(app: Flask) -> None:
    system = State.of(app).system
    job = start_job(system, "import_incidents", {"path": "x"}, now=NOW, rng=np.random.default_rng(1))
    system.claim(NOW)
    later = NOW + dt.timedelta(minutes=5)
    assert system.beat(job.job_id, progress=1, total=2, now=later)
    assert read_job(system, job.job_id, now=later).state == "running"


def test_two_processes_never_take_the_same_job(tmp_path: Path) -> None:
    one, other = (SystemStore(str(tmp_path / "a.system.db")) for _process in range(2))
    jobs = [start_job(one, "x", {"n": n}, now=NOW, rng=np.random.default_rng(n)) for n in range(3)]
    taken = [store.claim(NOW) for store in (one, other, one, other)]
    assert {job.job_id for job in taken if job} == {job.job_id for job in jobs}
    assert taken[3] is None
    assert oct((tmp_path / "a.system.db").stat().st_mode & 0o777) == "0o600"


def test_an_unknown_job_is_not_found(client: FlaskClient) -> None:
    address = "/api/v1/jobs/0197c348-8800-7000-8000-000000000000"
    assert refused(client.get(address))["status"] == 404
    assert refused(client.post(f"{address}/cancel", headers=WRITING))["status"] == 404
    assert refused(client.get(f"{address}?colour=red"))["status"] == 422


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str], Path]]:
    """`antt serve` over a town, as its user starts it."""
    path = tmp_path / "town.gpkg"
    store = open_store(str(path))
    store.append(UNITS, town())
    store.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mapserver", "serve", "--store", str(path), "--port", str(port)]
    server = subprocess.Popen([*command, "--workers", "2"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert "http" in server.stdout.readline()
    yield f"http://127.0.0.1:{port}", server, path
    server.kill()
    server.communicate(timeout=20)


def called(address: str, body: bytes | None = None, **headers: str) -> dict[str, Any]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, body, {"X-ANTT-Request": "1", **named})
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: dict[str, Any] = json.loads(answer.read())
    return content


def children(pid: int) -> set[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return {int(child) for child in listed.split()}


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc to see the processes of the server")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_a_served_map_imports_what_is_sent_and_leaves_no_process(
    served: tuple[str, subprocess.Popen[str], Path], ending: signal.Signals
) -> None:
    address, server, path = served
    kind = "multipart/form-data; boundary=edge"
    job = called(f"{address}/api/v1/imports", form_of(table(1000)), Content_Type=kind)
    deadline = time.monotonic() + 60
    while (found := called(f"{address}/api/v1/jobs/{job['id']}"))["finished_at"] is None:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    assert (found["state"], found["result"]["accepted"]) == ("done", 1000)
    assert called(f"{address}/api/v1/incidents/summary")["meta"]["total"] == 1000
    assert files_below(path.with_suffix(".uploads")) == []
    beside = children(server.pid)
    assert len(beside) == 3
    os.kill(server.pid, ending)
    server.wait(timeout=30)
    deadline = time.monotonic() + 30
    while any(alive(pid) for pid in beside):
        assert time.monotonic() < deadline, "a process of the server outlived it"
        time.sleep(0.1)


def test_the_export_of_a_store_can_be_imported_again(
    client: FlaskClient, store: Store, shift: Shift, uploads: Path
) -> None:
    exported = client.get("/api/v1/incidents/export.csv", buffered=True).data
    rows = list(csv.DictReader(io.StringIO(exported.decode("utf-8-sig"))))
    job = started(upload(client, exported, source="bản sao"))
    run_next(shift)
    assert look(client, job)["result"]["accepted"] == len(rows)
