"""Planners redraw wards: the whole story from a new plan to the day it is in force, read like a manual."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, Route, ViewportSize, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.office import Forgiving
from tests.browser.plan_desk import LE_THANH_NGHI, Border, PlanPage, call, new_plan

pytestmark = pytest.mark.browser

WALL: ViewportSize = {"width": 1440, "height": 900}
# Long enough for figures on a machine that is busy with other tests.
LONGEST_MS = 60_000
# Three clicks between both ends; the ground to the south-east goes to Lê Thanh Nghị.
SKETCH = ((0.3, 60.0), (0.55, 80.0), (0.8, 50.0))


@pytest.fixture(scope="module")
def town(serve: Callable[[Path], str], sample_store: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The served sample in a copy that may be written to, with its counts published."""
    store = tmp_path_factory.mktemp("plans") / "demo.gpkg"
    shutil.copy(sample_store, store)
    command = [sys.executable, "-m", "mapserver", "published", "release", "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return serve(store)


@pytest.fixture(scope="module")
def border(town: str) -> Border:
    return Border.of(town, new_plan(town, "Xem ranh giới"))


@pytest.fixture
def opened(town: str, border: Border, open_page: Callable[..., Watched]) -> Callable[..., PlanPage]:
    """A new plan, its map on the border of the story."""

    def one(plan: str, *, size: ViewportSize = WALL, centre: int = 10) -> PlanPage:
        place = border.vertex(centre)
        watched = open_page(PlanPage.address(town, plan, place), size=size)
        watched.problems = Forgiving()
        return PlanPage(watched.page, place)

    return one


def picture(page: Page, folder: Path, name: str) -> None:
    path = Path(os.environ.get("ANTT_PICTURES", folder)) / f"plan-{name}.png"
    page.wait_for_timeout(300)
    page.screenshot(path=path)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3) // 8, axis=0)) > 60


def hectares(text: str) -> float:
    found = re.search(r"([\d.,]+) ha", text)
    assert found, text
    return float(found[1].replace(".", "").replace(",", "."))


def test_a_plan_goes_from_a_sketch_to_a_day_in_force(
    town: str, border: Border, open_page: Callable[..., Watched], tmp_path: Path
) -> None:
    watched = open_page(f"{town}/", size=WALL)
    page = watched.page
    page.get_by_role("button", name="Để sau").click()
    page.get_by_text("Địa giới", exact=True).click()
    page.get_by_role("link", name="Phương án", exact=True).click()
    plan = the_plan_is_made(page, tmp_path)
    page.goto(PlanPage.address(town, plan, border.vertex(10)))
    desk = PlanPage(page, border.vertex(10))
    drawn_ha = the_border_is_redrawn(desk, border, tmp_path)
    the_figures_are_the_servers(page, town, plan, drawn_ha)
    undo_redo_and_reload(page)
    it_is_compared_with_the_base(page, tmp_path)
    it_is_decided_and_published(page, tmp_path)
    the_map_follows_from_that_day(page, town)


def the_plan_is_made(page: Page, pictures: Path) -> str:
    page.get_by_role("button", name="Lập phương án").click()
    form = page.get_by_role("region", name="Lập phương án")
    form.get_by_label("Tên phương án").fill("Điều chỉnh Lê Thanh Nghị – Tân Hưng")
    expect(form.get_by_label("Tỉnh, thành phố")).to_contain_text("Hải Phòng", timeout=LONGEST_MS)
    picture(page, pictures, "list")
    form.get_by_role("button", name="Lập phương án").click()
    page.wait_for_url("**/plans/*", timeout=LONGEST_MS)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Điều chỉnh Lê Thanh Nghị", timeout=LONGEST_MS)
    return re.split(r"[/?]", page.url.partition("/plans/")[2])[0]


def the_border_is_redrawn(desk: PlanPage, border: Border, pictures: Path) -> float:
    """While the line is drawn, the card says who gains what."""
    desk.redraw(border, SKETCH)
    card = desk.page.locator("#pl-card")
    expect(card).to_contain_text("Tân Hưng → Lê Thanh Nghị")
    expect(card).to_contain_text(re.compile(r"người · .*vụ"))
    desk.page.get_by_label("Lý do").fill("Theo trục đường mới")
    # The table follows before anything is kept.
    expect(desk.page.locator("#pl-figures .pl-sketched")).to_contain_text("Đơn vị thay đổi (2)")
    picture(desk.page, pictures, "redraw")
    said = hectares(card.inner_text())
    desk.finish()
    return said


def the_figures_are_the_servers(page: Page, town: str, plan: str, drawn_ha: float) -> None:
    unit = page.locator(f"[data-unit='{LE_THANH_NGHI}']")
    expect(unit).to_be_visible(timeout=LONGEST_MS)
    (row,) = [each for each in call(town, f"/{plan}/figures")["units"] if each["code"] == LE_THANH_NGHI]
    area = f"{row['now']['area_m2'] / 1e6:.2f}".replace(".", ",")
    people = f"{round(row['now']['population']):,}".replace(",", ".")
    expect(unit.locator("[data-measure='area_m2'] td").nth(1)).to_have_text(area)
    expect(unit.locator("[data-measure='population'] td").nth(1)).to_have_text(people)
    # What the browser told while drawing is what the server worked out.
    assert row["change"]["area_m2"] / 1e4 == pytest.approx(drawn_ha, abs=0.06)
    page.get_by_role("tab", name="Các bước").click()
    step = page.locator("[data-step='1']")
    expect(step).to_contain_text("Vẽ lại ranh giới Lê Thanh Nghị – Tân Hưng")
    expect(step).to_contain_text("Theo trục đường mới")
    assert hectares(step.inner_text()) == drawn_ha


def undo_redo_and_reload(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator("[data-step='1']")).to_contain_text("Đã hoàn tác")
    page.reload()
    expect(page.locator("#pl-figures")).to_contain_text("Chưa có đơn vị nào thay đổi", timeout=LONGEST_MS)
    page.get_by_role("button", name="Làm lại").click()
    expect(page.locator("#pl-figures")).to_contain_text("Đơn vị thay đổi (2)", timeout=LONGEST_MS)


def it_is_compared_with_the_base(page: Page, pictures: Path) -> None:
    page.get_by_role("tab", name="Phương án").click()
    page.get_by_role("button", name="So sánh", exact=True).click()
    expect(page.locator("#pl-comparison")).to_contain_text("Phường Tân Hưng → Phường Lê Thanh Nghị", timeout=LONGEST_MS)
    slider = page.get_by_role("slider")
    expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_value("51")
    picture(page, pictures, "compare")
    page.get_by_role("button", name="Đóng so sánh").click()
    expect(slider).to_be_hidden()


def it_is_decided_and_published(page: Page, pictures: Path) -> None:
    state = page.locator("#pl-state")
    for ask, then in (("Gửi xem xét", "Chờ duyệt"), ("Phê duyệt", "Đã duyệt")):
        page.get_by_role("button", name=ask).click()
        page.locator("#pl-plan").get_by_role("button", name=ask).click()
        expect(state).to_contain_text(then, timeout=LONGEST_MS)
    expect(page.locator("#pl-reading")).to_contain_text("không sửa được")
    page.get_by_role("button", name="Ban hành").click()
    page.get_by_label("Ngày hiệu lực").fill("1/1/2099")
    page.get_by_label("Số, ngày văn bản").fill("NQ 01/2098/UBTVQH")
    picture(page, pictures, "publish")
    page.locator("#pl-plan").get_by_role("button", name="Ban hành").click()
    expect(state).to_contain_text("từ 1/1/2099", timeout=LONGEST_MS)


def the_map_follows_from_that_day(page: Page, town: str) -> None:
    page.goto(f"{town}/?as_of=2099-06-01")
    expect(page.locator("#antt-vintage-text")).to_contain_text("từ 1/1/2099", timeout=LONGEST_MS)


def test_a_border_is_redrawn_by_keys_alone(town: str, border: Border, opened: Callable[..., PlanPage]) -> None:
    desk = opened(new_plan(town, "Bàn phím"), centre=3)
    page, start, end = desk.page, border.vertex(3), border.vertex(-4)
    page.keyboard.press("r")
    page.keyboard.press("Space")
    for spot in (desk.pixel(end), desk.beside(start, end, share=0.5, away_px=60)):
        desk.walk(spot)
        page.keyboard.press("Space")
    expect(page.locator("#pl-card")).to_contain_text("Lê Thanh Nghị")
    page.keyboard.press("Enter")
    expect(page.locator("#pl-figures")).to_contain_text("Đơn vị thay đổi (2)", timeout=LONGEST_MS)


def test_a_line_that_crosses_another_border_is_red_and_says_why(
    town: str, border: Border, opened: Callable[..., PlanPage], tmp_path: Path
) -> None:
    desk = opened(new_plan(town, "Cắt ranh giới khác"))
    desk.redraw(border, ((0.5, 340.0),))
    card = desk.page.locator("#pl-card")
    expect(card).to_contain_text("Đường vẽ cắt hoặc chạm ranh giới khác")
    expect(desk.page.get_by_role("button", name="Xong", exact=True)).to_be_disabled()
    picture(desk.page, tmp_path, "crossing")
    desk.page.keyboard.press("Backspace")
    expect(card).not_to_contain_text("Đường vẽ cắt")
    desk.page.keyboard.press("Escape")
    expect(card).to_be_hidden()


def test_whoever_comes_second_sees_both_lines(
    town: str, border: Border, opened: Callable[..., PlanPage], tmp_path: Path
) -> None:
    plan = new_plan(town, "Hai người một đoạn")
    desk = opened(plan)
    page = desk.page
    # The other planner is quicker than the next look for news.
    news = call(town, f"/{plan}/entries?after=0")
    page.route("**/entries?*", lambda route: still(route, news))
    desk.redraw(border, SKETCH)
    call(town, f"/{plan}/entries", {"operation": border.bent(-20_000), "seen": 0, "reason": ""})
    page.get_by_role("button", name="Xong", exact=True).click()
    expect(page.get_by_role("heading", name="Người khác vừa sửa đoạn này")).to_be_visible(timeout=LONGEST_MS)
    picture(page, tmp_path, "conflict")
    page.unroute("**/entries?*")
    page.get_by_role("button", name="Vẽ lại trên ranh giới mới").click()
    page.get_by_role("tab", name="Các bước").click()
    expect(page.locator("[data-step='1']")).to_be_visible(timeout=LONGEST_MS)
    expect(page.locator("#pl-hint")).to_contain_text("điểm đầu")


def test_a_sketch_that_somebody_has_overtaken_meanwhile_is_not_laid_over_theirs(
    town: str, border: Border, opened: Callable[..., PlanPage]
) -> None:
    plan = new_plan(town, "Vẽ dở thì có người sửa")
    desk = opened(plan)
    page = desk.page
    desk.redraw(border, SKETCH)
    call(town, f"/{plan}/entries", {"operation": border.bent(-20_000), "seen": 0, "reason": ""})
    expect(page.locator("#pl-note")).to_contain_text("vừa sửa phương án", timeout=10_000)
    page.locator("#pl-map").focus()
    page.keyboard.press("Enter")
    overtaken = page.get_by_role("heading", name="Người khác vừa sửa đoạn này")
    expect(overtaken).to_be_visible(timeout=LONGEST_MS)
    # Enter on a button is the button's.
    page.get_by_role("button", name="Bỏ", exact=True).last.focus()
    page.keyboard.press("Enter")
    expect(overtaken).to_be_hidden()
    assert call(town, f"/{plan}/entries?after=0")["last"] == 1


def test_only_what_was_clicked_counts_on_the_way_to_the_card(
    town: str, border: Border, opened: Callable[..., PlanPage]
) -> None:
    plan = new_plan(town, "Chuột đi đến nút Xong")
    desk = opened(plan)
    page = desk.page
    desk.redraw(border, SKETCH)
    card = page.locator("#pl-card")
    said = hectares(card.inner_text())
    box = page.get_by_role("button", name="Xong", exact=True).bounding_box()
    assert box is not None
    page.mouse.move(desk.middle[0], desk.middle[1] + 250, steps=8)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=20)
    expect(page.get_by_role("button", name="Xong", exact=True)).to_be_enabled()
    assert hectares(card.inner_text()) == said
    page.mouse.down()
    page.mouse.up()
    expect(card).to_be_hidden(timeout=LONGEST_MS)
    (step,) = call(town, f"/{plan}/entries?after=0")["entries"]
    assert len(step["operation"]["line"]) == len(SKETCH) + 2


def still(route: Route, news: dict[str, object]) -> None:
    """Answer looks for news with what was known; let writes pass."""
    if route.request.method == "GET":
        route.fulfill(json=news)
    else:
        route.continue_()


def test_what_a_colleague_draws_appears_by_itself(town: str, border: Border, opened: Callable[..., PlanPage]) -> None:
    plan = new_plan(town, "Cùng làm")
    page = opened(plan).page
    call(town, f"/{plan}/entries", {"operation": border.bent(-20_000), "seen": 0, "reason": ""})
    expect(page.locator("#pl-note")).to_contain_text("vừa sửa phương án", timeout=10_000)
    expect(page.locator("#pl-figures")).to_contain_text("Đơn vị thay đổi (2)", timeout=LONGEST_MS)


def test_on_a_phone_a_plan_is_for_reading(town: str, opened: Callable[..., PlanPage], tmp_path: Path) -> None:
    page = opened(new_plan(town, "Xem trên điện thoại"), size=PHONE).page
    expect(page.get_by_text("Trên điện thoại chỉ xem phương án")).to_be_visible()
    expect(page.get_by_role("button", name="Vẽ lại ranh giới")).to_be_hidden()
    picture(page, tmp_path, "phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
