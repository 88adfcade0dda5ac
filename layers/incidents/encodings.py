"""Which encoding a text file has: the ones that Vietnamese offices really use."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass

from layers.errors import InvalidParameter
from layers.tcvn3 import to_unicode, vietnamese_share
from layers.wording import Text

__all__ = ["SAMPLE_BYTES", "Encoding", "detect_encoding", "named_encoding"]

SAMPLE_BYTES = 1 << 18
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_TCVN3_NAMES = {"tcvn3", "abc", "tcvn", "tcvn5712"}


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become text.

    Parameters
    ----------
    codec : str
        Name of a Python codec.
    tcvn3 : bool
        Whether the decoded text still has to be turned from the ABC fonts into Unicode.
    """

    codec: str
    tcvn3: bool = False

    @property
    def name(self) -> str:
        """The name shown to people."""
        return "tcvn3" if self.tcvn3 else self.codec

    def decode(self, raw: bytes) -> str:
        """Turn bytes into text in form NFC, a replacement sign where that fails.

        Parameters
        ----------
        raw : bytes
            A whole file or its beginning.

        Returns
        -------
        str
            The text.
        """
        text = raw.decode(self.codec, errors="replace")
        return to_unicode(text) if self.tcvn3 else unicodedata.normalize("NFC", text)


def named_encoding(name: str) -> Encoding:
    """Take the encoding that the user states.

    Parameters
    ----------
    name : str
        A Python codec name, or ``tcvn3``.

    Returns
    -------
    Encoding
        The encoding.

    Raises
    ------
    InvalidParameter
        When there is no such encoding.

    Examples
    --------
    >>> named_encoding("TCVN3").name, named_encoding("cp1258").name
    ('tcvn3', 'cp1258')
    """
    if name.casefold().replace("-", "") in _TCVN3_NAMES:
        return Encoding("latin-1", tcvn3=True)
    try:
        found = codecs.lookup(name).name
        "".encode(found)
    except (LookupError, ValueError) as cause:
        raise InvalidParameter(
            Text(f"Không có bảng mã “{name}”.", f"There is no encoding “{name}”."),
            Text("Dùng utf-8, utf-16, cp1258 hoặc tcvn3.", "Use utf-8, utf-16, cp1258 or tcvn3."),
        ) from cause
    return Encoding(found)


def detect_encoding(sample: bytes) -> Encoding:
    r"""Find the encoding from the beginning of a file.

    A byte-order mark decides; else valid UTF-8; else UTF-16 by its zero bytes; else the 8-bit
    table under which most marked words are Vietnamese syllables. ABC text that another
    program stored as UTF-8 is recognised too.

    Parameters
    ----------
    sample : bytes
        The first bytes of the file, ``SAMPLE_BYTES`` of them are enough.

    Returns
    -------
    Encoding
        The best guess.

    Examples
    --------
    >>> detect_encoding("loại;Trộm cắp".encode("utf-16")).name
    'utf-16'
    >>> detect_encoding("C«ng an ph\xadêng Lª Thanh NghÞ".encode("latin-1")).name
    'tcvn3'
    """
    for mark, codec in _MARKS:
        if sample.startswith(mark):
            return _with_fonts(codec, sample)
    zeros = _zero_share(sample)
    if zeros is not None:
        return Encoding(zeros)
    if _is_utf8(sample):
        return _with_fonts("utf-8", sample)
    return _eight_bit(sample)


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _zero_share(sample: bytes) -> str | None:
    # Most characters of any table are ASCII, so one byte of each UTF-16 pair is zero.
    even, odd = sample[0:4096:2], sample[1:4096:2]
    if not odd or max(even.count(0), odd.count(0)) < 0.4 * len(odd):
        return None
    return "utf-16-be" if even.count(0) > odd.count(0) else "utf-16-le"


def _with_fonts(codec: str, sample: bytes) -> Encoding:
    plain = sample.decode(codec, errors="ignore")
    fonts = _score(Encoding("utf-8", tcvn3=True), plain.encode()) > _score(Encoding("utf-8"), plain.encode())
    return Encoding(codec, tcvn3=fonts)


def _eight_bit(sample: bytes) -> Encoding:
    candidates = (Encoding("cp1258"), Encoding("latin-1", tcvn3=True), Encoding("utf-8"))
    best = max(candidates, key=lambda candidate: _score(candidate, sample))
    return best if _score(best, sample) > 0 else Encoding("cp1252")


def _score(encoding: Encoding, sample: bytes) -> float:
    share = vietnamese_share(encoding.decode(sample[:SAMPLE_BYTES]))
    # Half of the marked words must be Vietnamese, or a few accidents would decide.
    return share if share is not None and share >= 0.5 else 0.0
