"""A release of published counts: what is in it, when it is due, and that it never changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pytest

from layers.catalog import INCIDENTS, UNITS
from layers.errors import FileUnreadable, InvalidParameter, StoreBusy
from layers.masking.coding import encoded
from layers.masking.rows import PublishedRows, published_rows
from layers.store import Store, open_store
from mapserver.services.published import last_month_due, months_due, release, report, terms_of
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.settings import Settings
from tests.builders import NOW, incidents, town

ZONE = "Asia/Ho_Chi_Minh"
LATER = NOW + dt.timedelta(days=400)
TERMS = replace(terms_of(Settings()), cell_m=5000, k=3)
SENSITIVE = ("xam_hai_tinh_duc", "bao_luc_gia_dinh")


def stored(frame: gpd.GeoDataFrame, address: str = "memory:") -> Store:
    store = open_store(address)
    if len(store.read(UNITS)) == 0:
        store.append(UNITS, town())
    store.append(INCIDENTS, frame)
    return store


def rows_of(publication: Publication) -> PublishedRows:
    standing = publication.current()
    return published_rows(standing.cube, release=standing.name) if standing else PublishedRows.none()


def shown(publication: Publication) -> int:
    return int(rows_of(publication).placed.sum())


def test_only_whole_months_are_published_when_their_day_has_come() -> None:
    days = [dt.date(2026, 10, 31), dt.date(2026, 11, 9), dt.date(2026, 11, 10), dt.date(2027, 1, 10)]
    named = [divmod(last_month_due(day, 10), 12) for day in days]
    assert [(1970 + year, month + 1) for year, month in named] == [(2026, 9), (2026, 9), (2026, 10), (2026, 12)]

    store = stored(incidents(800))  # every seven hours from 1 January 2026, up to the end of August
    reader, publication = Reader(store, ZONE), Publication(store)
    in_june = dt.datetime(2026, 6, 9, 5, tzinfo=dt.UTC)
    made = release(reader, publication, TERMS, now=in_june)
    assert [month.first_day.month for month in made.published.cube.months] == [1, 2, 3, 4]
    assert months_due(reader, publication, TERMS, now=in_june) == ()
    assert release(reader, publication, TERMS, now=in_june).months == ()
    assert report(publication, TERMS, today=in_june.date()).next_release == dt.date(2026, 6, 10)
    assert len(months_due(reader, publication, TERMS, now=LATER)) == 4
    release(reader, publication, TERMS, now=LATER)
    summed = report(publication, TERMS, today=LATER.date()).as_json()
    assert len(summed["months"]) == 8  # type: ignore[arg-type]
    assert summed["incidents"] == 799, "the last one has no place"
    assert summed["in_cells"] == shown(publication) > 300


@pytest.mark.parametrize("column", ["category", "sensitivity"])
def test_what_is_sensitive_is_in_neither_level(column: str) -> None:
    told = ["trom_cap", *SENSITIVE] if column == "category" else [None, "báo tin kín", "x"]
    frame = incidents(900, category="trom_cap")
    frame[column] = [told[row % 3] for row in range(900)]
    frame["occurred_from"] = frame["occurred_from"].dt.floor("D").to_numpy()[0]
    with_them, without = Publication(first := stored(frame)), Publication(second := stored(frame.iloc[::3]))
    for store, publication in ((first, with_them), (second, without)):
        release(Reader(store, ZONE), publication, TERMS, now=LATER)
    assert with_them.current() is not None
    assert shown(with_them) == shown(without) > 250
    assert with_them.current().name == without.current().name  # type: ignore[union-attr]


def test_an_office_can_name_more_categories_but_not_by_a_slip() -> None:
    assert terms_of(Settings()).sensitive == {*SENSITIVE}
    assert terms_of(Settings(cube_sensitive=("ma_tuy",))).sensitive == {*SENSITIVE, "ma_tuy"}
    with pytest.raises(InvalidParameter, match="ma_tui"):
        terms_of(Settings(cube_sensitive=("ma_tui",)))
    store = stored(incidents(600))
    for sensitive, groups in (
        (("trat_tu_xa_hoi",), {"ma_tuy", "chay_no"}),
        (("ma_tuy", "chay_no"), {"trat_tu_xa_hoi"}),
    ):
        publication = Publication(store)
        release(Reader(store, ZONE), publication, replace(TERMS, sensitive=frozenset(sensitive)), now=LATER)
        rows = rows_of(publication)
        assert {rows.categories[category] for category in rows.category} == groups


def test_late_entries_never_show_and_are_counted(tmp_path: Path) -> None:
    address = str(tmp_path / "antt.gpkg")
    store = stored(incidents(500), address)
    first = release(Reader(store, ZONE), Publication(store), TERMS, now=LATER).published
    store.append(INCIDENTS, incidents(500, seed=7))
    again = release(Reader(store, ZONE), Publication(store), replace(TERMS, k=4), now=LATER)
    assert again.late == 499
    assert again.months == ()
    assert again.published.name == first.name
    assert encoded(again.published.cube) == encoded(first.cube) == (tmp_path / "antt.published/cube.json").read_bytes()
    store.close()


def test_the_files_are_the_offices_own_and_are_seen_by_other_processes(tmp_path: Path) -> None:
    store = stored(incidents(500), str(tmp_path / "antt.gpkg"))
    watching, making = Publication(store), Publication(store)
    assert watching.current() is None
    early = dt.datetime(2026, 3, 15, tzinfo=dt.UTC)
    release(Reader(store, ZONE), making, TERMS, now=early)
    first = watching.current()
    assert first is not None
    assert watching.current() is first, "read once"
    release(Reader(store, ZONE), making, TERMS, now=LATER)
    second = watching.current()
    assert second is not None
    assert second.name != first.name
    folder = tmp_path / "antt.published"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.json"))
    with making.alone(), pytest.raises(StoreBusy):
        release(Reader(store, ZONE), watching, TERMS, now=LATER)
    store.close()


def test_a_release_that_failed_half_way_counts_for_nothing(tmp_path: Path) -> None:
    store = stored(incidents(500), str(tmp_path / "antt.gpkg"))
    release(Reader(store, ZONE), Publication(store), TERMS, now=LATER)
    (tmp_path / "antt.published" / "cube.json").unlink()
    store.append(INCIDENTS, incidents(500, seed=7))
    assert report(Publication(store), TERMS, today=LATER.date()).kept.incidents == 0
    assert release(Reader(store, ZONE), Publication(store), TERMS, now=LATER).late == 0
    assert report(Publication(store), TERMS, today=LATER.date()).kept.incidents == 998
    store.close()


def test_nothing_is_published_over_a_damaged_file(tmp_path: Path) -> None:
    store = stored(incidents(500), str(tmp_path / "antt.gpkg"))
    release(Reader(store, ZONE), Publication(store), TERMS, now=LATER)
    cube = tmp_path / "antt.published" / "cube.json"
    cube.write_bytes(cube.read_bytes().replace(b'"count":[', b'"count":[99,', 1))
    damaged = cube.read_bytes()
    with pytest.raises(FileUnreadable):
        release(Reader(store, ZONE), Publication(store), TERMS, now=LATER)
    assert cube.read_bytes() == damaged
    store.close()


def test_a_store_without_boundaries_publishes_nothing() -> None:
    store = open_store("memory:")
    store.append(INCIDENTS, incidents(50))
    publication = Publication(store)
    assert release(Reader(store, ZONE), publication, TERMS, now=LATER).months == ()
    assert publication.current() is None
    assert report(publication, TERMS, today=LATER.date()).k is None
