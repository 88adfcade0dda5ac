"""Values of a boundary file brought to one form: names, types, codes and numbers."""

from __future__ import annotations

import math
import re

from layers.wording import fold, nfc

__all__ = ["code_text", "number", "pad_code", "split_name", "type_word"]

# As written before a name, longest first so that a longer word is not taken for a shorter one.
_TYPES = ("Thành phố", "Thị trấn", "Đặc khu", "Phường", "Thị xã", "Quận", "Huyện", "Tỉnh", "Xã")
_TYPE_BY_WORD: dict[str, str] = {fold(word): word for word in _TYPES} | {
    "p": "Phường", "p.": "Phường", "ward": "Phường", "x": "Xã", "x.": "Xã", "commune": "Xã",
    "dk": "Đặc khu", "special zone": "Đặc khu", "tt": "Thị trấn", "tt.": "Thị trấn", "township": "Thị trấn",
    "tp": "Thành phố", "tp.": "Thành phố", "city": "Thành phố", "province": "Tỉnh",
}  # fmt: skip
_WHOLE_AS_REAL = re.compile(r"^(-?\d+)\.0+$")
_NUMBER = re.compile(r"^\d[\d.,]*$")
_GROUPED = re.compile(r"^\d{1,3}([.,]\d{3})+$")
_CODE_LENGTH = {"commune": 5, "province": 2}


def type_word(text: str) -> str:
    """Bring a word for a type of unit to its official spelling.

    Parameters
    ----------
    text : str
        As in the file.

    Returns
    -------
    str
        The official word; the text itself, in NFC, when it is not known.

    Examples
    --------
    >>> type_word("PHƯỜNG"), type_word("tt."), type_word("Khu")
    ('Phường', 'Thị trấn', 'Khu')
    """
    return _TYPE_BY_WORD.get(fold(text), nfc(text))


def split_name(name: str, unit_type: str) -> tuple[str, str]:
    """Part the type of a unit from its name.

    Parameters
    ----------
    name : str
        As in the file, with or without the type before it.
    unit_type : str
        The type as in the file; empty when it has none.

    Returns
    -------
    tuple of str
        The bare name and the type; the type is empty when nothing tells it.

    Examples
    --------
    >>> split_name("Phường Thành Đông", "Phường"), split_name("xã Hà Bắc", "")
    (('Thành Đông', 'Phường'), ('Hà Bắc', 'Xã'))
    >>> split_name("Xã Đàn", "Phường"), split_name("Lưu Kiếm", "")
    (('Xã Đàn', 'Phường'), ('Lưu Kiếm', ''))
    """
    plain, told = nfc(name), type_word(unit_type)
    for word in _TYPES:
        rest = plain[len(word) + 1 :]
        if rest and plain.casefold().startswith(word.casefold() + " "):
            # A type of its own that differs means that the word belongs to the name.
            return (plain, told) if told in _TYPES and told != word else (rest, word)
    return plain, told


def code_text(value: object) -> str:
    """Write a code as text, whatever the file's column type.

    Parameters
    ----------
    value : object
        Text, whole number, real number or empty.

    Returns
    -------
    str
        Empty for an empty value.

    Examples
    --------
    >>> code_text(4), code_text(10532.0), code_text(" 00004 "), code_text(float("nan")), code_text(None)
    ('4', '10532', '00004', '', '')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    text = nfc(str(value))
    whole = _WHOLE_AS_REAL.match(text)
    return whole.group(1) if whole else text


def pad_code(code: str, level: str) -> str:
    """Give a numeric code the zeros that a spreadsheet took from its front.

    Parameters
    ----------
    code : str
        As in the file.
    level : str
        ``commune`` has five digits, ``province`` two; other levels are left alone.

    Returns
    -------
    str
        The code.

    Examples
    --------
    >>> pad_code("4", "commune"), pad_code("1", "province"), pad_code("A-7", "commune")
    ('00004', '01', 'A-7')
    """
    return code.zfill(_CODE_LENGTH.get(level, 0)) if code.isascii() and code.isdigit() else code


_BEYOND = 1e10


def number(value: object, *, whole: bool) -> float | None:
    """Read a number written in the Vietnamese or in the English way.

    Parameters
    ----------
    value : object
        A number, or text such as ``1.234,5``.
    whole : bool
        Whether a whole number is expected: then ``81.500`` is eighty-one thousand five hundred.

    Returns
    -------
    float or None
        None when it is not a number, is negative, beyond 10 thousand million, or not whole where a
        whole number is expected.

    Examples
    --------
    >>> number("81.500", whole=True), number("12,22", whole=False), number("1.234,5", whole=False)
    (81500.0, 12.22, 1234.5)
    >>> number(8.04, whole=False), number("khoảng 5", whole=False)
    (8.04, None)
    """
    text = nfc(str(value)).replace(" ", "")
    try:
        read = float(text) if not (whole and _GROUPED.match(text)) else float(re.sub("[.,]", "", text))
    except ValueError:
        read = _local_number(text)
    # Beyond any area or population on Earth; and part of a person is a number read in the wrong way.
    plausible = math.isfinite(read) and 0 <= read < _BEYOND and not (whole and read % 1)
    return read if plausible else None


def _local_number(text: str) -> float:
    if not _NUMBER.match(text):
        return math.nan
    decimal = "," if text.rfind(",") > text.rfind(".") else "."
    thousands = "." if decimal == "," else ","
    try:
        return float(text.replace(thousands, "").replace(decimal, "."))
    except ValueError:
        # More than one decimal sign: all of them part thousands.
        return float(re.sub("[.,]", "", text)) if _GROUPED.match(text) else math.nan
