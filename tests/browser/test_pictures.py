"""The pictures in the documents, taken by the tests; `make pictures` keeps them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import ViewportSize

from tests.accounts import GOOD
from tests.browser.conftest import PHONE, Watched
from tests.browser.office import Forgiving, add_officer, done, sign_in
from tests.browser.other_desk import LAT, LON, entered, send

# What they show is proved by the other tests of the page; that each still can be taken, by the long run.
pytestmark = [pytest.mark.browser, pytest.mark.long]

WALL: ViewportSize = {"width": 1440, "height": 900}
WARD = "?sel=10532@2025-07-01&from=2026-05-01&to=2026-08-01"
PICTURES: dict[str, tuple[str, ViewportSize, bool]] = {
    "map-vi": (WARD, WALL, False),
    "map-en": (f"{WARD}&lang=en", WALL, False),
    "map-dark": (WARD, WALL, True),
    "map-phone": ("", PHONE, False),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_of_the_map_is_worth_showing(
    open_page: Callable[..., Watched], sample_address: str, tmp_path: Path, name: str
) -> None:
    query, size, dark = PICTURES[name]
    watched = open_page(f"{sample_address}/{query}", size=size, dark=dark)
    later = watched.page.get_by_role("button", name="Để sau")
    if later.is_visible():
        later.click()
    watched.page.wait_for_timeout(1000)
    assert keep(watched, name, tmp_path).shape[:2] == (size["height"], size["width"])


def test_pictures_of_old_and_new_units_are_worth_showing(
    open_page: Callable[..., Watched], sample_address: str, tmp_path: Path
) -> None:
    watched = open_page(f"{sample_address}/units/10532@2025-07-01", size=WALL)
    keep(watched, "unit-page", tmp_path)
    watched = open_page(sample_address, size=WALL)
    watched.page.get_by_role("button", name="Để sau").click()
    watched.page.get_by_role("combobox", name="Tìm phường").fill("P. Trần Phú, TP. Hải Dương")
    watched.page.get_by_role("option").first.wait_for()
    keep(watched, "search-old-name", tmp_path)


BORDERS = "layers=counts,units&mode=count&c=20.935,106.325,13.25"
# Tall enough for a whole panel.
TALL: ViewportSize = {"width": 1440, "height": 1600}
THROUGH_TIME: dict[str, tuple[str, str | None]] = {
    "vintage-slider": (f"?as_of=2019-12-01&{BORDERS}", "#antt-time"),
    "split-view": (f"?as_of2=2019-12-01&{BORDERS}", None),
    "trend-break": (f"?sel=10532@2025-07-01&{BORDERS}", ".trend"),
}


@pytest.mark.parametrize("name", THROUGH_TIME)
def test_a_picture_of_boundaries_through_time_is_worth_showing(
    open_page: Callable[..., Watched], old_wards_address: str, tmp_path: Path, name: str
) -> None:
    query, part = THROUGH_TIME[name]
    watched = open_page(f"{old_wards_address}/{query}", size=TALL if part else WALL)
    watched.page.get_by_role("button", name="Để sau").click()
    watched.page.wait_for_timeout(1000)
    keep(watched, name, tmp_path, part=part)


SUMMER = "from=2026-05-01&to=2026-08-01"
CITY = "c=20.862,106.672,12.25"
# Both towns with hotspots, in the room that the panels leave.
TOWNS = "c=20.86,106.54,11"
HOTSPOTS: dict[str, tuple[str, str | None]] = {
    "hotspot-density": (f"hot=density&{SUMMER}", None),
    "hotspot-gistar": (f"hot=gistar&{TOWNS}", None),
    "hotspot-emerging": (f"hot=emerging&{TOWNS}", None),
    "hotspot-clusters": (f"hot=dbscan&{CITY}", None),
    "hotspot-backtest": (f"hot=gistar&hot_with=shape:units&{SUMMER}", "#antt-hotspot"),
}


@pytest.mark.parametrize("name", HOTSPOTS)
def test_a_picture_of_hotspots_is_worth_showing(
    open_page: Callable[..., Watched], desk_address: str, tmp_path: Path, name: str
) -> None:
    query, part = HOTSPOTS[name]
    watched = open_page(f"{desk_address}/?{query}", size=TALL if part else WALL)
    page = watched.page
    page.get_by_role("button", name="Để sau").click()
    page.locator(".hot-scores").wait_for(timeout=120_000)
    if part:
        page.locator(".hot-test").get_by_text("Các chỉ số này là gì").click()
    page.wait_for_timeout(1000)
    keep(watched, name, tmp_path, part=part)
    # Long runs are answered with 413 first and done as jobs; that is no fault of the page.
    watched.problems[:] = [said for said in watched.problems if "status of 413" not in said]


def test_pictures_of_a_record_are_worth_showing(
    open_page: Callable[..., Watched], desk_address: str, tmp_path: Path
) -> None:
    record = entered(desk_address, LON - 0.002, severity="nghiem_trong", channel="trực ban", reason="dân báo")
    watched = open_page(f"{desk_address}/?layers=incidents,units&c={LAT},{LON - 0.002},16", size=WALL)
    page = watched.page
    page.get_by_role("button", name="Để sau").click()
    page.get_by_role("button", name="Nhập vụ việc").click()
    page.get_by_label("Loại vụ việc").select_option("trom_cap")
    page.get_by_label("Xảy ra từ ngày").fill("20/10/2026")
    page.get_by_label("Giờ").first.fill("14:30")
    page.mouse.click(650, 380)
    page.wait_for_timeout(800)
    keep(watched, "record-form", tmp_path)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Bỏ", exact=True).click()
    page.mouse.click(720, 450)
    page.get_by_role("button", name="Sửa").click()
    page.get_by_label("Trạng thái").select_option("dang_xu_ly")
    page.get_by_label("Sai số vị trí (m)").fill("10")
    elsewhere = {"severity": "rat_nghiem_trong", "status": "da_xu_ly", "reason": "xác minh tại chỗ"}
    send(desk_address, f"/{record['id']}", elsewhere, method="PATCH", version=1)
    page.get_by_role("button", name="Ghi thay đổi").click()
    page.get_by_role("heading", name="Vụ việc đã có người khác sửa").wait_for()
    keep(watched, "stale-edit", tmp_path, part="#antt-record")
    page.get_by_role("button", name="Ghi bản đã chọn").click()
    page.locator(".record-note").wait_for()
    keep(watched, "record-history", tmp_path, part="#antt-record")
    # The stale version that was asked for is no fault of the page.
    watched.problems[:] = [said for said in watched.problems if "status of 412" not in said]


# As tall as the list with the form under it.
SHEET: ViewportSize = {"width": 1100, "height": 1100}


def test_pictures_of_accounts_and_of_the_history_are_worth_showing(
    open_page: Callable[..., Watched], office_address: str, tmp_path: Path
) -> None:
    watched = open_page(f"{office_address}/accounts", size=SHEET)
    watched.problems = Forgiving()
    page = watched.page
    sign_in(page, "quantri", GOOD)
    page.get_by_role("link", name="Thêm tài khoản").wait_for(timeout=30_000)
    add_officer(page, "lan")
    page.keyboard.press("Enter")
    done(page).wait_for(timeout=30_000)
    # A second page of the same browser is faster.
    second = page.context.new_page()
    second.goto(f"{office_address}/accounts/lan")
    second.get_by_label("Tên hiển thị").fill("Lê Bình")
    second.get_by_role("button", name="Lưu thay đổi").click()
    done(second).wait_for(timeout=30_000)
    page.get_by_label("Vai trò").select_option(label="Trực ban")
    page.get_by_role("button", name="Lưu thay đổi").click()
    page.get_by_role("alert").wait_for(timeout=30_000)
    keep(watched, "account-stale", tmp_path)
    page.goto(f"{office_address}/accounts")
    keep(watched, "accounts", tmp_path)
    page.goto(f"{office_address}/audit")
    keep(watched, "audit", tmp_path)


def keep(watched: Watched, name: str, fallback: Path, *, part: str | None = None) -> np.ndarray:
    """Take a picture of the page or of a part of it, see that it is not bare, and give its pixels."""
    path = Path(os.environ.get("ANTT_PICTURES", fallback)) / f"{name}.png"
    (watched.page.locator(part) if part else watched.page).screenshot(path=path)
    pixels = np.asarray(Image.open(path).convert("RGB"))
    assert len(np.unique(pixels.reshape(-1, 3) // 8, axis=0)) > (20 if part else 100)
    return pixels
