"""Hotspots as a commander meets them: asked for, weighed, followed to the place, and handed on as a link."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.test_vintages import WALL, address

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]
SUMMER = "from=2026-05-01&to=2026-08-01"
# Large cells keep the tests short; what is drawn and said is the same.
TESTED = "hot=gistar&hot_with=cell_m:1000"
BY_UNIT = f"{SUMMER}&hot=gistar&hot_with=shape:units"
# A map of many cells, on a machine that does other things as well.
PATIENCE_MS = 60_000


@pytest.fixture
def opened(open_page: Open, sample_address: str) -> Callable[..., Watched]:
    """Open the page without its greeting."""

    def open_at(query: str, *, size: ViewportSize = WALL) -> Watched:
        watched = open_page(f"{sample_address}/?{query}", size=size)
        later = watched.page.get_by_role("button", name="Để sau")
        if later.is_visible():
            later.click()
        return watched

    return open_at


def results(page: Page) -> Locator:
    """The panel of results, once they are there."""
    panel = page.locator("#antt-hotspot")
    expect(panel.locator(".hot-lead, .hot-reason").first).to_be_visible(timeout=PATIENCE_MS)
    return panel


def weighed(page: Page) -> Locator:
    """The panel of results, once the method is tested on the past as well."""
    panel = results(page)
    expect(panel.locator(".hot-verdict").first).to_be_visible(timeout=PATIENCE_MS)
    return panel


def switched_on(page: Page) -> set[str | None]:
    return {switch.get_attribute("value") for switch in page.locator("#antt-layers .switch:checked").all()}


def test_a_commander_asks_where_the_hotspots_are(opened: Open) -> None:
    page = opened(SUMMER).page
    page.get_by_role("tab", name="Điểm nóng").click()
    page.get_by_role("radio", name="Ô nóng có kiểm định").check()
    page.get_by_text("Tùy chọn").click()
    page.get_by_label("Cỡ ô").select_option("1 km")
    panel = results(page)
    expect(panel.locator(".hot-lead")).to_contain_text("phạm vi 114 đơn vị đã nạp")
    expect(panel.locator(".hot-lead")).to_contain_text("điểm nóng")
    expect(panel).to_contain_text("Phạm vi xét: 114 đơn vị đã nạp (3.194,3 km²).")
    assert address(page)["hot"] == "gistar"
    assert address(page)["hot_with"] == "cell_m:1000"


def test_hotspots_stand_on_a_calm_ground_with_a_legend(opened: Open) -> None:
    page = opened(TESTED).page
    results(page)
    assert switched_on(page) == {"units"}
    legend = page.locator("#antt-legend")
    for said in ("Gi*", "Điểm nóng", "Có vụ việc, chưa đủ cơ sở", "Tô màu khi q ≤ 0,05."):
        expect(legend).to_contain_text(said)
    expect(legend).not_to_contain_text("Mật độ")


def test_the_list_leads_to_each_hotspot_by_keyboard(opened: Open) -> None:
    page = opened(TESTED).page
    panel = results(page)
    first = panel.get_by_role("table").first.get_by_role("button").first
    expect(first).to_contain_text(re.compile(r"^\w.* · ô \d+$"))
    name = first.inner_text()
    first.focus()
    page.keyboard.press("Enter")
    card = panel.locator(".hot-card")
    expect(card).to_contain_text(name)
    expect(card).to_contain_text(re.compile(r"Ô này có [\d.]+ vụ trong \d+ ngày"))
    expect(card).to_contain_text(re.compile(r"p = 0,0\d+, từ [\d.]+ lần hoán vị"))
    assert float(address(page)["c"].split(",")[2]) > 12
    expect(panel.get_by_role("button", name=name)).to_be_focused()


def test_a_cell_is_opened_on_the_map_and_closed_again(opened: Open) -> None:
    page = opened(TESTED).page
    panel = results(page)
    panel.get_by_role("table").first.get_by_role("button").first.click()
    cell = address(page)["hot_at"]
    page = opened(re.sub(r"&hot_at=\d+", "", urlsplit(page.url).query)).page
    results(page)
    # The room that the panels leave: the cell stands in its middle.
    page.mouse.move((332 + 1440 - 444) / 2, (84 + 900 - 200) / 2)
    tip = page.locator("#antt-tip")
    expect(tip).to_contain_text("Điểm nóng")
    expect(tip).to_contain_text("q: ")
    page.mouse.click((332 + 1440 - 444) / 2, (84 + 900 - 200) / 2)
    expect(page.locator(".hot-card")).to_be_visible()
    assert address(page)["hot_at"] == cell
    page.keyboard.press("Escape")
    expect(page.locator("#antt-hotspot")).to_be_hidden()
    assert not {"hot", "hot_at"} & set(address(page))
    assert "counts" in switched_on(page)


def test_a_method_that_does_not_beat_the_last_period_says_so(opened: Open) -> None:
    page = opened(BY_UNIT).page
    panel = weighed(page)
    verdict = panel.locator(".hot-verdict").first
    expect(verdict).to_contain_text("Chưa hơn mốc so sánh.")
    expect(verdict).to_contain_text("chưa chứng tỏ tốt hơn số vụ kỳ trước")
    scores = panel.locator(".hot-scores")
    # Counts by ward are the same as those of the last period here, so they are not said twice.
    expect(scores.get_by_role("rowheader")).to_have_text(["Gi*", "Số vụ kỳ trước", "Chọn ngẫu nhiên"])
    caught = scores.locator("tbody td").first
    expect(caught).to_contain_text(re.compile(r"^\d+ % \(\d+–\d+\)"))
    before = caught.inner_text()
    panel.get_by_role("button", name="20 %").click()
    expect(caught).not_to_have_text(before)


def test_a_link_opens_the_same_hotspots_again(opened: Open) -> None:
    page = opened(BY_UNIT).page
    panel = results(page)
    panel.get_by_role("button", name="Phường Lê Chân").click()
    said = [panel.locator(".hot-lead").inner_text(), panel.locator(".hot-card").inner_text()]
    again = opened(urlsplit(page.url).query).page
    panel = results(again)
    assert [panel.locator(".hot-lead").inner_text(), panel.locator(".hot-card").inner_text()] == said
    expect(again.get_by_role("radio", name="Ô nóng có kiểm định")).to_be_checked()


def test_too_few_incidents_are_a_sentence_and_no_picture(opened: Open) -> None:
    page = opened("from=2026-05-01&to=2026-05-02&hot=density").page
    panel = results(page)
    expect(panel.locator(".hot-reason")).to_contain_text(
        "Có 10 vụ có vị trí trong phạm vi; phương pháp này cần ít nhất 30 vụ."
    )
    expect(panel.get_by_role("table")).to_have_count(0)
    expect(page.locator("#antt-map .density-picture")).to_have_count(0)


def test_a_result_says_where_it_comes_from(opened: Open) -> None:
    page = opened(BY_UNIT).page
    panel = results(page)
    panel.get_by_text("Xuất xứ của kết quả").click()
    for said in (
        "1/5/2026 – 31/7/2026",
        "Ranh giới ngày",
        "vụ chưa rõ vị trí",
        "EPSG:",
        "Số khởi tạo",
        "Mã băm đầu vào",
    ):
        expect(panel).to_contain_text(said)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("hot=dbscan", "Các cụm ("),
        ("hot=repeats", "Các nơi có từ hai vụ ("),
        ("hot=near_repeat", "Vụ sau gần vụ trước"),
        ("hot=density", "bản đồ mật độ chưa chứng minh nơi nào là điểm nóng"),
    ],
)
def test_each_method_says_what_it_found(opened: Open, query: str, said: str) -> None:
    page = opened(f"{SUMMER}&{query}").page
    expect(results(page)).to_contain_text(said)


def test_a_long_computation_shows_how_far_it_is_and_can_be_stopped(open_page: Open, desk_address: str) -> None:
    watched = open_page(f"{desk_address}/?hot=emerging", size=WALL)
    page = watched.page
    panel = page.locator("#antt-hotspot")
    expect(panel.get_by_role("progressbar", name=re.compile("Đang tính"))).to_be_visible()
    panel.get_by_role("button", name="Dừng").click()
    expect(panel).to_contain_text("Đã dừng.")
    panel.get_by_role("button", name="Tính lại").click()
    expect(panel.locator(".hot-lead")).to_contain_text("bước 30 ngày", timeout=PATIENCE_MS)
    # That it takes a job is how the server answers the first question; it is no fault of the page.
    watched.problems[:] = [said for said in watched.problems if "status of 413" not in said]


def test_the_part_is_fetched_when_it_is_asked_for(opened: Open) -> None:
    watched = opened("")
    fetched = re.compile(r"/static/dist/hotspots-")
    assert not [url for url in watched.requests if fetched.search(url)]
    watched.page.locator("body").press("h")
    expect(watched.page.get_by_role("tab", name="Điểm nóng")).to_be_focused()
    expect(watched.page.get_by_role("radio", name="Mật độ vụ việc")).to_be_visible()
    assert len([url for url in watched.requests if fetched.search(url)]) == 2
    assert not [url for url in watched.requests if "/hotspots/run" in url]


def test_on_a_phone_the_results_come_up_as_a_sheet(opened: Open) -> None:
    page = opened(SUMMER, size=PHONE).page
    page.get_by_role("navigation", name="Chuyển bảng").get_by_role("button", name="Điểm nóng").click()
    page.get_by_role("radio", name="Nơi lặp lại").check()
    expect(results(page)).to_contain_text("Nơi lặp lại")
    page.get_by_role("button", name="Tắt điểm nóng").last.click()
    expect(page.locator("#antt-hotspot")).to_be_hidden()
