"""Words and numbers of cells."""

from __future__ import annotations

import pytest

from layers.incidents.values import category_slug, mask_personal, severity_slug, status_slug
from layers.tcvn3 import looks_like_tcvn3, to_unicode


@pytest.mark.parametrize(
    "number",
    [
        "031085001234", "031 085 001 234", "142857142", "0912345678", "0912 345 678", "0912.345.678",
        "+84 912 345 678", "84912345678", "0220 3852 114", "02203852114",
    ],
)  # fmt: skip
def test_personal_numbers_are_masked(number: str) -> None:
    assert mask_personal(f"ông A, {number}.") == "ông A, •••."
    assert mask_personal(number) == "•••"


@pytest.mark.parametrize(
    "text", ["12/2025/HS", "106.437388123", "20,951234567", "2315000.123", "số 45", "2025-07-01", "1234567890123"]
)
def test_other_numbers_stay(text: str) -> None:
    assert mask_personal(text) == text


def test_words_of_many_spellings_mean_one_category() -> None:
    for word in ("Trộm cắp tài sản", "TROM CAP", "trộm  cắp", "theft", "trom_cap"):
        assert category_slug(word, {}) == "trom_cap"
    assert category_slug("cái gì đó", {}) is None


def test_severity_and_status_are_keys() -> None:
    assert severity_slug("Đặc biệt nghiêm trọng") == "dac_biet_nghiem_trong"
    assert status_slug("Đã xử lý") == status_slug("closed") == "da_xu_ly"
    assert severity_slug("") is status_slug("") is None


def test_old_fonts_become_unicode() -> None:
    old = "Tr\u00e9m c\u00bep t\u00b5i s\u00b6n, \u00ae\u00b8nh b\u00b9c, \u00a7\u00e5 S\u00acn"
    assert to_unicode(old) == "Trộm cắp tài sản, đánh bạc, Đồ Sơn"
    assert looks_like_tcvn3(old)
    assert not looks_like_tcvn3("Trộm cắp tài sản")
    assert not looks_like_tcvn3("Café Zürich, señor")
    assert not looks_like_tcvn3("plain")
