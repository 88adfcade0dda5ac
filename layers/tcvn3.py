"""Text typed in the old ABC fonts (TCVN 5712:1993, VN3) and how it is told from Unicode.

The fonts drew Vietnamese letters at the places of Latin-1 signs, so a file made with them
reads ``C«ng an ph­êng Lª Thanh NghÞ`` everywhere else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from layers.wording import fold

__all__ = ["looks_like_tcvn3", "to_unicode", "vietnamese_share"]

# The Latin-1 places in order, and the letters that the fonts show there.
_PLACES = "¡¢£¤¥¦§¨©ª«¬\xad®µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ"
_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
_TABLE = str.maketrans(_PLACES, _LETTERS)

_WORD = re.compile(r"[^\s\d!-/:-@\[-`{-~]+")
_SYLLABLE = re.compile(r"(?:[bcdhklmnprstvxg]|ch|gh|gi|kh|ng|ngh|nh|ph|qu|th|tr)?[aeiouy]{1,3}(?:c|ch|m|n|ng|nh|p|t)?")
_VIETNAMESE = frozenset("ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ")
_ENOUGH = 0.6
# Of the marked words of Vietnamese in Unicode more than half hold a letter that is none of Latin-1.
_UNICODE_FROM = 0.3


def to_unicode(text: str) -> str:
    r"""Turn text of the ABC fonts into Unicode.

    Parameters
    ----------
    text : str
        Characters U+00A1 to U+00FE stand for Vietnamese letters; others stay.

    Returns
    -------
    str
        The text in form NFC. Capitals with tones come out in lower case, because the fonts had none.

    Examples
    --------
    >>> to_unicode("C«ng an ph\xadêng Lª Thanh NghÞ")
    'Công an phường Lê Thanh Nghị'
    """
    return unicodedata.normalize("NFC", text.translate(_TABLE))


def vietnamese_share(text: str) -> float | None:
    """Tell how much of the marked words of a text are written as Vietnamese syllables are.

    Parameters
    ----------
    text : str
        Any text; only words with a letter outside ASCII are looked at.

    Returns
    -------
    float or None
        Between 0 and 1; None when no word has a mark.

    Examples
    --------
    >>> vietnamese_share("phường Lê Thanh Nghị"), vietnamese_share("plain")
    (1.0, None)
    """
    # Words repeat, so each is looked at once.
    words = Counter(_WORD.findall(unicodedata.normalize("NFC", text)))
    marked = {word: count for word, count in words.items() if not word.isascii()}
    if not marked:
        return None
    return sum(count for word, count in marked.items() if _is_syllable(word)) / sum(marked.values())


def _is_syllable(word: str) -> bool:
    odd = {char for char in word.lower() if not char.isascii()}
    return odd <= _VIETNAMESE and _SYLLABLE.fullmatch(fold(word)) is not None


def looks_like_tcvn3(text: str) -> bool:
    """Say whether text was typed in the ABC fonts.

    Parameters
    ----------
    text : str
        Text as read, its bytes taken as Latin-1 or already wrongly stored as Unicode.

    Returns
    -------
    bool
        True when the text makes better Vietnamese after conversion than before.

    Examples
    --------
    >>> looks_like_tcvn3("Tr¸i phÐp, ma tóy"), looks_like_tcvn3("Trái phép, ma túy")
    (True, False)
    """
    if _unicode_share(text) >= _UNICODE_FROM:
        # One letter typed wrongly all over a file, such as Ð for Đ, makes good text look bad.
        return False
    after = vietnamese_share(to_unicode(text))
    before = vietnamese_share(text) or 0.0
    return after is not None and after >= _ENOUGH and after > before


def _unicode_share(text: str) -> float:
    marked = [word for word in _WORD.findall(unicodedata.normalize("NFC", text)) if not word.isascii()]
    beyond = sum(any(char in _VIETNAMESE and char > "\xff" for char in word.lower()) for word in marked)
    return beyond / len(marked) if marked else 0.0
