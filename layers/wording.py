"""Words: a sentence in two languages, and how Vietnamese text is normalised and compared."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

__all__ = ["Text", "fold", "nfc", "slug", "storable"]

_SPACES = re.compile(r"\s+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class Text(NamedTuple):
    """One sentence in Vietnamese and in English.

    Parameters
    ----------
    vi : str
        The Vietnamese wording, shown first.
    en : str
        The English wording.
    """

    vi: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the wording in one language.

        Parameters
        ----------
        language : str
            ``"en"`` for English; anything else gives Vietnamese.

        Returns
        -------
        str
            The wording.

        Examples
        --------
        >>> Text("Phường", "Ward").in_language("en")
        'Ward'
        """
        return self.en if language == "en" else self.vi


def nfc(text: str) -> str:
    r"""Return text in Unicode form NFC with runs of white space made one space.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The normalised text, without spaces at its ends.

    Examples
    --------
    >>> nfc("  Le\u0302   Thanh Nghi\u0323 ")
    'Lê Thanh Nghị'
    >>> nfc("")
    ''
    """
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """Return text as it is compared in a search: lower case, no marks, đ as d.

    Old and new placement of tone marks (Hoà, Hòa) fold to the same text.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Lower-case text of base letters.

    Examples
    --------
    >>> fold("Lê Thanh Nghị"), fold("Thuỷ Nguyên") == fold("Thủy Nguyên"), fold("Đồ Sơn")
    ('le thanh nghi', True, 'do son')
    """
    if text.isascii():
        return _SPACES.sub(" ", text.lower()).strip()
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    kept = "".join(char for char in bare if not unicodedata.combining(char))
    return _SPACES.sub(" ", kept).strip()


def slug(text: str) -> str:
    """Return text as a stable ASCII key: folded, words joined by underscores.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Letters, digits and underscores only; empty when nothing of the text is left.

    Examples
    --------
    >>> slug("Trật tự xã hội")
    'trat_tu_xa_hoi'
    """
    return _NOT_SLUG.sub("_", fold(text)).strip("_")


def storable(text: str) -> str:
    r"""Return text that every store and every file can hold.

    A name on a disk or a JSON escape can bring half of a surrogate pair, which is no character and cannot be
    written as UTF-8; PostgreSQL keeps no NUL.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with each of these replaced by U+FFFD; halves that belong together are joined.

    Examples
    --------
    >>> storable("b\udcffad\x00")
    'b�ad�'
    >>> storable("Lê Thanh Nghị"), storable("\ud83d\ude00")
    ('Lê Thanh Nghị', '😀')
    """
    whole = text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\ufffd")
