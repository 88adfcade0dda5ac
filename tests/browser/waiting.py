"""Waiting for what a page will show: as long as a slow machine needs, and no longer than a fast one does."""

from __future__ import annotations

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image
from playwright.sync_api import FloatRect, Page

LONGEST_S = 30.0
_STEP_MS = 100
# Two looks this far apart that see the same see a page that has come to rest.
_REST_MS = 250


def pixels_of(page: Page, clip: FloatRect | None = None) -> np.ndarray:
    """The colours of the window or of a part of it: rows, columns, red green blue."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB"))


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds; the test fails when it never does."""
    end = time.monotonic() + LONGEST_S
    while not holds():
        assert time.monotonic() < end, f"this does not hold after {LONGEST_S:g} s"
        page.wait_for_timeout(_STEP_MS)


def at_rest(page: Page, look: Callable[[], np.ndarray]) -> np.ndarray:
    """What is seen once all answers are there and nothing moves any more."""
    page.wait_for_load_state("networkidle")
    seen = [look()]

    def same_again() -> bool:
        page.wait_for_timeout(_REST_MS)
        seen.append(look())
        return np.array_equal(seen[-2], seen[-1])

    until(page, same_again)
    return seen[-1]


def until_changed(page: Page, look: Callable[[], np.ndarray], *, before: np.ndarray, share: float) -> None:
    """Wait until more than a share of the pixels seen differ from those before."""
    until(page, lambda: bool((look() != before).any(axis=-1).mean() > share))
