"""The encoding of a boundary file's texts: scored by the Vietnamese they make, and shown."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.boundaries import refusals
from layers.tcvn3 import looks_like_tcvn3, to_unicode, vietnamese_share

__all__ = ["BYTES_AS_TEXT", "UNSAID", "TextEncoding", "decode", "restore_case"]

# One byte for one character, so the bytes can be had back and read in another encoding.
BYTES_AS_TEXT = "ISO-8859-1"
_TCVN3_NAMES = {"tcvn3", "abc", "tcvn", "tcvn5712"}
_CANDIDATES = ("utf-8", "cp1258", "tcvn3")
# A shapefile cuts texts after so many bytes, maybe in the middle of a character.
_LONGEST_CUT = 3
_SAMPLE_CHARACTERS = 200_000


@dataclass(frozen=True)
class TextEncoding:
    """How the texts of a file were read.

    Parameters
    ----------
    used : str
        ``utf-8``, ``cp1258``, ``tcvn3`` (the ABC fonts) or another codec.
    score : float or None
        Part of the marked words that are Vietnamese syllables, 0 to 1; None when no word has a mark.
    """

    used: str
    score: float | None


UNSAID = TextEncoding("utf-8", None)


def decode(raw: pd.DataFrame, told: str | None, *, as_bytes: bool, file: str) -> tuple[pd.DataFrame, TextEncoding]:
    """Turn the texts and headers of a table into Unicode.

    Parameters
    ----------
    raw : DataFrame
        As read; with `as_bytes` every character stands for one byte.
    told : str or None
        Encoding named by the user; None to find out.
    as_bytes : bool
        Whether the texts are bytes still.
    file : str
        As the user named it, for the message.

    Returns
    -------
    tuple of DataFrame and TextEncoding
        The table, and the encoding used with its score.

    Raises
    ------
    InvalidParameter
        When there is no encoding of the name told.
    FileUnreadable
        When the texts cannot be read in it, or in none of those tried.
    """
    texts = _texts(raw)
    if not as_bytes:
        # Text of the ABC fonts may have been stored as Unicode by another program.
        fonts = looks_like_tcvn3(_sample(texts))
        read = _changed(raw, to_unicode) if fonts else raw
        return read, TextEncoding("tcvn3" if fonts else "utf-8", _score(_texts(read)))
    names = (_known(told),) if told else _CANDIDATES
    scored = {name: score for name in names if (score := _tried(texts, name)) is not None}
    if not scored:
        raise refusals.encoding_wrong(file, " / ".join(names))
    best = max(scored, key=lambda name: scored[name])
    read = _changed(raw, lambda text: _decoded(text, best))
    return read, TextEncoding(best, _score(_texts(read)))


def restore_case(names: Sequence[str], spelt: Sequence[str | None]) -> list[str]:
    """Give names of the ABC fonts back the capitals that those fonts did not have.

    Parameters
    ----------
    names : sequence of str, length n
        As read, such as ``ứng Hòa``.
    spelt : sequence of str or None, length n
        The official spelling of each unit where it is known.

    Returns
    -------
    list of str
        The official spelling where it differs by case alone; else each word with its first letter large.

    Examples
    --------
    >>> restore_case(["ứng Hòa", "ứng thiên", "Ba Đình"], ["Ứng Hòa", None, "Hoàn Kiếm"])
    ['Ứng Hòa', 'Ứng thiên', 'Ba Đình']
    """
    return [
        official if official and official.casefold() == name.casefold() else " ".join(map(_initial, name.split(" ")))
        for name, official in zip(names, spelt, strict=True)
    ]


def _initial(word: str) -> str:
    # Only a marked letter can have lost its case.
    return word[:1].upper() + word[1:] if not word[:1].isascii() else word


def _known(told: str) -> str:
    if told.casefold().replace("-", "") in _TCVN3_NAMES:
        return "tcvn3"
    try:
        return codecs.lookup(told).name
    except LookupError:
        raise refusals.encoding_unknown(told) from None


def _texts(raw: pd.DataFrame) -> list[str]:
    found = [str(header) for header in raw.columns]
    for header in raw.columns:
        if pd.api.types.is_string_dtype(raw[header].dtype):
            found += [value for value in raw[header].unique() if isinstance(value, str)]
    return found


def _sample(texts: Sequence[str]) -> str:
    # Names come in every file; the columns are long, so the first of each are looked at.
    return "\n".join(texts)[:_SAMPLE_CHARACTERS]


def _score(texts: Sequence[str]) -> float | None:
    share = vietnamese_share(_sample(texts))
    return None if share is None else round(share, 4)


def _tried(texts: Sequence[str], name: str) -> float | None:
    try:
        read = [_decoded(text, name) for text in texts]
    except UnicodeError:
        return None
    share = vietnamese_share(_sample(read))
    # Texts without a mark read the same in every encoding.
    return 1.0 if share is None else share


def _decoded(text: str, name: str) -> str:
    raw = text.encode(BYTES_AS_TEXT)
    if name == "tcvn3":
        return to_unicode(text)
    try:
        return raw.decode(name)
    except UnicodeDecodeError as fault:
        if name == "utf-8" and len(raw) - fault.start <= _LONGEST_CUT and fault.reason == "unexpected end of data":
            return raw[: fault.start].decode(name)
        raise


def _changed(raw: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    read = raw.rename(columns={header: change(str(header)) for header in raw.columns})
    for header in read.columns:
        if pd.api.types.is_string_dtype(read[header].dtype):
            values = [change(value) if isinstance(value, str) else value for value in read[header]]
            read[header] = pd.Series(values, index=read.index, dtype=object)
    return read
