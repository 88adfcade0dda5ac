"""A ward officer enters, changes and withdraws an incident on the map page, by keyboard alone where that is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import PHONE, Watched
from tests.browser.other_desk import LAT, LON, entered, kept, send
from tests.browser.waiting import at_rest, pixels_of

pytestmark = pytest.mark.browser

WALL: ViewportSize = {"width": 1440, "height": 900}
# Phường Lê Thanh Nghị, near enough to tell one house from the next.
NEAR = "layers=incidents,counts,units&c={lat},{lon},18"


@pytest.fixture
def opened(open_page: Callable[..., Watched], desk_address: str) -> Iterator[Callable[..., Page]]:
    """Open the map without its greeting; refusals that a test brings about are no faults of the page."""
    pages: list[Watched] = []

    def open_at(query: str, *, size: ViewportSize = WALL) -> Page:
        watched = open_page(f"{desk_address}/?{query}", size=size)
        pages.append(watched)
        later = watched.page.get_by_role("button", name="Để sau")
        if later.is_visible():
            later.click()
        return watched.page

    yield open_at
    for watched in pages:
        watched.problems[:] = [said for said in watched.problems if not re.search(r"status of (412|422)", said)]


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary").and_(page.locator("#antt-record"))


def total(page: Page) -> int:
    said = page.locator("#antt-sentence b").inner_text()
    return int(re.sub(r"\D", "", said))


def press_keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def open_by_click(page: Page) -> None:
    """Press the mark in the middle of the map."""
    at_rest(page, lambda: pixels_of(page))
    page.mouse.click(720, 450)
    expect(panel(page)).to_be_visible()


def test_an_incident_is_entered_by_keyboard_alone(opened: Callable[..., Page]) -> None:
    page = opened("layers=incidents,counts,units&c=20.935,106.325,14")
    before = total(page)
    n_opens_the_form_and_the_day_is_typed(page)
    the_arrow_keys_move_the_pin(page)
    the_rest_is_typed_and_enter_saves(page)
    card = panel(page)
    expect(card).to_contain_text(re.compile(r"Đã ghi vụ việc NT-\d{8}-\w{4}\."))
    for said in ("Trộm cắp tài sản", "20/10/2026 14:30", "±\u00a015\u00a0m", unit_of(card), "Nghiêm trọng", "dân báo"):
        expect(card).to_contain_text(said)
    expect(card).to_contain_text("Lý do: theo tin báo lúc 15 giờ")
    expect(page.locator("#antt-sentence b")).to_have_text(figure(before + 1))
    # Escape puts the card away, and the keys of the map work again.
    press_keys(page, "Escape")
    expect(card).to_be_hidden()


def n_opens_the_form_and_the_day_is_typed(page: Page) -> None:
    """The list of categories is under the hand at once."""
    press_keys(page, "n")
    expect(page.get_by_label("Loại vụ việc")).to_be_focused()
    page.keyboard.type("Tr")
    press_keys(page, "Tab", "Control+a")
    page.keyboard.type("20/10/2026")
    press_keys(page, "Tab")
    page.keyboard.type("14h30")


def the_arrow_keys_move_the_pin(page: Page) -> None:
    """Past the end of the span and the coordinates to the button that sets the pin; the unit under it is named."""
    press_keys(page, "Tab", "Tab", "Tab", "Tab")
    expect(page.get_by_role("button", name="Đặt ghim trên bản đồ")).to_be_focused()
    press_keys(page, "Enter")
    pin, coordinates = page.get_by_role("application", name="Ghim vị trí vụ việc"), page.get_by_label("Tọa độ")
    expect(pin).to_be_focused()
    unit = page.locator("#antt-record-unit")
    expect(unit).to_have_text(re.compile("^(Phường|Xã) "))
    first_lat, first_lon = (float(part) for part in coordinates.input_value().split(", "))
    press_keys(page, "ArrowRight", "ArrowRight", "Shift+ArrowUp")
    lat, lon = (float(part) for part in coordinates.input_value().split(", "))
    assert 0 < lon - first_lon < lat - first_lat
    # The place and its unit are spoken.
    expect(page.locator("#antt-live")).to_contain_text(unit.inner_text())


def the_rest_is_typed_and_enter_saves(page: Page) -> None:
    """Enter settles the place and goes on to its accuracy."""
    press_keys(page, "Enter")
    expect(page.get_by_label("Sai số vị trí (m)")).to_be_focused()
    page.keyboard.type("15")
    press_keys(page, "Tab", "Tab")
    page.keyboard.type("Ngh")
    press_keys(page, "Tab", "Tab")
    page.keyboard.type("dân báo")
    press_keys(page, "Tab")
    page.keyboard.type("theo tin báo lúc 15 giờ")
    press_keys(page, "Enter")


def figure(number: int) -> str:
    return f"{number:,} vụ".replace(",", ".")


def unit_of(card: Locator) -> str:
    return card.locator("dd", has_text=re.compile("^(Phường|Xã) ")).inner_text()


def test_what_is_missing_or_refused_is_said_at_its_field(opened: Callable[..., Page]) -> None:
    page = opened("c=20.935,106.325,14")
    page.get_by_role("button", name="Nhập vụ việc").click()
    page.get_by_label("Tọa độ").fill("chợ Con")
    page.get_by_role("button", name="Ghi vụ việc").click()
    category, coordinates = page.get_by_label("Loại vụ việc"), page.get_by_label("Tọa độ")
    expect(category).to_be_focused()
    expect(category).to_have_accessible_description("Chọn loại vụ việc.")
    expect(coordinates).to_have_accessible_description(re.compile("Không hiểu tọa độ"))
    expect(page.get_by_role("alert").filter(has_text="Có 2 chỗ")).to_be_visible()
    # What only the server knows is said in the same place.
    category.select_option("trom_cap")
    coordinates.fill("20.935, 106.325")
    page.get_by_label("Xảy ra từ ngày").fill("1/1/2090")
    page.get_by_role("button", name="Ghi vụ việc").click()
    first_day = page.get_by_label("Xảy ra từ ngày")
    expect(first_day).to_have_accessible_description(re.compile("Ngày ở tương lai"))
    expect(first_day).to_be_focused()
    # What was written is not dropped by a slip of the hand.
    page.keyboard.press("Escape")
    expect(page.get_by_role("alert").filter(has_text="chưa được ghi")).to_be_visible()
    page.keyboard.press("Enter")
    expect(coordinates).to_have_value("20.935, 106.325")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bỏ", exact=True).click()
    expect(panel(page)).to_be_hidden()


def test_a_press_on_the_map_or_a_drag_sets_the_pin(opened: Callable[..., Page]) -> None:
    page = opened("c=20.935,106.325,14")
    page.get_by_role("button", name="Nhập vụ việc").click()
    page.mouse.click(700, 400)
    coordinates, pin = page.get_by_label("Tọa độ"), page.get_by_role("application", name="Ghim vị trí vụ việc")
    expect(coordinates).to_have_value(re.compile(r"^20\.\d{6}, 106\.\d{6}$"))
    # A unit under the pin is not chosen by the press.
    expect(page.locator("#antt-ward")).to_be_hidden()
    before = coordinates.input_value()
    box = pin.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] / 2 == pytest.approx(700, abs=2)
    assert box["y"] + box["height"] == pytest.approx(402, abs=2)
    page.mouse.move(700, 380)
    page.mouse.down()
    page.mouse.move(760, 430, steps=4)
    page.mouse.up()
    assert coordinates.input_value() != before
    assert pin.bounding_box() == box | {"x": box["x"] + 60, "y": box["y"] + 50}
    coordinates.fill("20,9351; 106,3153")
    coordinates.press("Tab")
    expect(page.locator("#antt-record-unit")).to_have_text("Phường Lê Thanh Nghị")


def test_a_point_on_the_map_is_opened_and_edited(opened: Callable[..., Page], desk_address: str) -> None:
    lon = LON + 0.002
    record = entered(desk_address, lon)
    page = opened(NEAR.format(lat=LAT, lon=lon))
    open_by_click(page)
    card = panel(page)
    expect(card).to_contain_text(record["source_ref"])
    card.get_by_role("button", name="Sửa").click()
    expect(page.get_by_label("Giờ").first).to_have_value("15:30")
    page.get_by_label("Trạng thái").select_option(label="Đang xử lý")
    page.get_by_label("Lý do sửa").fill("đã có kết quả xác minh")
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(card).to_contain_text("Đã ghi thay đổi")
    latest = card.get_by_role("listitem").filter(has_text="Sửa").first
    expect(latest).to_contain_text("Lý do: đã có kết quả xác minh")
    expect(latest).to_contain_text("Mới tiếp nhận → Đang xử lý")
    # Nothing else was touched.
    expect(latest.get_by_role("listitem")).to_have_count(1)


def test_a_withdrawn_incident_leaves_the_map_and_can_come_back(opened: Callable[..., Page], desk_address: str) -> None:
    lon = LON + 0.004
    entered(desk_address, lon, category="chay_no")
    page = opened(NEAR.format(lat=LAT, lon=lon))
    before = total(page)
    open_by_click(page)
    card = panel(page)
    card.get_by_role("button", name="Rút").click()
    reason = page.get_by_label("Lý do rút")
    expect(reason).to_be_focused()
    page.keyboard.press("Enter")
    expect(reason).to_have_accessible_description(re.compile("Ghi lý do"))
    page.keyboard.type("nhập trùng")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Đã rút: nhập trùng")
    expect(page.locator("#antt-sentence b")).to_have_text(figure(before - 1))
    page.keyboard.press("Escape")
    # Its mark is gone: the press chooses the ward under it.
    page.mouse.click(720, 450)
    expect(page.locator("#antt-ward")).to_contain_text("Lê Thanh Nghị")
    expect(card).to_be_hidden()
    # Around a pin it is found all the same.
    page.keyboard.press("n")
    page.get_by_label("Tọa độ").fill(f"{LAT}, {lon}")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Vụ việc đã có quanh ghim").click()
    page.get_by_role("listitem").filter(has_text="đã rút").get_by_role("button").click()
    expect(page.get_by_role("button", name="Quay lại phiếu đang viết")).to_be_visible()
    card.get_by_role("button", name="Khôi phục").click()
    page.keyboard.type("rút nhầm")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Đã khôi phục vụ việc")
    expect(page.locator("#antt-sentence b")).to_have_text(figure(before))


def test_a_stale_edit_shows_both_versions_to_choose_from(opened: Callable[..., Page], desk_address: str) -> None:
    lon = LON + 0.006
    record = entered(desk_address, lon, channel="113")
    page = opened(NEAR.format(lat=LAT, lon=lon))
    open_by_click(page)
    card = panel(page)
    card.get_by_role("button", name="Sửa").click()
    page.get_by_label("Mức độ").select_option(label="Nghiêm trọng")
    page.get_by_label("Loại vụ việc").select_option("chay_no")
    elsewhere = {"severity": "rat_nghiem_trong", "channel": "dân báo", "reason": "xác minh tại chỗ"}
    send(desk_address, f"/{record['id']}", elsewhere, method="PATCH", version=1)
    page.get_by_role("button", name="Ghi thay đổi").click()
    expect(page.get_by_role("heading", name="Vụ việc đã có người khác sửa")).to_be_focused()
    rows = {name: card.get_by_role("row", name=name) for name in ("Mức độ", "Loại vụ việc", "Kênh tiếp nhận")}
    # Every field in which the versions differ, and no other.
    expect(card.get_by_role("row")).to_have_count(1 + len(rows))
    mine, theirs = rows["Mức độ"].get_by_role("radio").first, rows["Mức độ"].get_by_role("radio").last
    expect(rows["Mức độ"]).to_contain_text(re.compile("Nghiêm trọng.*bạn sửa.*Rất nghiêm trọng.*người khác sửa"))
    expect(mine).to_be_checked()
    expect(rows["Loại vụ việc"].get_by_role("radio").first).to_be_checked()
    expect(rows["Kênh tiếp nhận"].get_by_role("radio").last).to_be_checked()
    # By keyboard: the severity of the other, the category of mine.
    mine.focus()
    page.keyboard.press("ArrowDown")
    expect(theirs).to_be_checked()
    page.get_by_role("button", name="Ghi bản đã chọn").click()
    expect(card).to_contain_text("Đã ghi thay đổi")
    expect(card.get_by_role("heading", name="Cháy, nổ")).to_be_visible()
    expect(card).to_contain_text("Rất nghiêm trọng")
    expect(card).to_contain_text("dân báo")
    now = kept(desk_address, record["id"])
    assert (now["row_version"], now["severity"], now["category"]) == (3, "rat_nghiem_trong", "chay_no")


def test_on_a_phone_the_map_stays_in_sight_above_the_form(opened: Callable[..., Page]) -> None:
    page = opened("c=20.935,106.325,14", size=PHONE)
    page.get_by_role("button", name="Nhập vụ việc").click()
    page.get_by_role("button", name="Đặt ghim trên bản đồ").click()
    pin, form = page.get_by_role("application", name="Ghim vị trí vụ việc").bounding_box(), panel(page).bounding_box()
    assert pin is not None
    assert form is not None
    assert 90 < pin["y"] < pin["y"] + pin["height"] < form["y"]
    assert form["y"] + form["height"] <= PHONE["height"] - 56
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_the_form_speaks_english(opened: Callable[..., Page]) -> None:
    page = opened("c=20.935,106.325,14&lang=en")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Enter incident").click()
    expect(page.get_by_label("Category")).to_be_focused()
    page.get_by_role("button", name="Save incident").click()
    expect(page.get_by_label("Category")).to_have_accessible_description("Choose a category.")
