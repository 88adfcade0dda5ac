"""The pictures in the documents, taken by the tests; `make pictures` keeps them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import ViewportSize

from tests.browser.conftest import PHONE, Watched

pytestmark = pytest.mark.browser

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
    folder = Path(os.environ.get("ANTT_PICTURES", tmp_path))
    watched.page.screenshot(path=folder / f"{name}.png")
    pixels = np.asarray(Image.open(folder / f"{name}.png").convert("RGB"))
    assert pixels.shape[:2] == (size["height"], size["width"])
    assert len(np.unique(pixels.reshape(-1, 3) // 8, axis=0)) > 100
