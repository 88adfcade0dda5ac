"""The map page in Chromium: first drawn map, bytes, scripting while panning; folium's own page beside it.

    python benchmarks/bench_page.py [--rows 1000000] [--folder DIR] [--wards FILE] [--chromium PATH]

Each round is a browser that has never seen the page; the time runs from the request of the page until the map is
whole (the page marks that moment itself). Scripting is measured in processor time of the page's thread, so that other
work on the machine does not count. folium writes the same wards and the first 200,000 of the same incidents (HeatMap)
into one page; only the writing is timed, because its page fetches its scripts from other hosts.
"""

from __future__ import annotations

import argparse
import bisect
import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import folium
import geopandas as gpd
from folium.plugins import HeatMap

from benchmarks.bench_index import piece
from benchmarks.stand import conditions, load, made_store, program
from layers.boundaries import bundled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PEER_ROWS = 200_000
QUERIES = {
    "first visit": "",
    "wards, counts and incidents": "?layers=counts,units,incidents",
    "with density": "?layers=density,counts,units,incidents",
}

_SCRIPT = {"FireAnimationFrame", "EventDispatch", "TimerFire", "FunctionCall", "RunMicrotasks", "EvaluateScript"}
_CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
_MARK = "performance.getEntriesByName('antt-drawn').map(mark => mark.startTime)[0] ?? null"
_BYTES = (
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    ".reduce((sum, entry) => sum + entry.transferSize, 0)"
)

Event = dict[str, Any]


def opened(browser: Browser, address: str) -> Page:
    """Open the page in a browser that has never seen it."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="vi-VN").new_page()
    page.add_init_script("localStorage.setItem('antt.welcomed', '1')")
    page.goto(address)
    return page


def first_drawn(browser: Browser, address: str) -> dict[str, float]:
    """Time from the request of the page to the first whole map, and what was fetched for it."""
    page = opened(browser, address)
    while (drawn_ms := page.evaluate(_MARK)) is None:
        page.wait_for_timeout(20)
    page.wait_for_load_state("networkidle")
    measured = {"drawn_ms": round(drawn_ms), "bytes": page.evaluate(_BYTES)}
    page.context.close()
    return measured


def panning(browser: Browser, address: str) -> dict[str, float]:
    """Scripting in each frame while a hand drags the map to and fro, more than a view away."""
    page = opened(browser, address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)
    browser.start_tracing(page=page, categories=_CATEGORIES)
    x = 900
    page.mouse.move(x, 400)
    page.mouse.down()
    for step in range(120):
        x += -7 if step % 60 < 45 else 12
        page.mouse.move(x, 400 + step % 40)
        page.wait_for_timeout(12)
    page.mouse.up()
    page.wait_for_timeout(1000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.context.close()
    frames = sorted(scripting_ms(events), reverse=True)
    return {
        "frames": len(frames),
        "longest_ms": round(frames[0], 1),
        "p95_ms": round(frames[len(frames) // 20], 1),
        "mean_ms": round(statistics.fmean(frames), 1),
    }


def scripting_ms(events: list[Event]) -> list[float]:
    """Processor time of scripts in each frame of the busiest page thread."""
    threads = [
        (event["pid"], event["tid"])
        for event in events
        if event.get("name") == "thread_name" and event["args"].get("name") == "CrRendererMain"
    ]
    by_thread = {thread: [e for e in events if (e["pid"], e["tid"]) == thread] for thread in threads}
    busiest = max(by_thread.values(), key=lambda found: sum(event["name"] in _SCRIPT for event in found))
    whole = sorted((event for event in busiest if event.get("ph") == "X"), key=lambda event: event["ts"])
    ends = [event["ts"] for event in whole if event["name"] == "Commit"]
    spent = [0.0] * (len(ends) + 1)
    until = 0.0
    for event in whole:
        # A script called by a script is counted with it.
        if event["name"] in _SCRIPT and event["ts"] >= until:
            until = event["ts"] + event["dur"]
            spent[bisect.bisect(ends, event["ts"])] += float(event["tdur" if "tdur" in event else "dur"]) / 1000
    return spent


def folium_page(wards: Path, rows: int) -> None:
    """What folium's page of the same data takes to write, and how large it is."""
    frame, points = gpd.read_file(wards), piece(0, min(rows, PEER_ROWS)).geometry
    start = time.perf_counter()
    drawn = folium.Map(location=[20.86, 106.52], zoom_start=10)
    folium.GeoJson(frame).add_to(drawn)
    HeatMap(list(zip(points.y, points.x, strict=True))).add_to(drawn)
    size = len(drawn.get_root().render().encode())
    spent = time.perf_counter() - start
    print(f"folium, {len(frame)} wards and {len(points)} incidents: written in {spent:.1f} s, {size} bytes ({load()})")


def measured(browser: Browser, address: str, rounds: int) -> None:
    """Print the first drawn map of each set of layers, and panning with all of them."""
    for name, query in QUERIES.items():
        found = [first_drawn(browser, f"{address}/{query}") for _ in range(rounds)]
        drawn = [one["drawn_ms"] for one in found]
        print(
            f"{name}: first drawn map of a server just started {drawn[0]:.0f} ms, then median"
            f" {statistics.median(drawn[1:]):.0f} ms, best {min(drawn):.0f}; {found[0]['bytes']:.0f} bytes ({load()})",
            flush=True,
        )
    print(f"panning, all layers: {panning(browser, address + '/' + QUERIES['with density'])} ({load()})")


def main() -> None:
    """Measure and print."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("playwright is not installed here (group dev): left out")
        return
    from tests.browser.conftest import CHROMIUM_FLAGS

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where stores are kept between runs")
    parser.add_argument("--wards", type=Path, help="file of wards; the shipped sample when left out")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--rounds", type=int, default=6)
    asked = parser.parse_args()
    print(f"{asked.rows} rows, {conditions()}")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as driver:
        store = made_store(asked.folder or Path(scratch), asked.rows, asked.wards)
        browser = driver.chromium.launch(executable_path=asked.chromium, args=list(CHROMIUM_FLAGS))
        with program(store) as server:
            measured(browser, f"http://127.0.0.1:{server.port}", asked.rounds)
        browser.close()
    folium_page(asked.wards or Path(bundled.path("hai_phong_schematic.geojson")), asked.rows)


if __name__ == "__main__":
    main()
