"""From an old name to the units of today, to the page of one of them, and back to the map."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.test_map_page import query

pytestmark = pytest.mark.browser

Open = Callable[..., Watched]
NEW, OLD = "10532@2025-07-01", "10528@2019-12-01"


def search(page: Page, text: str) -> None:
    page.keyboard.press("/")
    page.keyboard.type(text)
    page.get_by_role("option").first.wait_for()


def test_an_old_name_leads_to_its_successors_and_to_the_page_with_the_tree(
    open_page: Open, sample_address: str
) -> None:
    watched = open_page(sample_address)
    page = watched.page
    search(page, "P. Trần Phú, TP. Hải Dương")
    option = page.get_by_role("option").first
    expect(option).to_contain_text("Trần Phú → Lê Thanh Nghị, Tân Hưng")
    expect(option).to_contain_text("đến 30/6/2025")
    page.keyboard.press("Enter")
    panel = page.locator("#antt-ward")
    expect(panel.get_by_role("heading", level=2)).to_have_text("Lê Thanh Nghị")
    expect(panel).to_contain_text("Phường Trần Phú (đến 30/6/2025) nay thuộc:")
    assert (query(watched)["sel"], "as_of" in query(watched)) == ([NEW], False)
    panel.get_by_role("link", name="Lịch sử và ranh giới của đơn vị").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Phường Lê Thanh Nghị")
    tree = page.get_by_role("group", name="Sơ đồ kế thừa của Phường Lê Thanh Nghị")
    for name in ("Trần Phú", "Thanh Bình", "Tân Bình", "Lê Thanh Nghị"):
        expect(tree.locator("a", has_text=f"Phường {name}")).to_be_visible()
    page.get_by_role("link", name="Xem trên bản đồ").click()
    expect(page.locator("#antt-ward").get_by_role("heading", level=2)).to_have_text("Lê Thanh Nghị")


def test_each_successor_and_the_old_boundaries_can_be_reached(open_page: Open, sample_address: str) -> None:
    watched = open_page(sample_address)
    page, title = watched.page, watched.page.locator("#antt-ward").get_by_role("heading", level=2)
    search(page, "10528")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Tân Hưng").click()
    expect(title).to_have_text("Tân Hưng")
    page.get_by_role("button", name="Xem theo ranh giới cũ").click()
    expect(title).to_have_text("Trần Phú")
    assert (query(watched)["sel"], query(watched)["as_of"]) == ([OLD], ["2025-06-30"])
    search(page, "le thanh nghi, hai phong")
    page.keyboard.press("Enter")
    expect(title).to_have_text("Lê Thanh Nghị")
    assert (query(watched)["sel"], "as_of" in query(watched)) == ([NEW], False)


def test_a_count_that_nobody_can_know_is_a_range_with_its_reason(open_page: Open, sample_address: str) -> None:
    panel = open_page(f"{sample_address}/?as_of=2025-06-30&sel={OLD}").page.locator("#antt-ward")
    expect(panel.locator(".figure-value").first).to_have_text(re.compile(r"^\d+–\d+$"))
    expect(panel).to_contain_text("chưa rõ có thuộc đơn vị này không")
    expect(panel).to_contain_text("không đặt được vào ranh giới này")


def test_the_words_of_the_tree_stay_in_their_boxes(open_page: Open, sample_address: str) -> None:
    for reference in (NEW, OLD):
        page = open_page(f"{sample_address}/units/{reference}").page
        inside = page.evaluate(
            """() => [...document.querySelectorAll(".tree-node")].flatMap((node) => {
              const box = node.querySelector("rect").getBBox();
              return [...node.querySelectorAll("text")].map((text) => {
                const { x, y, width, height } = text.getBBox();
                return x >= box.x && y >= box.y && x + width <= box.x + box.width && y + height <= box.y + box.height;
              });
            })"""
        )
        assert len(inside) >= 8
        assert all(inside)


def test_the_page_of_a_unit_fits_a_phone_and_is_walked_by_keyboard(open_page: Open, sample_address: str) -> None:
    page = open_page(f"{sample_address}/units/{NEW}", size=PHONE).page
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    seen = []
    for _step in itertools.repeat(None, 12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.textContent.replace(/\\s+/g, ' ').trim()"))
    assert any(text.startswith("Phường Trần Phú") for text in seen)


def test_a_name_like_a_script_does_nothing_on_the_page_of_its_unit(open_page: Open, hostile_address: str) -> None:
    page = open_page(f"{hostile_address}/units/10000").page
    expect(page.get_by_role("heading", level=1)).to_contain_text("<img src=x onerror=alert(1)>${alert(2)}")
