"""An office with accounts: its first administrator, and what every story of it begins with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.accounts import GOOD

FIRST = "bốn chiếc nón lá cũ"
REFUSALS = re.compile(r"status of (401|403|404|409|412|422)")


def made_by_hand(store: Path, login: str, *options: str) -> None:
    """Make an account on the command line."""
    command = [sys.executable, "-m", "mapserver", "user", "add", login, *options, "--store", str(store)]
    subprocess.run([*command, "--password-stdin"], input=GOOD, text=True, check=True, capture_output=True, timeout=120)


class Forgiving(list[str]):
    """What went wrong on a page, but for the refusals that the story is about."""

    def append(self, said: str) -> None:
        if not REFUSALS.search(said):
            super().append(said)


def sign_in(page: Page, login: str, password: str) -> None:
    """By keyboard alone: the field is under the hand, Enter sends."""
    expect(page.get_by_label("Tên đăng nhập")).to_be_focused()
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def done(page: Page) -> Locator:
    return page.get_by_role("status")


def add_officer(page: Page, login: str) -> None:
    """Fill in the form for a ward officer who answers for the ward of the sample, and leave it at the password."""
    page.get_by_role("link", name="Thêm tài khoản").click()
    page.get_by_label("Tên đăng nhập").fill(login)
    page.get_by_label("Tên hiển thị").fill("Lê Văn Bình")
    page.get_by_label("Vai trò").select_option(label="Công an xã, phường")
    page.get_by_role("checkbox", name="Phường Lê Thanh Nghị").check()
    page.get_by_label("Mật khẩu ban đầu").fill(FIRST)
