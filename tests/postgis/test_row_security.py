"""The second fence: what the web role can reach by plain SQL, whatever the program asks for."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import geopandas as gpd
import psycopg
import pytest
import shapely
from psycopg import errors, sql

from layers.access.roles import Role
from layers.access.viewer import Viewer
from layers.boundaries.locate import locate
from layers.catalog import CAMERAS, INCIDENTS, UNITS
from layers.errors import Forbidden, NotFound, StaleVersion
from layers.masking.rows import PublishedRows
from layers.records import Filter
from layers.store import ChangeSet
from layers.store.base import Author, QuarantinedRow
from layers.store.postgis import PostgisStore
from mapserver.services.exports import collect_export
from mapserver.services.incident_records import incident_history, read_incident
from mapserver.services.reader import Reader
from mapserver.services.second_fence import fenced
from mapserver.services.sight import ViewerSight
from tests.builders import cameras, incidents, town

pytestmark = pytest.mark.postgis

OWN = "10001"
AUTHOR = Author("an", "sửa", dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
MOVED = "UPDATE antt.incidents SET geom = ST_SetSRID(ST_MakePoint(106.31, 20.91), 4326) WHERE id = %s"
ADDED = (
    "INSERT INTO antt.incidents (source, source_ref, occurred_from, category, geom) "
    "VALUES ('tay', %s, now(), 'trom_cap', ST_SetSRID(ST_MakePoint(%s, 20.91), 4326))"
)


@pytest.fixture
def store(url: str) -> Iterator[PostgisStore]:
    """A town of four wards with incidents, cameras and the fence up."""
    opened = PostgisStore(url)
    opened.append(UNITS, town())
    opened.append(INCIDENTS, incidents(40))
    opened.append(CAMERAS, cameras())
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SELECT antt.raise_fence()")
    yield opened
    opened.close()


@pytest.fixture
def rows(store: PostgisStore) -> gpd.GeoDataFrame:
    """Every incident with the ward that the first fence finds, `nowhere` for the one without a place."""
    frame, wards = store.read(INCIDENTS), store.read(UNITS)
    shapes = frame.geometry
    found = locate(shapes.x.to_numpy(dtype=float), shapes.y.to_numpy(dtype=float), wards)
    return frame.assign(ward=[wards["code"].iloc[row] if row >= 0 else "nowhere" for row in found])


@contextmanager
def web(outside: psycopg.Connection, *, area: str | None = None, everywhere: bool = False) -> Iterator[None]:
    """Somebody with psql and the web role; what he does is taken back."""
    with outside.transaction(force_rollback=True):
        outside.execute("SET LOCAL ROLE antt_web")
        if area is not None:
            outside.execute("SELECT set_config('antt.area', %s, true)", [area])
        if everywhere:
            outside.execute("SET LOCAL antt.everywhere = 'on'")
        yield


def ids(outside: psycopg.Connection, query: str = "SELECT id FROM antt.incidents") -> set[str]:
    return {str(row[0]) for row in outside.execute(query.encode()).fetchall()}


def first_of(rows: gpd.GeoDataFrame, *, own: bool) -> str:
    return str(rows[(rows["ward"] == OWN) if own else (rows["ward"] == "10003")]["id"].iloc[0])


def changed(record_id: str, row_version: int, **values: object) -> ChangeSet:
    return ChangeSet(INCIDENTS, update={record_id: values}, expected_row_version={record_id: row_version})


@pytest.mark.parametrize("area", [None, "", "99999"])
def test_without_an_area_there_is_nothing(
    store: PostgisStore, outside: psycopg.Connection, area: str | None, rows: gpd.GeoDataFrame
) -> None:
    store.apply(changed(rows["id"].iloc[0], 1, status="da_xu_ly"), AUTHOR)
    with web(outside, area=area):
        assert ids(outside) == set()
        assert ids(outside, "SELECT record_id FROM antt.antt_history WHERE layer = 'incidents'") == set()
        assert outside.execute("SELECT count(*) FROM antt.cameras").fetchone() == (store.count(CAMERAS),)


@pytest.mark.parametrize("area", [OWN, "10000,10003"])
def test_of_an_area_exactly_what_the_first_fence_gives(
    outside: psycopg.Connection, rows: gpd.GeoDataFrame, area: str
) -> None:
    with web(outside, area=area):
        assert ids(outside) == set(rows[rows["ward"].isin(area.split(","))]["id"])
    with web(outside, everywhere=True):
        assert ids(outside) == set(rows["id"])


def test_a_place_on_a_shared_border_belongs_to_the_lowest_code(
    store: PostgisStore, outside: psycopg.Connection
) -> None:
    border = incidents(2, seed=7)
    border.geometry = [shapely.Point(106.35, 20.92), None]
    store.append(INCIDENTS, border)
    for area, seen in (("10000", True), (OWN, False)):
        with web(outside, area=area):
            assert (border["id"].iloc[0] in ids(outside)) is seen


def test_nothing_outside_the_area_can_be_written(outside: psycopg.Connection, rows: gpd.GeoDataFrame) -> None:
    theirs, own = first_of(rows, own=False), first_of(rows, own=True)
    with web(outside, area=OWN):
        assert outside.execute("UPDATE antt.incidents SET status = 'x' WHERE id = %s", [theirs]).rowcount == 0
        assert outside.execute("UPDATE antt.incidents SET status = 'x' WHERE id = %s", [own]).rowcount == 1
        assert outside.execute(ADDED, ["1", 106.37]).rowcount == 1
    refused: list[tuple[str, list[object]]] = [
        (MOVED, [own]),
        (ADDED, ["2", 106.31]),
        ("DELETE FROM antt.incidents WHERE id = %s", [own]),
    ]
    for statement, values in refused:
        with pytest.raises(errors.InsufficientPrivilege), web(outside, area=OWN):
            outside.execute(statement.encode(), values)


@pytest.mark.parametrize("name", ["view_incidents", "antt_quarantine", "antt_import"])
def test_what_holds_rows_of_everywhere_is_not_for_the_web_role(
    store: PostgisStore, outside: psycopg.Connection, name: str
) -> None:
    store.quarantine([QuarantinedRow("imp-1", 2, ("bad_time",), {"a": "b"})])
    with pytest.raises(errors.InsufficientPrivilege), web(outside, area=OWN):
        outside.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier("antt", name)))


def test_the_indexer_reads_all_and_writes_nothing(outside: psycopg.Connection, rows: gpd.GeoDataFrame) -> None:
    with outside.transaction(force_rollback=True):
        outside.execute("SET LOCAL ROLE antt_indexer")
        assert ids(outside) == set(rows["id"])
        assert ids(outside, "SELECT id FROM antt.view_incidents") == set(rows["id"])
        with pytest.raises(errors.InsufficientPrivilege):
            outside.execute("UPDATE antt.incidents SET status = 'x'")


def test_an_analyst_with_rights_of_his_own_keeps_them(outside: psycopg.Connection, rows: gpd.GeoDataFrame) -> None:
    with outside.transaction(force_rollback=True):
        outside.execute("CREATE ROLE antt_test_analyst")
        outside.execute("GRANT USAGE ON SCHEMA antt TO antt_test_analyst")
        outside.execute("GRANT SELECT ON antt.incidents TO antt_test_analyst")
        outside.execute("SET LOCAL ROLE antt_test_analyst")
        assert ids(outside) == set(rows["id"])


OLD_UNITS = """
    INSERT INTO antt.units (code, name, unit_type, level, valid_from, valid_to) VALUES
        ('20001', 'Cũ Một', 'Phường', 'commune', '2010-01-01', '2025-07-01'),
        ('20002', 'Cũ Hai', 'Phường', 'commune', '2010-01-01', '2025-07-01'),
        ('20003', 'Cũ Ba', 'Phường', 'commune', '2010-01-01', '2025-07-01'),
        ('20004', 'Trùng Tên', 'Xã', 'commune', '2010-01-01', '2025-07-01'),
        ('20005', 'Trùng Tên', 'Xã', 'commune', '2010-01-01', '2025-07-01')
"""
LINKS = (
    ("20001", "10001", "merge"),
    ("20002", "10001", "part"),
    ("20002", "10003", "part"),
    ("20004", "10001", "merge"),
    ("20005", "10001", "merge"),
)
LINK = (
    "INSERT INTO antt.lineage (from_version, to_version, kind, effective_on, method, population_method, confidence) "
    "VALUES (%s || '@2010-01-01', %s || '@2025-07-01', %s, '2025-07-01', 'table', 'unknown', 'stated')"
)


@pytest.mark.parametrize(
    ("told", "day", "inside"),
    [
        ("10001", "2026-01-05", True),
        ("10001@2025-07-01", "2026-01-05", True),
        ("10003", "2026-01-05", False),
        ("20001", "2024-01-05", True),
        ("phường cũ một", "2024-01-05", True),
        ("20001", "2026-01-05", False),
        ("20002", "2024-01-05", False),
        ("20003", "2024-01-05", False),
        ("Trùng Tên", "2024-01-05", False),
        ("20004", "2024-01-05", True),
        (None, "2024-01-05", False),
    ],
    ids=["today's code", "outside name", "another's", "merged into the own", "by name", "a code of another day",
         "one part elsewhere", "went nowhere known", "two of one name", "one of them by code", "says nothing"],
)  # fmt: skip
def test_a_record_without_a_place_needs_all_that_its_unit_became(
    store: PostgisStore, outside: psycopg.Connection, told: str | None, day: str, inside: bool
) -> None:
    outside.execute(OLD_UNITS)
    outside.cursor().executemany(LINK, LINKS)
    added = incidents(1, seed=9).assign(reported_unit=told)
    added["occurred_from"] = [dt.datetime.fromisoformat(f"{day}T05:00+00:00")]
    store.append(INCIDENTS, added)
    with web(outside, area=OWN):
        assert (added["id"].iloc[0] in ids(outside)) is inside
    with web(outside, area="10001,10003"):
        assert (added["id"].iloc[0] in ids(outside)) is (inside or told in {"10003", "20002"})


def test_a_store_behind_the_fence_reads_and_writes_its_area_alone(store: PostgisStore, rows: gpd.GeoDataFrame) -> None:
    own, theirs = first_of(rows, own=True), first_of(rows, own=False)
    officer = Viewer("an", Role.WARD_OFFICER, frozenset({OWN}))
    with fenced(store, officer):
        assert read_incident(store, own).row_version == 1
        with pytest.raises(NotFound):
            read_incident(store, theirs)
        store.apply(changed(own, 1, status="da_xu_ly"), AUTHOR)
    with fenced(store, officer), pytest.raises(StaleVersion):
        store.apply(changed(theirs, 1, status="da_xu_ly"), AUTHOR)
    with pytest.raises(Forbidden), fenced(store, officer):
        store.apply(changed(own, 2, geometry=shapely.Point(106.31, 20.91)), AUTHOR)
    assert store.count(INCIDENTS) == len(rows)
    with fenced(store, officer):
        assert [change.who for change in incident_history(store, own)] == ["an"]
    assert store.versions()["incidents"] == 2


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (Viewer("qt", Role.ADMINISTRATOR, None), 40),
        (Viewer("ch", Role.COMMANDER, None), 40),
        (Viewer("qh", Role.PLANNER, None), 0),
        (Viewer("", Role.RESIDENT), 0),
    ],
    ids=lambda value: str(getattr(value, "role", value)),
)
def test_each_role_has_behind_the_fence_what_it_sees_exactly(store: PostgisStore, viewer: Viewer, seen: int) -> None:
    with fenced(store, viewer):
        assert store.count(INCIDENTS) == seen


def test_an_export_keeps_to_the_area_though_the_first_fence_were_forgotten(
    store: PostgisStore, rows: gpd.GeoDataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Reader(store, "Asia/Ho_Chi_Minh")
    officer = Viewer("an", Role.WARD_OFFICER, frozenset({OWN}))
    reader = whole.narrowed(ViewerSight(whole, officer, PublishedRows.none(), AUTHOR.at.date()))
    monkeypatch.setattr(ViewerSight, "incidents", lambda _sight, as_of, **asked: whole.incidents(as_of, **asked))
    export = collect_export(reader, Filter(), now=AUTHOR.at, language="vi")
    assert set(export.rows["id"]) == set(rows[rows["ward"] == OWN]["id"])


def test_the_fence_goes_up_and_down_and_a_store_with_it_is_sound(
    store: PostgisStore, outside: psycopg.Connection, rows: gpd.GeoDataFrame
) -> None:
    outside.execute("SELECT antt.raise_fence()")
    assert (store.problems(), store.migrate()) == ([], [])
    outside.execute("SELECT antt.lower_fence()")
    with store.behind_fence(frozenset({OWN})):
        assert store.count(INCIDENTS) == len(rows)
    with web(outside):
        assert ids(outside) == set(rows["id"])


@pytest.fixture
def plain_owner(bare_url: str) -> Iterator[str]:
    """The address under which an account with no right but to make schemas owns the store, as on a city's server."""
    name, secret = f"antt_test_owner_{os.getpid()}", secrets.token_hex(8)
    database = sql.Identifier(urlsplit(bare_url).path.removeprefix("/"))
    role = sql.Identifier(name)
    with psycopg.connect(bare_url, autocommit=True) as superuser:
        superuser.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(secret)))
        superuser.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(database, role))
        host = urlsplit(bare_url).netloc.rpartition("@")[2]
        yield urlsplit(bare_url)._replace(netloc=f"{name}:{secret}@{host}").geturl()
        superuser.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(role))
        superuser.execute(sql.SQL("DROP ROLE {}").format(role))


def test_an_owner_who_is_no_superuser_works_behind_the_fence_too(plain_owner: str, bare_url: str) -> None:
    store = PostgisStore(plain_owner)
    store.migrate()
    store.append(UNITS, town())
    store.append(INCIDENTS, incidents(40))
    with psycopg.connect(bare_url, autocommit=True) as superuser:
        superuser.execute("SELECT antt.raise_fence(%s)", [urlsplit(plain_owner).username])
    with store.behind_fence(frozenset({OWN})):
        seen = store.read(INCIDENTS)
        store.apply(changed(seen["id"].iloc[0], 1, status="da_xu_ly"), AUTHOR)
        assert [change.what for change in store.history(INCIDENTS, seen["id"].iloc[0])] == ["update"]
    assert 0 < len(seen) < store.count(INCIDENTS) == 40
    assert store.versions()["incidents"] == 2
    store.close()
