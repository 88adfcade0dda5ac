"""No exact place, hour, id or word of an incident reaches whoever may not see it, through any door.

Two proofs for every address and role. Marked incidents have places and references with digits that are found in
nothing else, and no body holds them. And in a second store the incidents that a role may not see lie elsewhere, are
others and are more, with the same published counts: every body is the same to the byte, pictures and sheets included.
"""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
import zlib

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from flask.testing import FlaskClient

from layers.access.policy import Sight
from layers.access.roles import Role
from layers.catalog import CAMERAS, INCIDENTS, SAFEZONES, UNITS
from layers.planning.grid import CELLS_PER_DEG
from layers.planning.operations import Redraw
from layers.planning.steps import Signature
from layers.records import new_ids
from layers.store import Store, open_store
from mapserver.services.plan_points import points_of
from mapserver.services.plans import NewPlan, create
from mapserver.services.published import Terms, release
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.web.doors import DOORS
from mapserver.web.state import State
from tests.api.people import INSIDE, OUTSIDE, Office, office
from tests.builders import NOW, cameras, incidents, models, town
from tests.vector_tiles import read_tile

MARKS = {INSIDE: (106.327654, 20.927654, "DAU-TRONG"), OUTSIDE: (106.387654, 20.987654, "DAU-NGOAI")}
MARKED_IDS = {code: [f"0197c348-8800-7000-8000-00{number}{code}" for number in range(10000, 10003)] for code in MARKS}
# Their first four decimals, whatever more is shown.
TEXTS = {code: [str(lon)[:8], str(lat)[:7], word, *MARKED_IDS[code]] for code, (lon, lat, word) in MARKS.items()}
MASKED = (Role.RESIDENT, Role.VIEWER, Role.PLANNER)
OWN_ONLY = (Role.WARD_OFFICER, Role.DUTY_OFFICER, Role.ANALYST, Role.COMMANDER)
DRAWN = {Role.VIEWER, Role.WARD_OFFICER}
PLANNING = {Role.PLANNER, Role.COMMANDER}
PLAN = "01a1961f-5c00-7d85-9b49-56f6bf31c1b7"
FILTERS = (
    "",
    "category=trom_cap",
    f"unit={OUTSIDE}",
    "bbox=106.38,20.98,106.39,20.99",
    "from=2026-02-03&to=2026-02-09",
    "severity=nghiem_trong",
    "as_of=2025-08-01&status=moi",
    "unit=99999",
    "status=da_xong",
    "severity=none_such",
    "from=x",
    "lang=en",
)
# How long answers took: the same for no two requests.
TIMES = "/metrics?"
SHEETS = ("/snapshot.pdf?layers=incidents,density,counts,units,cameras", "/snapshot.png?layers=incidents,density,units")


def rows_of(code: str, *, moved: bool) -> gpd.GeoDataFrame:
    """Marked incidents of a ward; moved ones are elsewhere in it, at another hour, others in kind, and more."""
    lon, lat, word = MARKS[code]
    count = 5 if moved else 3
    rows = incidents(count, seed=31)
    shift = 0.0031 if moved else 0.0
    rows["id"] = [*MARKED_IDS[code], *new_ids(2, now=NOW, rng=np.random.default_rng(int(code)))][:count]
    rows["source_ref"] = [f"{word}-{row}" for row in range(count)]
    rows["geometry"] = shapely.points(lon - shift + 1e-5 * np.arange(count), lat - shift)
    rows["category"] = "ma_tuy" if moved else "trom_cap"
    rows["severity"], rows["status"] = ("it_nghiem_trong", "da_xong") if moved else ("nghiem_trong", "moi")
    rows["occurred_from"] = pd.date_range("2026-02-05T05:00" if moved else "2026-02-04T01:00", periods=count, tz="UTC")
    return rows


def store_with(*moved: str) -> Store:
    held = open_store("memory:")
    held.append(UNITS, town())
    held.append(INCIDENTS, incidents(301))
    for code in MARKS:
        held.append(INCIDENTS, rows_of(code, moved=code in moved))
    if len(moved) == len(MARKS):
        # Whoever sees no incident exactly must not be able to count commits either.
        held.append(INCIDENTS, incidents(1, seed=97))
    held.append(SAFEZONES, models())
    two = pd.concat([cameras(), cameras()], ignore_index=True)
    outside = shapely.Point(106.381, 20.981) if OUTSIDE in moved else shapely.Point(MARKS[OUTSIDE][:2])
    two["id"], two["geometry"] = list("ab"), [shapely.Point(106.311, 20.911), outside]
    held.append(CAMERAS, two)
    return held


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Office]:
    """As it is; with what lies outside the area changed; with everything changed. What is published is the same."""
    stores = {"true": store_with(), "outside": store_with(OUTSIDE), "all": store_with(INSIDE, OUTSIDE)}
    first = Publication(stores["true"])
    release(Reader(stores["true"], "Asia/Ho_Chi_Minh"), first, Terms(5, 3000, 10, frozenset()), now=NOW)
    published = first.current()
    assert published is not None
    assert published.cube.months
    opened = {}
    for name, store in stores.items():
        opened[name] = office(store, tmp_path_factory.mktemp(name))
        opened[name].state.publication.put(published.cube, {})
        _plan(opened[name].state)
    return opened


def _plan(state: State) -> None:
    """The same plan in each: ground with marked incidents on it goes from one ward to the next."""
    rng, desk = np.random.default_rng(17), state.plan_desk
    asked = NewPlan("Phương án", "commune", "31", NOW.date())
    record = create(state.store, asked, who="planner", now=NOW, rng=rng)
    assert record.id == PLAN
    base = desk.opened(PLAN).base
    (arc,) = (arc for arc in base.arcs.values() if {arc.left, arc.right} == {"10002", OUTSIDE})
    over = tuple(round(degrees * CELLS_PER_DEG) for degrees in (106.389, 20.988))
    line = (arc.start, (over[0], over[1]), arc.end)
    points = points_of(state.whole_reader, state.publication, base).kinds
    desk.commit(PLAN, Redraw(arc.id, line), seen=0, by=Signature("planner", NOW), points=points)


def addresses(held: Office, role: Role) -> list[str]:
    """Every route that is read, for two roles with every filter and with the printed sheets."""
    found: list[str] = []
    filters = FILTERS if role in DRAWN else FILTERS[:3]
    fills = {
        "z": "14", "x": "13033", "y": "7214", "record_id": MARKED_IDS[OUTSIDE][0], "name": "none.js", "kind": "csv",
        "reference": OUTSIDE, "key": "none", "login": "viewer", "job_id": MARKED_IDS[OUTSIDE][0], "session_id": "none",
        "plan_id": PLAN,
    }  # fmt: skip
    for rule in held.app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or "snapshot" in rule.rule:
            continue
        at = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda name: fills[name[1]], rule.rule)
        asks = "incidents" in DOORS[rule.endpoint].layers
        found += [f"{at}?{query}" for query in (filters if asks else FILTERS[:1])]
    found += [f"/api/v1/incidents/export.{kind}" for kind in ("xlsx", "geojson")]
    found += [f"/tiles/incidents/{tile}" for tile in ("9/407/225.mvt", "16/52135/28858.mvt", "16/52135/28858.png")]
    found += [f"/api/v1/incidents/trend?unit={OUTSIDE}@2025-07-01", "/api/v1/hotspots/density?bandwidth_m=500"]
    if role in PLANNING:
        files = ("sheet.xlsx", "units.geojson", *(("sheet.pdf",) if role is Role.PLANNER else ()))
        found += [f"/api/v1/plans/{PLAN}/{file}" for file in files]
        found += [f"/api/v1/plans/{PLAN}/guides?as_of=2025-07-01"]
    return found + (list(SHEETS) if role in DRAWN else [])


def body_of(client: FlaskClient, at: str) -> tuple[int, bytes]:
    """An answer as it can be compared and searched: unpacked, without what is drawn by lot."""
    answer = client.get(at)
    body = answer.data
    answer.close()
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            # The day a workbook was made stands in its own part.
            body = b"\n".join(book.read(name) for name in sorted(book.namelist()) if not name.startswith("docProps"))
    if body.startswith(b"%PDF"):
        streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.DOTALL)
        body = b"\n".join(_inflated(stream) for stream in streams)
    if answer.mimetype == "text/plain":
        # How long answers took depends on what else the machine did.
        body = re.sub(rb"(?m)^antt_request_seconds.*$", b"", body)
    if answer.mimetype == "text/html":
        body = re.sub(rb'nonce="[^"]*"|"[0-9a-f]{64}"', b"", body)
    return answer.status_code, body


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def hidden_from(role: Role) -> tuple[str, ...]:
    return (INSIDE, OUTSIDE) if role in MASKED else (OUTSIDE,)


@pytest.mark.parametrize("role", [*MASKED, *OWN_ONLY])
def test_no_body_holds_or_depends_on_what_the_role_may_not_see(
    offices: dict[str, Office], role: Role, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    true, changed = offices["true"], offices["all" if role in MASKED else "outside"]
    asked = addresses(true, role)
    differing, telling = [], []
    for at in asked:
        status, body = body_of(true.client(role), at)
        # An id in the address is repeated in the refusal: what was sent is nothing new to whoever sent it.
        told = body.decode("utf-8", "replace").replace(
            at.split("/")[4].partition("?")[0] if at.count("/") > 3 else "", ""
        )
        telling += [f"{at}: {text}" for code in hidden_from(role) for text in TEXTS[code] if text in told]
        if (status, body) != body_of(changed.client(role), at) and at != TIMES:
            differing.append(at)
    print(f"{role}: {len(asked)} addresses")
    assert not telling, telling
    assert not differing, differing
    assert not [text for code in MARKS for text in TEXTS[code] if text in caplog.text and text not in MARKED_IDS[code]]


def test_the_search_finds_what_an_administrator_sees(offices: dict[str, Office]) -> None:
    client = offices["true"].client(Role.ADMINISTRATOR)
    export = body_of(client, "/api/v1/incidents/export.xlsx")[1].decode()
    assert all(text in export for code in MARKS for text in TEXTS[code])
    changed = offices["outside"].client(Role.ADMINISTRATOR)
    for at in (
        *SHEETS,
        "/api/v1/incidents/summary",
        "/api/v1/hotspots/density.png",
        "/tiles/incidents/14/13033/7214.png",
    ):
        assert body_of(client, at) != body_of(changed, at), at


def test_a_plan_counts_what_is_published_whoever_asks(offices: dict[str, Office]) -> None:
    held = offices["true"]
    planner, administrator = held.client(Role.PLANNER), held.client(Role.ADMINISTRATOR)
    points = f"/api/v1/plans/{PLAN}/points"
    assert planner.get(points).data == administrator.get(points).data
    (step,) = json.loads(planner.get(f"/api/v1/plans/{PLAN}/entries").data)["entries"]
    (gain,) = step["effect"]
    # The ground that changes hands is where the marked incidents and a camera are.
    assert gain["counts"]["incidents"] > 0
    assert "cameras" not in gain["counts"]
    seen, hidden = (json.loads(client.get(f"/api/v1/plans/{PLAN}/figures").data) for client in (administrator, planner))
    assert sum(unit["now"]["cameras"] for unit in seen["units"]) == 2
    assert {unit["now"]["cameras"] for unit in hidden["units"]} == {None}


def test_an_officer_sees_the_own_marks_and_no_tile_shows_the_others(offices: dict[str, Office]) -> None:
    client = offices["true"].client(Role.WARD_OFFICER)
    points = client.get("/api/v1/incidents/points").text
    assert str(MARKS[INSIDE][0]) in points
    assert str(MARKS[OUTSIDE][0]) not in points
    shown = read_tile(client.get("/tiles/incidents/14/13033/7214.mvt").data)
    assert "incidents" not in shown


def test_the_history_of_a_record_does_not_tell_where_it_was_in_another_ward(offices: dict[str, Office]) -> None:
    held = offices["true"]
    administrator, officer = held.client(Role.ADMINISTRATOR), held.client(Role.WARD_OFFICER)
    record = MARKED_IDS[OUTSIDE][2]
    assert held.viewer(Role.WARD_OFFICER).sight("incidents", [OUTSIDE]) is not Sight.EXACT
    assert officer.get(f"/api/v1/incidents/{record}/history").status_code == 404
    here = {"lon": 106.311, "lat": 20.911, "row_version": "1", "reason": "sai phường"}
    assert administrator.patch(f"/api/v1/incidents/{record}", json=here).status_code == 200
    told = officer.get(f"/api/v1/incidents/{record}/history")
    assert told.status_code == 200
    assert "106.311" in told.text
    assert not [text for text in TEXTS[OUTSIDE][:2] if text in told.text]
    # And the officer cannot send it where it would no longer be seen.
    away = {"lon": 106.387, "lat": 20.987, "row_version": "2", "reason": "thử"}
    assert officer.patch(f"/api/v1/incidents/{record}", json=away).status_code == 403
    back = {"lon": 106.387654, "lat": 20.987654, "row_version": "2", "reason": "trả lại"}
    assert administrator.patch(f"/api/v1/incidents/{record}", json=back).status_code == 200
    late = officer.patch(f"/api/v1/incidents/{record}", json=here | {"row_version": "2"})
    assert late.status_code == 404
    assert "106.3876" not in late.text
