"""The map drawn from tiles: what the reader sees, and what it costs to fetch."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, Watched
from tests.browser.test_map_page import picture
from tests.browser.waiting import at_rest, until, until_changed

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]

MIDDLE = (DESK["width"] // 2, DESK["height"] // 2)
MOST_BYTES = 500_000


def label_of(address: str, name: str) -> str:
    """Where a ward's name stands, as the map's address writes a place: latitude, longitude."""
    with urllib.request.urlopen(f"{address}/api/v1/units/list") as answer:
        units = json.load(answer)["units"]
    lon, lat = next(unit["label"] for unit in units if unit["name"] == name)
    return f"{lat},{lon}"


def asked_for(watched: Watched, part: str) -> list[str]:
    return [url for url in watched.requests if part in url]


def zoom_of(watched: Watched) -> float:
    return float(parse_qs(urlsplit(watched.page.url).query)["c"][0].split(",")[2])


def dark_blue(pixels: np.ndarray) -> float:
    """Share of pixels in the colour of the circles."""
    red, green, blue = (pixels[:, band].astype(int) for band in range(3))
    return float(((red < 60) & (green < 85) & (blue > 75) & (blue < 130)).mean())


def test_the_first_screen_costs_less_than_half_a_megabyte(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=density,counts,units,incidents")
    sizes = "performance.getEntriesByType('resource').map(entry => entry.transferSize)"
    page = "performance.getEntriesByType('navigation')[0].transferSize"
    assert 0 < sum(watched.page.evaluate(sizes)) + watched.page.evaluate(page) < MOST_BYTES
    assert watched.page.evaluate("performance.getEntriesByName('antt-drawn').length") == 1


def test_neither_all_incidents_nor_all_shapes_are_ever_fetched(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=counts,units,incidents")
    assert asked_for(watched, "/api/v1/incidents/points") == []
    assert [url for url in watched.requests if urlsplit(url).path == "/api/v1/units"] == []
    assert asked_for(watched, "/tiles/units/")
    assert asked_for(watched, "/tiles/incidents/")


def test_a_new_filter_fetches_counts_and_incidents_but_no_shapes(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=counts,units,incidents")
    before = at_rest(watched.page, lambda: picture(watched))
    watched.requests.clear()
    watched.page.get_by_role("tab", name="Bộ lọc").click()
    watched.page.get_by_role("checkbox", name="Ma túy").first.check()
    until_changed(watched.page, lambda: picture(watched), before=before, share=0.02)
    at_rest(watched.page, lambda: picture(watched))
    assert asked_for(watched, "/tiles/units/") == []
    assert asked_for(watched, "/api/v1/units/list") == []
    assert asked_for(watched, "/api/v1/units/counts")
    assert all("category=ma_tuy" in url for url in asked_for(watched, "/tiles/incidents/"))


def test_a_short_pan_fetches_nothing_and_moves_the_picture(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=counts,units,incidents")
    before = at_rest(watched.page, lambda: picture(watched))
    watched.requests.clear()
    drag(watched.page, -60)
    until_changed(watched.page, lambda: picture(watched), before=before, share=0.1)
    at_rest(watched.page, lambda: picture(watched))
    assert asked_for(watched, "/tiles/") == []


def test_a_long_pan_shows_no_blank_edge_before_the_hand_lets_go(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=counts,units&c=20.85,106.45,13")

    def edge() -> np.ndarray:
        return picture(watched, box=(1000, 120, 1140, 560))

    drag(watched.page, -620, let_go=False)
    held = at_rest(watched.page, edge)
    watched.page.mouse.up()
    assert (at_rest(watched.page, edge) != held).any(axis=1).mean() < 0.15


def drag(page: Page, right_px: int, *, let_go: bool = True) -> None:
    x, y = MIDDLE
    page.mouse.move(x + 200, y)
    page.mouse.down()
    page.mouse.move(x + 200 + right_px, y, steps=12)
    # Held for a moment, so that the map does not glide on.
    page.wait_for_timeout(300)
    if let_go:
        page.mouse.up()


def test_the_ward_under_the_pointer_is_named_and_opens_with_a_click(open_page: Open, sample_address: str) -> None:
    place = label_of(sample_address, "Cát Hải")
    watched = open_page(f"{sample_address}/?layers=counts,units&c={place},12")
    watched.page.mouse.move(MIDDLE[0] + 5, MIDDLE[1] - 90)
    tip = watched.page.locator("#antt-tip")
    expect(tip).to_contain_text("Cát Hải")
    expect(tip).to_contain_text("vụ")
    watched.page.mouse.click(MIDDLE[0] + 5, MIDDLE[1] - 90)
    expect(watched.page.locator("#antt-ward")).to_contain_text("Cát Hải")


def test_a_circle_says_how_many_it_holds_and_falls_apart_on_a_click(open_page: Open, sample_address: str) -> None:
    place = label_of(sample_address, "Lê Thanh Nghị")
    watched = open_page(f"{sample_address}/?layers=units,incidents&c={place},12")
    assert dark_blue(picture(watched)) > 0.005
    x, y = darkest_spot(watched)
    watched.page.mouse.move(x, y)
    tip = watched.page.locator("#antt-tip")
    expect(tip).to_contain_text("vụ")
    expect(tip).to_contain_text("Bấm để phóng to")
    watched.page.mouse.click(x, y)
    until(watched.page, lambda: zoom_of(watched) > 12)


def darkest_spot(watched: Watched) -> tuple[int, int]:
    """The middle of the square with most of the circles' colour."""
    left, top, right, bottom = 420, 120, 1000, 560
    pixels = picture(watched, box=(left, top, right, bottom)).reshape(bottom - top, right - left, 3)
    best, spot = -1.0, (left, top)
    for y in range(0, bottom - top - 24, 8):
        for x in range(0, right - left - 24, 8):
            share = dark_blue(pixels[y : y + 24, x : x + 24].reshape(-1, 3))
            if share > best:
                best, spot = share, (left + x + 12, top + y + 12)
    return spot


def test_what_was_drawn_stays_when_the_server_refuses_the_next_tiles(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=counts,units&c=20.85,106.45,11")
    before = picture(watched)
    watched.page.route("**/tiles/**", refused)
    watched.page.keyboard.press("+")
    problem = watched.page.locator("#antt-problem")
    expect(problem).to_be_visible()
    assert len(np.unique(before // 8, axis=0)) * 0.3 < len(np.unique(picture(watched) // 8, axis=0))
    watched.page.unroute("**/tiles/**")
    watched.page.get_by_role("button", name="Thử lại").click()
    watched.page.wait_for_load_state("networkidle")
    expect(problem).to_be_hidden()
    # The browser itself notes each refusal; it is what this test is about.
    watched.problems.clear()


def refused(route: Route) -> None:
    route.fulfill(status=503, content_type="application/problem+json", body='{"title": "Kho dữ liệu đang bận."}')
