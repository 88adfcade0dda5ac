"""Passwords: length over composition, nothing that is guessed first, never kept as they are."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher, extract_parameters

from layers.errors import InvalidParameter
from mapserver.services.passwords import Passwords, require_good_password

GOOD = "tám con thuyền giấy"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "8842-1934-77201-993",
        "ngủ dậy lúc sáu giờ",
        "vjPq7nTzLw4s",
        "x" * 4 + GOOD,
    ],
)
def test_a_long_password_is_taken_whatever_its_signs(password: str) -> None:
    require_good_password(password, login="le.binh")


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "aaaaaaaaaaaaaaa",
        "Password2025!",
        "MậtKhẩu@123456",
        "matkhau matkhau",
        "congan@1234567",
        "Administrator1",
        "qwertyuiop123",
        "le.binh.1990.le.binh",
        "LeBinh le.binh 123",
        "Hải Phòng 2025 !!!",
    ],
)
def test_a_password_that_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        require_good_password(password, login="le.binh")
    assert "dễ đoán" in refused.value.message.vi


@pytest.mark.parametrize("password", ["", "vjPq7nTzLw4", "vjPq7nTzLw4s" * 11])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(InvalidParameter, match="12 to 128"):
        require_good_password(password, login="le.binh")


def test_what_is_kept_is_argon2id_as_recommended_and_never_twice_the_same() -> None:
    passwords = Passwords()
    one, other = passwords.kept(GOOD), passwords.kept(GOOD)
    assert one != other
    assert GOOD not in one
    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.matches(one, GOOD)
    assert not passwords.is_outdated(one)


def test_a_password_is_the_same_however_its_letters_are_typed(passwords: Passwords) -> None:
    import unicodedata

    kept = passwords.kept(unicodedata.normalize("NFD", GOOD))
    assert passwords.matches(kept, unicodedata.normalize("NFC", GOOD))
    assert not passwords.matches(kept, GOOD.upper())


@pytest.mark.parametrize("typed", ["", "\ud800" * 12, "\0", GOOD * 100, "ﷺ" * 128])
def test_whatever_is_typed_is_only_ever_wrong(passwords: Passwords, typed: str) -> None:
    assert not passwords.matches(passwords.kept(GOOD), typed)
    assert not passwords.matches(None, typed)
    assert not passwords.matches("no hash", typed)


def test_nothing_matches_where_there_is_no_account(passwords: Passwords) -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches(None, GOOD)


def test_a_hash_of_other_cost_is_outdated(passwords: Passwords) -> None:
    dearer = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    kept = passwords.kept(GOOD)
    assert extract_parameters(kept).time_cost == 1
    assert dearer.is_outdated(kept)
    assert dearer.matches(kept, GOOD)


@pytest.fixture
def passwords() -> Passwords:
    """As safe as nothing, and as quick."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
