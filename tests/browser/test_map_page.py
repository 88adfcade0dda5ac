"""The map page as its reader meets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import FloatRect, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.waiting import at_rest, pixels_of, until, until_changed

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]


def picture(watched: Watched, *, box: tuple[int, int, int, int] = (420, 120, 1000, 560)) -> np.ndarray:
    """The colours of a part of the map, away from the panels."""
    left, top, right, bottom = box
    clip: FloatRect = {"x": left, "y": top, "width": right - left, "height": bottom - top}
    return pixels_of(watched.page, clip).reshape(-1, 3)


def colours(pixels: np.ndarray) -> int:
    return len(np.unique(pixels // 8, axis=0))


def query(watched: Watched) -> dict[str, list[str]]:
    return parse_qs(urlsplit(watched.page.url).query)


def test_the_first_screen_draws_wards_and_hotspots(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    assert colours(picture(watched)) > 60
    expect(watched.page.locator("#antt-sentence")).to_contain_text("5.997 vụ")
    expect(watched.page.locator("#antt-sentence")).to_contain_text("40 vụ chưa rõ vị trí")
    notices = watched.page.locator("#antt-notices")
    expect(notices).to_contain_text("không có giá trị pháp lý")
    expect(notices).to_contain_text("Dữ liệu mô phỏng")


def test_hoang_sa_and_truong_sa_are_on_every_screen(open_page: Open, sample_address: str) -> None:
    for size in ({"width": 1366, "height": 768}, {"width": 1024, "height": 600}):
        inset = open_page(sample_address, size=size).page.locator("#antt-inset")
        expect(inset).to_be_visible()
        expect(inset).to_contain_text("Hoàng Sa")
        expect(inset).to_contain_text("Trường Sa")


def test_switching_a_layer_off_takes_it_from_the_map_and_puts_it_in_the_address(
    open_page: Open, sample_address: str
) -> None:
    watched = open_page(sample_address)
    before = at_rest(watched.page, lambda: picture(watched))
    watched.page.get_by_role("switch", name="Số vụ theo phường, xã").click()
    until_changed(watched.page, lambda: picture(watched), before=before, share=0.1)
    assert "counts" not in ",".join(query(watched).get("layers", [""]))


def test_a_ward_is_found_without_accents_and_its_panel_opens(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    watched.page.keyboard.press("/")
    watched.page.keyboard.type("le thanh nghi")
    watched.page.get_by_role("option").first.wait_for()
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    panel = watched.page.locator("#antt-ward")
    expect(panel).to_be_visible()
    expect(panel).to_contain_text("Lê Thanh Nghị")
    expect(panel).to_contain_text("8,04 km²")
    expect(panel).to_contain_text("81.500")
    expect(panel).to_contain_text("Thanh Bình")
    assert query(watched)["sel"] == ["10532@2025-07-01"]


def test_the_address_holds_the_whole_view_and_back_goes_back(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?from=2026-05-01&to=2026-08-01&category=ma_tuy&sel=10532@2025-07-01")
    expect(watched.page.locator("#antt-sentence")).to_contain_text("Ma túy")
    expect(watched.page.locator("#antt-sentence")).to_contain_text("1/5/2026–31/7/2026")
    expect(watched.page.locator("#antt-ward")).to_contain_text("Lê Thanh Nghị")
    watched.page.get_by_role("switch", name="Mật độ vụ việc").click()
    changed = watched.page.url
    watched.page.go_back()
    until(watched.page, lambda: watched.page.url != changed)
    expect(watched.page.get_by_role("switch", name="Mật độ vụ việc")).to_be_checked()


def test_the_period_is_chosen_with_the_keyboard(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    whole = watched.page.locator("#antt-sentence").inner_text()
    watched.page.keyboard.press("f")
    watched.page.get_by_label("Từ ngày").fill("2026-05-01")
    watched.page.get_by_label("Đến hết ngày").fill("2026-07-31")
    watched.page.keyboard.press("Enter")
    expect(watched.page.locator("#antt-sentence")).to_contain_text("1/5/2026–31/7/2026")
    assert watched.page.locator("#antt-sentence").inner_text() != whole
    assert (query(watched)["from"], query(watched)["to"]) == (["2026-05-01"], ["2026-08-01"])


def test_english_is_one_click_away_and_keeps_the_view(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?category=ma_tuy")
    watched.page.get_by_role("link", name="English").click()
    expect(watched.page.locator("html")).to_have_attribute("lang", "en")
    expect(watched.page.locator("#antt-sentence")).to_contain_text("Drugs")
    assert query(watched)["category"] == ["ma_tuy"]


def test_every_control_is_reached_with_the_tab_key_and_shows_its_focus(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    reached = set()
    for _press in range(60):
        watched.page.keyboard.press("Tab")
        name = watched.page.evaluate("document.activeElement.id || document.activeElement.getAttribute('aria-label')")
        outline = watched.page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return s.outlineStyle !== 'none' || s.boxShadow !== 'none' })()"
        )
        if name and name != "antt":
            assert outline, f"{name} has no visible focus"
            reached.add(name)
    assert {"antt-search", "antt-tab-layers", "antt-zoom-in", "antt-lang"} <= reached


def test_the_table_lists_the_wards_and_escape_closes_it(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    watched.page.keyboard.press("t")
    table = watched.page.locator("#antt-table")
    expect(table).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(115)
    watched.page.keyboard.press("Escape")
    expect(table).to_be_hidden()


def test_help_lists_the_keys(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    watched.page.keyboard.press("?")
    expect(watched.page.locator("#antt-help")).to_be_visible()


def test_a_filter_that_takes_nothing_says_why_and_offers_the_next_step(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?from=2020-01-01&to=2020-02-01")
    expect(watched.page.locator("#antt-empty")).to_be_visible()
    expect(watched.page.locator("#antt-empty").get_by_role("button").first).to_be_visible()


def test_incidents_are_drawn_as_clusters(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?layers=units")
    bare = at_rest(watched.page, lambda: picture(watched))
    watched.page.get_by_role("switch", name=re.compile("^Vụ việc")).click()
    until_changed(watched.page, lambda: picture(watched), before=bare, share=0.05)


def test_a_phone_shows_the_map_and_its_sheets(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address, size=PHONE)
    assert colours(picture(watched, box=(40, 180, 350, 520))) > 40
    overflow = watched.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    watched.page.locator("[data-sheet-button=layers]").click()
    expect(watched.page.locator("#antt-left")).to_be_visible()


def test_the_export_menu_gives_a_pdf_of_what_is_seen(open_page: Open, sample_address: str) -> None:
    watched = open_page(f"{sample_address}/?category=ma_tuy")
    watched.page.get_by_text("Xuất", exact=True).click()
    with watched.page.expect_download() as waiting:
        watched.page.locator("#antt-export-pdf").click()
    assert "category=ma_tuy" in waiting.value.url
    assert waiting.value.path().read_bytes().startswith(b"%PDF")


def test_a_name_that_looks_like_a_script_is_shown_as_text(open_page: Open, hostile_address: str) -> None:
    watched = open_page(f"{hostile_address}/?sel=10000@2025-07-01")
    expect(watched.page.locator("#antt-ward")).to_contain_text("<img src=x onerror=alert(1)>${alert(2)}")


def test_back_after_a_search_shows_the_whole_area_again(open_page: Open, sample_address: str) -> None:
    whole = open_page(sample_address)
    whole.page.locator("#antt-home").click()
    at_rest(whole.page, lambda: picture(whole))
    watched = open_page(sample_address)
    watched.page.keyboard.press("/")
    watched.page.keyboard.type("do son")
    watched.page.get_by_role("option").first.wait_for()
    watched.page.keyboard.press("ArrowDown")
    watched.page.keyboard.press("Enter")
    until(watched.page, lambda: query(watched).get("c", query(whole)["c"]) != query(whole)["c"])
    at_rest(watched.page, lambda: picture(watched))
    watched.page.go_back()
    until(watched.page, lambda: query(watched).get("c") == query(whole)["c"])


def test_the_first_visit_card_goes_with_escape_and_stays_away(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    card = watched.page.locator("#antt-welcome")
    expect(card).to_be_visible()
    watched.page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    watched.page.reload()
    watched.page.wait_for_load_state("networkidle")
    expect(card).to_be_hidden()
