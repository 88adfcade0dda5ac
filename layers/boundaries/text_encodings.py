"""The encoding of a boundary file's texts: scored by the Vietnamese they make, and shown."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from layers.boundaries import refusals
from layers.tcvn3 import looks_like_tcvn3, to_unicode, vietnamese_share

__all__ = ["BYTES_AS_TEXT", "UNSAID", "Reading", "TextEncoding", "decode", "restore_case"]

# One byte for one character, so the bytes can be had back and read in another encoding.
BYTES_AS_TEXT = "ISO-8859-1"
_TCVN3_NAMES = {"tcvn3", "abc", "tcvn", "tcvn5712"}
_CANDIDATES = ("utf-8", "cp1258", "tcvn3")
# A shapefile cuts texts after so many bytes, maybe in the middle of a character.
_LONGEST_CUT = 3
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_VALUES = 6


@dataclass(frozen=True)
class Reading:
    """How the texts of a file look in one encoding.

    Parameters
    ----------
    encoding : str
        Its name.
    score : float or None
        As in `TextEncoding`.
    sample : tuple of str
        A few values of the column that shows most, for a person to judge by.
    """

    encoding: str
    score: float | None
    sample: tuple[str, ...]


@dataclass(frozen=True)
class TextEncoding:
    """How the texts of a file were read.

    Parameters
    ----------
    used : str
        ``utf-8``, ``cp1258``, ``tcvn3`` (the ABC fonts) or another codec.
    score : float or None
        Part of the marked words that are Vietnamese syllables, 0 to 1; None when no word has a mark.
    readings : tuple of Reading
        The encodings in which the texts can be read, the best first; one alone where the file leaves no choice.
    """

    used: str
    score: float | None
    readings: tuple[Reading, ...] = ()


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
        used = _stored_wrongly(texts)
        read = _changed(raw, _STORED[used]) if used in _STORED else raw
        score = _score(_texts(read))
        return read, TextEncoding(used, score, (Reading(used, score, tuple(_telling(read))),))
    named = (_known(told),) if told else ()
    scored = {
        name: score for name in dict.fromkeys((*named, *_CANDIDATES)) if (score := _tried(texts, name)) is not None
    }
    if not set(named or _CANDIDATES) & set(scored):
        raise refusals.encoding_wrong(file, " / ".join(named or _CANDIDATES))
    order = sorted(scored, key=lambda name: -scored[name])
    best = named[0] if named else order[0]
    read = _changed(raw, lambda text: _decoded(text, best))
    told_by_bytes = _telling(raw)
    readings = tuple(_reading(told_by_bytes, name, scored[name]) for name in order)
    return read, TextEncoding(best, _score(_texts(read)), readings)


def _reading(values: Sequence[str], name: str, score: float) -> Reading:
    return Reading(name, round(score, 4), tuple(_decoded(value, name) for value in values))


def _telling(raw: pd.DataFrame) -> list[str]:
    """Pick values of the text column that holds most different ones with marks: as a rule the names."""
    found: list[str] = []
    for header in raw.columns:
        if pd.api.types.is_string_dtype(raw[header].dtype):
            marked = [value for value in raw[header].unique() if isinstance(value, str) and not value.isascii()]
            found = max(found, marked, key=len)
    return found[:_SAMPLE_VALUES]


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


def _from_western(text: str) -> str:
    """Read text again that was taken for Western European (cp1252), where its bytes allow it."""
    try:
        return text.encode("cp1252").decode("cp1258")
    except UnicodeError:
        return text


_STORED: Mapping[str, Callable[[str], str]] = {"tcvn3": to_unicode, "cp1258": _from_western}


def _stored_wrongly(texts: Sequence[str]) -> str:
    """Tell which encoding a text had before another program took it for something else; utf-8 when it is sound."""
    sample = _sample(texts)
    before = vietnamese_share(sample)
    if before is None:
        return "utf-8"
    # Sound Vietnamese has letters that the Western code page lacks, and is then the same when read again.
    shares = {name: vietnamese_share(change(sample)) or 0.0 for name, change in _STORED.items()}
    if before < shares["cp1258"] >= shares["tcvn3"]:
        return "cp1258"
    return "tcvn3" if looks_like_tcvn3(sample) else "utf-8"


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
