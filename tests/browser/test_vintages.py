"""Boundaries through time as the reader of the page meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.waiting import at_rest, pixels_of, until_changed

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]
WALL: ViewportSize = {"width": 1440, "height": 900}
OLD, FUTURE = "2019-12-01", "2099-01-01"
PLAIN = "layers=counts,units&mode=count"
# The middle of phường Lê Thanh Nghị, close enough for its figures to be written.
NEAR = f"{PLAIN}&c=20.9400,106.3150,13"


@pytest.fixture
def opened(open_page: Open, old_wards_address: str) -> Callable[..., Watched]:
    """Open the page without its greeting."""

    def open_at(query: str, *, size: ViewportSize = WALL) -> Watched:
        watched = open_page(f"{old_wards_address}/?{query}", size=size)
        later = watched.page.get_by_role("button", name="Để sau")
        if later.is_visible():
            later.click()
        return watched

    return open_at


def address(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def middle(box: Locator) -> tuple[float, float]:
    found = box.bounding_box()
    assert found is not None
    return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2


def first_map(page: Page) -> Locator:
    return page.get_by_role("region", name="Bản đồ", exact=True)


def second_map(page: Page) -> Locator:
    return page.get_by_role("region", name="Bản đồ thứ hai")


def drag(page: Page, box: Locator, dx: float, dy: float) -> None:
    x, y = middle(box)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx, y + dy, steps=8)
    # Held for a moment, so that the map does not glide on.
    page.wait_for_timeout(300)
    page.mouse.up()


def pixels(page: Page, box: Locator) -> np.ndarray:
    """The middle of a map, away from its head and the panels."""
    x, y = middle(box)
    return pixels_of(page, {"x": x - 150, "y": y - 100, "width": 300, "height": 200})


def test_the_arrow_keys_go_through_the_boundaries(opened: Open) -> None:
    page = opened(PLAIN).page
    slider, text = page.get_by_role("slider", name="Đi qua các mốc ranh giới"), page.locator("#antt-vintage-text")
    expect(text).to_have_text("1/7/2025 – 31/12/2098 · 114 đơn vị")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(text).to_have_text("1/12/2019 – 30/6/2025 · 4 đơn vị")
    expect(page.locator("#antt-sentence")).to_contain_text("theo ranh giới từ 1/12/2019")
    assert address(page)["as_of"] == OLD
    page.keyboard.press("ArrowRight")
    expect(page.locator("#antt-sentence")).to_contain_text("theo ranh giới từ 1/7/2025")
    assert "as_of" not in address(page)
    page.keyboard.press("ArrowRight")
    expect(text).to_have_text("từ 1/1/2099 · 113 đơn vị · chưa có hiệu lực")
    assert address(page)["as_of"] == FUTURE
    assert slider.get_attribute("aria-valuetext") == text.inner_text()
    page.go_back()
    expect(text).to_have_text("1/7/2025 – 31/12/2098 · 114 đơn vị")


def test_a_drag_of_the_slider_fetches_borders_and_no_incidents(opened: Open) -> None:
    watched = opened("layers=incidents,counts,units")
    page = watched.page
    at_rest(page, lambda: pixels(page, first_map(page)))
    watched.requests.clear()
    x, y = middle(page.locator("#antt-vintage-slider"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 300, y, steps=5)
    assert not watched.requests
    page.mouse.up()
    expect(page.locator("#antt-sentence")).to_contain_text("theo ranh giới từ 1/12/2019")
    page.wait_for_load_state("networkidle")
    assert any("/tiles/units/" in url and f"as_of={OLD}" in url for url in watched.requests)
    assert not [url for url in watched.requests if "/tiles/incidents/" in url]


def test_two_dates_stand_side_by_side_with_their_own_counts(opened: Open) -> None:
    page = opened(f"{NEAR}&from=2024-01-01").page
    page.get_by_role("button", name="So sánh hai thời điểm").click()
    left, right = page.locator("#antt-half-first"), page.locator("#antt-half-second")
    expect(left).to_contain_text("6.038 vụ trong bản đồ này, trên tổng số 6.057")
    expect(left).to_contain_text("40 vụ chỉ biết theo đơn vị cũ, chia theo tỉ lệ")
    expect(right).to_contain_text("564 vụ trong bản đồ này, trên tổng số 6.057")
    expect(right).to_contain_text("18 vụ chỉ biết đơn vị, không đặt được trong bản đồ này")
    expect(right).to_contain_text("5.456 vụ nằm ngoài các đơn vị này")
    expect(left.get_by_role("combobox")).to_have_value("1/7/2025 – 31/12/2098 · 114 đơn vị")
    expect(right.get_by_role("combobox")).to_have_value("1/12/2019 – 30/6/2025 · 4 đơn vị")
    assert address(page)["as_of2"] == OLD
    expect(page.locator("#antt-legend")).to_contain_text("Hai bản đồ dùng chung các mức màu")
    page.get_by_text("Xuất", exact=True).click()
    expect(page.get_by_role("link", name="Tệp PDF, bản đồ thứ hai")).to_have_attribute(
        "href", re.compile(rf"^/snapshot\.pdf\?as_of={OLD}&from=2024-01-01&")
    )


def test_a_count_that_is_not_certain_is_shown_as_its_range_on_both_maps(opened: Open) -> None:
    page = opened(f"{NEAR}&as_of2={OLD}").page
    page.mouse.move(*middle(first_map(page)))
    tip = page.locator("#antt-tip")
    expect(tip).to_contain_text("Lê Thanh Nghị")
    expect(tip).to_contain_text("517–557 vụ")
    expect(tip).to_contain_text("Bản đồ bên cạnh: ")


def test_either_map_moves_the_other(opened: Open) -> None:
    page = opened(f"{NEAR}&as_of2={OLD}").page

    def first() -> np.ndarray:
        return pixels(page, first_map(page))

    def second() -> np.ndarray:
        return pixels(page, second_map(page))

    before = at_rest(page, first)
    drag(page, second_map(page), -60, -200)
    until_changed(page, first, before=before, share=0.02)
    # Both maps have another place in their middle now.
    page.mouse.move(*middle(first_map(page)))
    expect(page.locator("#antt-tip")).to_contain_text("Thạch Khôi")
    assert address(page)["c"].startswith("20.9")
    moved = at_rest(page, second)
    page.locator("#antt-home").focus()
    first_map(page).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    until_changed(page, second, before=moved, share=0.02)


def test_each_map_has_its_own_choice_and_closing_leaves_the_first(opened: Open) -> None:
    page = opened(f"{NEAR}&as_of2={OLD}").page
    right = page.locator("#antt-half-second")
    right.get_by_role("combobox").select_option("từ 1/1/2099 · 113 đơn vị · chưa có hiệu lực")
    # No lineage leads there yet: what is known by a ward only cannot be placed.
    expect(right).to_contain_text("5.957 vụ trong bản đồ này")
    expect(right).to_contain_text("81 vụ chỉ biết đơn vị, không đặt được")
    assert address(page)["as_of2"] == FUTURE
    assert "as_of" not in address(page)
    page.locator("#antt-half-first").get_by_role("combobox").select_option("1/12/2019 – 30/6/2025 · 4 đơn vị")
    expect(page.locator("#antt-half-first")).to_contain_text("564 vụ trong bản đồ này")
    assert address(page)["as_of"] == OLD
    page.get_by_role("button", name="Thôi so sánh").click()
    expect(second_map(page)).to_be_hidden()
    expect(right).to_be_hidden()
    expect(page.get_by_role("button", name="So sánh hai thời điểm")).to_be_focused()
    assert "as_of2" not in address(page)
    page.go_back()
    expect(second_map(page)).to_be_visible()


def test_an_address_brings_both_maps_back(opened: Open) -> None:
    page = opened(f"as_of={OLD}&as_of2={FUTURE}&category=trom_cap&{PLAIN}").page
    for head, said in (
        ("first", "1/12/2019 – 30/6/2025 · 4 đơn vị"),
        ("second", "từ 1/1/2099 · 113 đơn vị · chưa có hiệu lực"),
    ):
        expect(page.locator(f"#antt-half-{head}").get_by_role("combobox")).to_have_value(said)
    expect(page.locator("#antt-sentence")).to_contain_text("Trộm cắp")


def test_a_day_before_all_boundaries_is_said_on_its_own_half(opened: Open) -> None:
    page = opened(f"as_of2=1990-01-01&{PLAIN}").page
    expect(page.locator("#antt-half-second")).to_contain_text("Chưa có ranh giới nào có hiệu lực ngày 1/1/1990")
    expect(page.locator("#antt-half-first")).to_contain_text("6.038 vụ")


def test_a_filter_by_unit_ends_the_comparison(opened: Open) -> None:
    page = opened(f"{NEAR}&as_of2={OLD}").page
    page.keyboard.press("f")
    page.get_by_label("Đơn vị hành chính", exact=True).select_option(label="Lê Thanh Nghị")
    expect(second_map(page)).to_be_hidden()
    assert {"unit"} <= address(page).keys() - {"as_of2"}


def test_on_a_phone_one_map_lies_over_the_other(opened: Open) -> None:
    page = opened(PLAIN, size=PHONE).page
    page.locator("[data-sheet-button=time]").click()
    page.get_by_role("button", name="So sánh hai thời điểm").click()
    expect(page.locator("#antt-time")).to_be_hidden()
    upper, lower = first_map(page).bounding_box(), second_map(page).bounding_box()
    assert upper is not None
    assert lower is not None
    assert upper["y"] + upper["height"] == pytest.approx(lower["y"], abs=2)
    assert min(upper["height"], lower["height"]) > 250
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    expect(page.locator("#antt-inset")).to_be_visible()


def test_a_trend_marks_the_break_and_the_range_of_what_is_not_certain(opened: Open) -> None:
    page = opened(f"{PLAIN}&sel=10532@2025-07-01").page
    trend = page.locator(".trend")
    expect(trend).to_contain_text("517–557 vụ")
    expect(trend.locator("text", has_text="1/7/2025")).to_have_count(1)
    expect(trend).to_contain_text("Từ 1/7/2025 ranh giới khác; trước đó mã 10532 là Phường Tân Bình")
    expect(trend).to_contain_text("khoảng có thể")
    # The boundaries to come break nothing that is drawn.
    expect(trend).not_to_contain_text("2099")
    expect(trend.locator("svg[role=img] .trend-band")).to_be_visible()
    certain = opened(f"{PLAIN}&sel=10507@2025-07-01").page
    expect(certain.locator("#antt-ward")).to_contain_text("Theo tháng")
    expect(certain.locator(".trend-band")).to_have_count(0)
