"""Measure the map page of a running server: first drawn map, bytes, scripting while panning.

Run as ``python -m tests.browser.measure http://127.0.0.1:8000 [--chromium PATH] [--query "?layers=…"]``.
Scripting is measured in processor time of the page's thread, so that other work on the machine
does not count.
"""

from __future__ import annotations

import argparse
import bisect
import json
import shutil
import statistics
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM_FLAGS, DESK

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
    page = browser.new_context(viewport=DESK, locale="vi-VN").new_page()
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


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--query", default="?layers=density,counts,units,incidents")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    address = f"{asked.address}/{asked.query}"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=asked.chromium, args=list(CHROMIUM_FLAGS))
        rounds = [first_drawn(browser, address) for _ in range(asked.rounds)]
        first = {name: statistics.median(found[name] for found in rounds) for name in rounds[0]}
        print(json.dumps({"first": first, "panning": panning(browser, address)}, indent=1))
        browser.close()


if __name__ == "__main__":
    main()
