"""Passwords: which are taken, how they are kept, how one is checked."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from layers.errors import InvalidParameter
from layers.wording import Text, fold

__all__ = ["LONGEST", "SHORTEST", "Passwords", "require_good_password"]

SHORTEST = 12
LONGEST = 128

# What remains of a password without its guessable parts must be this long.
_SHORTEST_REST = 4

# Words that passwords in use here are most often made of, without marks. Longer ones come first.
_COMMONEST = (
    "administrator", "vietnamvodich", "matkhaumoi", "iloveyou", "password", "quantri", "matkhau",
    "haiphong", "vietnam", "welcome", "letmein", "canhsat", "conganxa", "football", "monkey", "dragon",
    "master", "sunshine", "princess", "congan", "phuong", "passwd", "secret", "bando", "admin", "saigon", "hochiminh",
    "hanoi", "danang", "anhyeuem", "emyeuanh", "yeuem", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbn",
    "zxcvbnm", "1qaz2wsx", "1q2w3e4r", "q1w2e3r4", "abcd", "antt", "pass", "login", "user", "guest", "test", "abc",
    "xin", "chao",
)  # fmt: skip
_COMMON_WORD = re.compile("|".join(sorted(map(re.escape, _COMMONEST), key=len, reverse=True)))
_YEAR = re.compile(r"(19|20)\d\d")

# Each check works in 64 MiB; more at once would let a flood of sign-ins take a small server's memory.
_AT_ONCE = threading.BoundedSemaphore(2)


def require_good_password(password: str, *, login: str) -> None:
    """Refuse a password that is easy to guess. Which kinds of sign it has does not matter.

    Parameters
    ----------
    password : str
        As typed.
    login : str
        The name it goes with.

    Raises
    ------
    InvalidParameter
        When it is too short or too long, or little is left of it without the login, the commonest words, years
        and runs such as ``1234`` or ``aaaa``.

    References
    ----------
    Length over composition and a list of refused passwords: NIST SP 800-63B-4 (2025), section 3.1.1.2.

    Examples
    --------
    >>> require_good_password("tám con thuyền giấy", login="binh")
    """
    if not SHORTEST <= len(_normal(password)) <= LONGEST:
        raise InvalidParameter(
            Text(f"Mật khẩu phải có từ {SHORTEST} đến {LONGEST} ký tự.",
                 f"A password has {SHORTEST} to {LONGEST} characters."),
            Text("Dùng một câu dễ nhớ gồm vài từ không liên quan.", "Use a phrase of a few unrelated words."),
        )  # fmt: skip
    if len(_without_guessable(fold(password), login)) < _SHORTEST_REST:
        raise InvalidParameter(
            Text("Mật khẩu này dễ đoán.", "This password is easy to guess."),
            Text("Không dùng tên đăng nhập, từ thông dụng, năm sinh hay dãy phím liền nhau; nên dùng một câu vài từ.",
                 "Leave out the login, common words, years and runs of keys; use a phrase of a few words."),
        )  # fmt: skip


class Passwords:
    """Turns passwords into what is kept, and checks them.

    Parameters
    ----------
    hasher : PasswordHasher, optional
        How costly a check is. By default argon2id with 3 passes over 64 MiB in 4 lanes, the second choice of
        RFC 9106 (Biryukov, Dinu, Khovratovich and Josefsson, 2021), section 4, for machines without memory to spare.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)

    def kept(self, password: str) -> str:
        """Make what is kept of a password.

        Parameters
        ----------
        password : str
            As typed.

        Returns
        -------
        str
            Hash with its salt and parameters.
        """
        with _AT_ONCE:
            return self._hasher.hash(_bytes(password))

    def matches(self, kept: str | None, password: str) -> bool:
        """Check a password; without anything to check against it takes as long and fails.

        Parameters
        ----------
        kept : str or None
            What is kept; None when there is no such account.
        password : str
            As typed; one longer than any password is not looked at.

        Returns
        -------
        bool
            Whether it is the one.
        """
        # Made whether it is needed or not, so that the first check of an unknown name takes no longer.
        spare = self._spare
        with _AT_ONCE:
            try:
                self._hasher.verify(kept or spare, _bytes(password[:LONGEST]))
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None and len(_normal(password)) <= LONGEST

    def is_outdated(self, kept: str) -> bool:
        """Say whether a hash was made with other parameters than those of today.

        Parameters
        ----------
        kept : str
            What is kept.

        Returns
        -------
        bool
            Whether to make it anew at the next sign-in.
        """
        return self._hasher.check_needs_rehash(kept)

    @cached_property
    def _spare(self) -> str:
        return self.kept("")


def _normal(password: str) -> str:
    # The same letter may be typed in two ways, above all in Vietnamese.
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    # A request may hold half a sign, which is no text but still may not be a fault.
    return _normal(password).encode("utf-8", "surrogatepass")


def _without_guessable(folded: str, login: str) -> str:
    rest, name = (re.sub(r"[\W_]", "", text) for text in (folded, fold(login)))
    rest = rest.replace(name, "") if len(name) >= _SHORTEST_REST else rest
    rest = _COMMON_WORD.sub("", _YEAR.sub("", rest))
    in_run = _places_in_runs(rest)
    return "".join(sign for place, sign in enumerate(rest) if place not in in_run)


def _places_in_runs(text: str) -> set[int]:
    places: set[int] = set()
    for at, signs in enumerate(zip(text, text[1:], text[2:], strict=False)):
        first, second, third = map(ord, signs)
        if second - first == third - second in {-1, 0, 1}:
            places |= {at, at + 1, at + 2}
    return places
