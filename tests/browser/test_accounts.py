"""The administrator's accounts, from the first sign-in to the last sign-out, as the manual tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.accounts import GOOD, OTHER
from tests.browser.conftest import PHONE, Watched
from tests.browser.office import FIRST, Forgiving, add_officer, done, sign_in

pytestmark = pytest.mark.browser

AGAIN = "sáu ngọn đèn dầu nhỏ"


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    """A sign-in checks the password for a good while on a busy machine."""
    expect.set_options(timeout=30_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture
def desk(open_page: Callable[..., Watched], office_address: str) -> Callable[..., Page]:
    """Open a browser of somebody; refusals that a story brings about are no faults of the page."""

    def opened(path: str = "/", **how: object) -> Page:
        watched = open_page(f"{office_address}{path}", **how)
        watched.problems = Forgiving()
        return watched.page

    return opened


def open_menu(page: Page, name: str, entry: str) -> None:
    """Open the own menu in the bar of the map and go to one of its entries, by keyboard."""
    page.locator("summary").filter(has_text=name).focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name=entry).or_(page.get_by_role("button", name=entry)).focus()
    page.keyboard.press("Enter")


def row(page: Page, login: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=login, exact=True))


def test_the_administrator_signs_in_and_adds_a_ward_officer_by_keyboard(desk: Callable[..., Page]) -> None:
    page = desk("/accounts")
    # Whoever is not signed in is led to the sign-in, and from there to what was wanted.
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    sign_in(page, "quantri", OTHER)
    expect(page.get_by_role("alert")).to_contain_text("Tên đăng nhập hoặc mật khẩu không đúng.")
    # The name stays; the password is typed anew.
    expect(page.get_by_label("Mật khẩu")).to_be_focused()
    page.keyboard.type(GOOD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Tài khoản", exact=True)).to_be_visible()
    expect(row(page, "quantri")).to_contain_text("Quản trị viên")
    the_form_is_filled_in_by_keyboard(page)
    expect(done(page)).to_have_text("Đã thêm tài khoản.")
    expect(page.get_by_role("checkbox", name="Phường Lê Thanh Nghị")).to_be_checked()
    page.get_by_role("link", name="Tài khoản", exact=True).click()
    expect(row(page, "binh")).to_contain_text(re.compile("Lê Văn Bình.*Công an xã, phường.*Phường Lê Thanh Nghị"))


def the_form_is_filled_in_by_keyboard(page: Page) -> None:
    """From the link at the top through every field to the password; Enter sends the form."""
    page.get_by_role("link", name="Thêm tài khoản").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type("binh")
    page.keyboard.press("Tab")
    page.keyboard.type("Lê Văn Bình")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Vai trò")).to_be_focused()
    expect(page.get_by_label("Vai trò")).to_have_value("ward_officer")
    page.keyboard.press("Tab")
    expect(page.get_by_role("checkbox", name="Toàn bộ")).to_be_focused()
    unit = page.get_by_role("checkbox", name="Phường Lê Thanh Nghị")
    unit.focus()
    page.keyboard.press("Space")
    expect(unit).to_be_checked()
    page.get_by_label("Mật khẩu ban đầu").focus()
    page.keyboard.type(FIRST)
    page.keyboard.press("Enter")


def test_what_cannot_be_is_refused_above_the_form_and_stays_in_it(desk: Callable[..., Page]) -> None:
    page = desk("/accounts")
    sign_in(page, "quantri", GOOD)
    add_officer(page, "hoa")
    page.get_by_label("Tên đăng nhập").fill("Lê Bình")
    page.get_by_role("button", name="Thêm tài khoản").click()
    expect(page.get_by_role("alert")).to_contain_text("Tên đăng nhập “Lê Bình” không dùng được.")
    expect(page.get_by_label("Tên hiển thị")).to_have_value("Lê Văn Bình")
    expect(page.get_by_role("checkbox", name="Phường Lê Thanh Nghị")).to_be_checked()
    # A password is never sent back.
    expect(page.get_by_label("Mật khẩu ban đầu")).to_have_value("")
    page.get_by_label("Tên đăng nhập").fill("hoa")
    page.get_by_label("Mật khẩu ban đầu").fill("congan123456")
    page.get_by_role("button", name="Thêm tài khoản").click()
    expect(page.get_by_role("alert")).to_contain_text("Mật khẩu này dễ đoán.")


def test_the_officer_changes_the_first_password_and_sees_points_of_the_own_ward_alone(
    desk: Callable[..., Page],
) -> None:
    page = desk("/accounts")
    sign_in(page, "quantri", GOOD)
    add_officer(page, "dung")
    page.keyboard.press("Enter")
    expect(done(page)).to_be_visible()
    officer = desk()
    sign_in(officer, "dung", FIRST)
    expect(officer.locator("#antt-map")).to_be_visible()
    dismiss(officer)
    open_menu(officer, "Lê Văn Bình", "Đổi mật khẩu")
    expect(officer.get_by_label("Mật khẩu hiện tại")).to_be_focused()
    for typed in (FIRST, OTHER, OTHER):
        officer.keyboard.type(typed)
        officer.keyboard.press("Tab")
    officer.keyboard.press("Enter")
    expect(done(officer)).to_have_text("Đã đổi mật khẩu.")
    # What is published about the other wards stands at the middle of its cell, where nothing has happened.
    inside, true = places_of(page, "10532"), places_of(page, "")
    assert 0 < len(inside) < len(true)
    assert places_of(officer, "") & true == inside
    # And there is nothing for an officer among the administrator's pages.
    officer.goto(f"{address_of(officer)}/accounts")
    expect(officer.get_by_role("heading", name="Bạn không có quyền quản trị.")).to_be_visible()
    # The first password is worth nothing any more.
    late = desk()
    sign_in(late, "dung", FIRST)
    expect(late.get_by_role("alert")).to_be_visible()


def dismiss(page: Page) -> None:
    later = page.get_by_role("button", name="Để sau")
    if later.is_visible():
        later.click()


def address_of(page: Page) -> str:
    return page.url.split("/", 3)[0] + "//" + page.url.split("/", 3)[2]


def places_of(page: Page, unit: str) -> set[tuple[float, float]]:
    """The points that the browser of a person is given."""
    query = f"?unit={unit}" if unit else ""
    answer = page.request.get(f"{address_of(page)}/api/v1/incidents/points{query}")
    assert answer.ok
    columns = answer.json()["columns"]
    return set(zip(columns["lon"], columns["lat"], strict=True))


def test_role_area_session_and_password_are_changed_and_an_account_is_shut(desk: Callable[..., Page]) -> None:
    page = desk("/accounts")
    sign_in(page, "quantri", GOOD)
    add_officer(page, "minh")
    page.keyboard.press("Enter")
    expect(done(page)).to_be_visible()
    officer = desk()
    sign_in(officer, "minh", FIRST)
    expect(officer.locator("#antt-map")).to_be_visible()
    before = places_of(officer, "10507")
    the_role_and_the_area_are_changed(page)
    # It holds from the next request on, without signing in again.
    exact = places_of(page, "10507")
    assert not before & exact
    assert places_of(officer, "10507") == exact
    the_session_is_ended(page, officer)
    the_password_is_set_anew(page, officer)
    the_account_is_shut(page, officer)


def the_role_and_the_area_are_changed(page: Page) -> None:
    page.get_by_label("Vai trò").select_option(label="Trực ban")
    page.get_by_role("checkbox", name="Phường Thành Đông").check()
    page.get_by_role("button", name="Lưu thay đổi").click()
    expect(done(page)).to_have_text("Đã lưu thay đổi.")
    expect(page.get_by_label("Vai trò")).to_have_value("duty_officer")


def the_session_is_ended(page: Page, officer: Page) -> None:
    page.get_by_role("button", name=re.compile("^Kết thúc")).click()
    expect(done(page)).to_have_text("Đã kết thúc phiên.")
    expect(page.get_by_text("Không có phiên nào.")).to_be_visible()
    officer.reload()
    expect(officer.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def the_password_is_set_anew(page: Page, officer: Page) -> None:
    page.get_by_label("Mật khẩu mới").fill(AGAIN)
    page.keyboard.press("Enter")
    expect(done(page)).to_have_text("Đã đặt mật khẩu mới.")
    sign_in(officer, "minh", FIRST)
    expect(officer.get_by_role("alert")).to_be_visible()
    officer.keyboard.type(AGAIN)
    officer.keyboard.press("Enter")
    expect(officer.locator("#antt-map")).to_be_visible()


def the_account_is_shut(page: Page, officer: Page) -> None:
    page.get_by_role("checkbox", name="Khóa tài khoản").check()
    page.get_by_role("button", name="Lưu thay đổi").click()
    expect(done(page)).to_have_text("Đã lưu thay đổi.")
    officer.reload()
    sign_in(officer, "minh", AGAIN)
    expect(officer.get_by_role("alert")).to_be_visible()
    page.get_by_role("link", name="Tài khoản", exact=True).click()
    expect(row(page, "minh")).to_contain_text("Đã khóa")


def test_two_administrators_edit_one_account_and_neither_loses_anything(desk: Callable[..., Page]) -> None:
    page = desk("/accounts")
    sign_in(page, "quantri", GOOD)
    add_officer(page, "tuan")
    page.keyboard.press("Enter")
    expect(done(page)).to_be_visible()
    other = desk("/accounts/tuan")
    sign_in(other, "quantri", GOOD)
    expect(other.get_by_label("Vai trò")).to_have_value("ward_officer")
    page.get_by_label("Tên hiển thị").fill("Lê Bình")
    page.get_by_role("button", name="Lưu thay đổi").click()
    expect(done(page)).to_be_visible()
    other.get_by_label("Vai trò").select_option(label="Trực ban")
    other.get_by_role("button", name="Lưu thay đổi").click()
    expect(other.get_by_role("alert")).to_contain_text("vừa được người khác sửa")
    table = other.get_by_role("table").first
    expect(table.get_by_role("row", name="Tên hiển thị")).to_contain_text(re.compile("Lê Văn Bình.*Lê Bình"))
    expect(table.get_by_role("row", name="Vai trò")).to_contain_text(re.compile("Trực ban.*Công an xã, phường"))
    # The fields hold what each of the two has changed.
    expect(other.get_by_label("Tên hiển thị")).to_have_value("Lê Bình")
    expect(other.get_by_label("Vai trò")).to_have_value("duty_officer")
    other.get_by_role("button", name="Lưu thay đổi").click()
    expect(done(other)).to_have_text("Đã lưu thay đổi.")
    expect(other.get_by_label("Tên hiển thị")).to_have_value("Lê Bình")
    expect(other.get_by_label("Vai trò")).to_have_value("duty_officer")


def test_the_history_is_searched_exported_checked_and_signed_out_of(desk: Callable[..., Page], tmp_path: Path) -> None:
    page = desk("/accounts")
    sign_in(page, "quantri", GOOD)
    add_officer(page, "mai")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Nhật ký").click()
    page.get_by_label("Hành động").select_option(label="Thay đổi tài khoản")
    page.get_by_label("Người thực hiện").fill("quantri")
    page.get_by_label("Có chữ").fill("mai")
    page.keyboard.press("Enter")
    added = page.get_by_role("row").filter(has_text="Tài khoản: mai")
    expect(added).to_contain_text(re.compile("quantri.*Thay đổi tài khoản.*vai trò Công an xã, phường", re.DOTALL))
    expect(page.get_by_label("Người thực hiện")).to_have_value("quantri")
    expect(page.get_by_role("row")).to_have_count(2)
    it_is_taken_away_as_a_file(page, tmp_path / "nhat-ky.csv")
    it_is_checked_against_the_head(page)
    page.get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Đăng nhập")).to_be_visible()


def it_is_taken_away_as_a_file(page: Page, file: Path) -> None:
    """And that stands in the history."""
    with page.expect_download() as taken:
        page.get_by_role("link", name="Xuất CSV").click()
    taken.value.save_as(file)
    assert "mai" in file.read_text("utf-8-sig")
    page.get_by_label("Hành động").select_option(label="Xuất dữ liệu")
    page.get_by_role("button", name="Tìm", exact=True).click()
    expect(page.get_by_role("row").filter(has_text="nhật ký")).to_contain_text("Số dòng: 1")


def it_is_checked_against_the_head(page: Page) -> None:
    page.get_by_role("link", name="Kiểm tra nhật ký").click()
    expect(done(page)).to_have_text("Nhật ký nguyên vẹn.")
    expect(page.get_by_text("Chưa đối chiếu")).to_be_visible()
    head = page.locator(".office-head").inner_text()
    page.get_by_label("Đầu chuỗi trên bản in đã cất").fill(head)
    page.get_by_role("button", name="Đối chiếu").click()
    expect(page.get_by_text("Chưa đối chiếu")).to_be_hidden()


def test_on_a_phone_nothing_is_wider_than_the_screen(desk: Callable[..., Page], office_address: str) -> None:
    page = desk("/accounts", size=PHONE)
    sign_in(page, "quantri", GOOD)
    expect(page.get_by_role("heading", name="Tài khoản", exact=True)).to_be_visible()
    for path in ("/accounts", "/accounts/quantri", "/audit", "/audit/check", "/password"):
        page.goto(f"{office_address}{path}")
        expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0, path
