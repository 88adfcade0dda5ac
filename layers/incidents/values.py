"""Cells as values: text, numbers and codes; worked on once for each distinct cell."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.catalog import categories, category_of
from layers.wording import Text, fold, nfc, slug

__all__ = [
    "SEVERITIES",
    "STATUSES",
    "Words",
    "category_slug",
    "clean_cells",
    "mask_personal",
    "numbers_of",
    "pseudonym",
    "severity_slug",
    "status_slug",
    "words_of",
]

# What people and programs write into a cell that is empty.
_EMPTY = pa.array(["", "-", "--", "?", "N/A", "n/a", "#N/A", "NULL", "null", "None", "none", "NaN", "nan", "NaT"])
_TELEPHONE = r"(?:\+?84|0)(?:[ .\-]?\d){9,10}"
_IDENTITY = r"\d{3} ?\d{3} ?\d{3}(?: ?\d{3})?"
# Digits behind a decimal sign belong to a coordinate, not to a person.
_PERSONAL = re.compile(rf"(?<!\d)(?<!\d[.,])(?:{_TELEPHONE}|{_IDENTITY})(?![.,]?\d)")
_MASK = "•••"
_PSEUDONYM = re.compile(r"#[0-9a-f]{16}")

_SEVERITIES = {
    "minor": "it_nghiem_trong", "low": "it_nghiem_trong", "serious": "nghiem_trong", "medium": "nghiem_trong",
    "very_serious": "rat_nghiem_trong", "high": "rat_nghiem_trong",
    "especially_serious": "dac_biet_nghiem_trong", "critical": "dac_biet_nghiem_trong",
}  # fmt: skip
_STATUSES = {
    "new": "moi", "moi_tiep_nhan": "moi", "tiep_nhan": "moi", "open": "dang_xu_ly", "in_progress": "dang_xu_ly",
    "dang_giai_quyet": "dang_xu_ly", "dang_dieu_tra": "dang_xu_ly", "closed": "da_xu_ly", "resolved": "da_xu_ly",
    "da_giai_quyet": "da_xu_ly", "xong": "da_xu_ly", "da_ket_thuc": "da_xu_ly", "hoan_thanh": "da_xu_ly",
}  # fmt: skip


# Key -> wording, in order; a source's own words are kept beside these.
SEVERITIES: dict[str, Text] = {
    "it_nghiem_trong": Text("ít nghiêm trọng", "minor"),
    "nghiem_trong": Text("nghiêm trọng", "serious"),
    "rat_nghiem_trong": Text("rất nghiêm trọng", "very serious"),
    "dac_biet_nghiem_trong": Text("đặc biệt nghiêm trọng", "especially serious"),
}
STATUSES: dict[str, Text] = {
    "moi": Text("mới tiếp nhận", "new"),
    "dang_xu_ly": Text("đang xử lý", "in progress"),
    "da_xu_ly": Text("đã xử lý", "closed"),
}


@dataclass(frozen=True)
class Words:
    """A column of text as its distinct values.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        For each row the position of its value.
    values : list of str
        The distinct values, normalised and masked; an empty cell is an empty string.
    damaged : ndarray of bool, shape (n,)
        Where characters could not be decoded.
    """

    codes: NDArray[np.int64]
    values: list[str]
    damaged: NDArray[np.bool_]

    def at(self, where: NDArray[np.int64]) -> Words:
        """Take some rows.

        Parameters
        ----------
        where : ndarray of int64, shape (m,)
            Their positions.

        Returns
        -------
        Words
            The same distinct values, fewer rows.
        """
        return Words(self.codes[where], self.values, self.damaged[where])

    def map(self, function: Callable[[str], object]) -> NDArray[np.object_]:
        """Apply a function to every row, working once for each distinct value.

        Parameters
        ----------
        function : callable
            From a value to anything.

        Returns
        -------
        ndarray of object, shape (n,)
            The results.
        """
        results = np.empty(len(self.values), dtype=object)
        for position, value in enumerate(self.values):
            results[position] = function(value)
        return results[self.codes]

    def hashes(self) -> NDArray[np.uint64]:
        """Hash every row's value (BLAKE2b, RFC 7693, 8 bytes); an empty one gives 0.

        Returns
        -------
        ndarray of uint64, shape (n,)
            Equal for equal text, on every machine.
        """
        digests = [_hash(value) for value in self.values]
        return np.array(digests, dtype=np.uint64)[self.codes]


def _hash(value: str) -> int:
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), "little") if value else 0


def clean_cells(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Trim cells and empty those that only say that they are empty.

    Parameters
    ----------
    column : pyarrow.Array or pyarrow.ChunkedArray
        Strings.

    Returns
    -------
    pyarrow.Array
        Strings; an empty cell is an empty string.

    Examples
    --------
    >>> clean_cells(pa.array([" a ", "N/A", None])).to_pylist()
    ['a', '', '']
    """
    whole = pa.concat_arrays(column.chunks) if isinstance(column, pa.ChunkedArray) and column.num_chunks else column
    if isinstance(whole, pa.ChunkedArray):
        return pa.array([], pa.string())
    trimmed = pc.utf8_trim_whitespace(pc.fill_null(whole, ""))
    # The sign by which an export keeps a text from being run as a formula is not part of the text.
    if pc.any(pc.match_substring_regex(trimmed, "^'[=+@-]")).as_py():
        trimmed = pc.replace_substring_regex(trimmed, "^'([=+@-])", r"\1")
    return pc.if_else(pc.is_in(trimmed, value_set=_EMPTY), "", trimmed)


def mask_personal(text: str) -> str:
    """Mask what looks like an identity-card number (9 or 12 digits) or a telephone number.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text with such numbers replaced.

    Examples
    --------
    >>> mask_personal("CCCD 031085001234, ĐT +84 912.345.678, số 12/2025")
    'CCCD •••, ĐT •••, số 12/2025'
    >>> mask_personal("106.437388123")
    '106.437388123'
    """
    return _PERSONAL.sub(_MASK, text)


def pseudonym(text: str) -> str:
    """Replace a reference that looks like a personal number by its hash, so that it still tells rows apart.

    Parameters
    ----------
    text : str
        A reference as written, or as this function gave it before.

    Returns
    -------
    str
        The reference, or ``#`` and 16 hexadecimal digits (BLAKE2b, RFC 7693).

    Examples
    --------
    >>> pseudonym("12/2025"), pseudonym("031085001234")[0], len(pseudonym("031085001234"))
    ('12/2025', '#', 17)
    """
    # The digits of an earlier result may look like a number again, and a row must keep its reference.
    if _PERSONAL.search(text) is None or _PSEUDONYM.fullmatch(text):
        return text
    return f"#{blake2b(text.encode(), digest_size=8).hexdigest()}"


def words_of(cells: pa.Array, *, masking: Callable[[str], str] = mask_personal) -> Words:
    """Take a column of text: form NFC, spaces made one, personal numbers masked.

    Parameters
    ----------
    cells : pyarrow.Array
        Strings, as `clean_cells` gives them.
    masking : callable, optional
        What is done with a value that may hold a personal number.

    Returns
    -------
    Words
        The distinct values and where they stand.

    Examples
    --------
    >>> words = words_of(pa.array(["Trộm  cắp", "", "gọi 0912 345 678"]))
    >>> [words.values[code] for code in words.codes]
    ['Trộm cắp', '', 'gọi •••']
    """
    encoded = cells.dictionary_encode()
    values = [masking(nfc(value)) for value in encoded.dictionary.to_pylist()]
    codes = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    damaged = np.array(["\ufffd" in value for value in values], dtype=np.bool_)
    return Words(codes, values, damaged[codes] if values else np.zeros(len(codes), dtype=np.bool_))


def numbers_of(cells: pa.Array) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Read numbers with a point or a comma before the decimals.

    Parameters
    ----------
    cells : pyarrow.Array
        Strings, as `clean_cells` gives them.

    Returns
    -------
    tuple of ndarray, shapes (n,) and (n,)
        The numbers, NaN where there is none; and which cells are not empty and yet no number.

    Examples
    --------
    >>> values, odd = numbers_of(pa.array(["106.25", "20,5", "", "x"]))
    >>> values.tolist(), odd.tolist()
    ([106.25, 20.5, nan, nan], [False, False, False, True])
    """
    filled = pc.if_else(pc.equal(cells, ""), None, cells)
    try:
        values = pc.cast(filled, pa.float64())
    except pa.ArrowInvalid:
        pointed = pc.replace_substring_regex(filled, r"^([+-]?\d+),(\d+)$", r"\1.\2")
        plain = pc.match_substring_regex(pointed, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
        values = pc.cast(pc.replace_substring_regex(pc.if_else(plain, pointed, None), r"^\+", ""), pa.float64())
    numbers = pc.fill_null(values, np.nan).to_numpy(zero_copy_only=False)
    numbers = np.where(np.isfinite(numbers), numbers, np.nan)
    filled_in = pc.not_equal(cells, "").to_numpy(zero_copy_only=False)
    return numbers, np.isnan(numbers) & filled_in


def category_slug(text: str, own_words: Mapping[str, str]) -> str | None:
    """Find the category that a source means.

    Parameters
    ----------
    text : str
        As written in the source.
    own_words : mapping of str to str
        Folded word of this source -> slug; it wins over the shipped list.

    Returns
    -------
    str or None
        A slug; None when the word is not known.

    Examples
    --------
    >>> category_slug("Trộm vặt", {"trom vat": "trom_cap"}), category_slug("burglary", {})
    ('trom_cap', 'trom_cap')
    """
    own = own_words.get(fold(text))
    if own is not None and own in {category.slug for category in categories()}:
        return own
    return category_of(text)


def severity_slug(text: str) -> str | None:
    """Turn a wording of severity into its key, the four degrees of the penal code first.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str or None
        A slug; None for an empty cell.

    Examples
    --------
    >>> severity_slug("Rất nghiêm trọng"), severity_slug("minor"), severity_slug("")
    ('rat_nghiem_trong', 'it_nghiem_trong', None)
    """
    key = slug(text)
    return _SEVERITIES.get(key, key) or None


def status_slug(text: str) -> str | None:
    """Turn a wording of the state of an incident into its key.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str or None
        A slug; None for an empty cell.

    Examples
    --------
    >>> status_slug("Đã giải quyết"), status_slug("in progress")
    ('da_xu_ly', 'dang_xu_ly')
    """
    key = slug(text)
    return _STATUSES.get(key, key) or None
