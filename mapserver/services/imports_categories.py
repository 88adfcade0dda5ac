"""Words that a source uses for categories: which are not understood yet, and what they mean."""

from __future__ import annotations

import json
from collections.abc import Mapping

from layers.catalog import INCIDENTS, categories
from layers.errors import InvalidParameter
from layers.incidents.values import category_slug
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from layers.wording import Text, fold, nfc

__all__ = ["category_words", "map_categories", "unmapped_words"]

_NOTE = "category_words:"
_OTHER = "khac"


def category_words(store: Store, source: str) -> dict[str, str]:
    """Read what the words of a source mean.

    Parameters
    ----------
    store : Store
        The store of record.
    source : str
        Name of the source.

    Returns
    -------
    dict of str to str
        Folded word -> category slug.
    """
    kept: dict[str, str] = json.loads(store.notes().get(f"{_NOTE}{nfc(source)}", "{}"))
    return kept


def unmapped_words(store: Store, source: str) -> dict[str, int]:
    """Count the incidents whose category is not understood, by the word that the source used.

    Parameters
    ----------
    store : Store
        The store of record.
    source : str
        Name of the source.

    Returns
    -------
    dict of str to int
        Word as written -> number of incidents, the most frequent first.
    """
    query = Query(where=(("source", nfc(source)), ("category", _OTHER)), columns=("category_source",), geometry=False)
    known = category_words(store, source)
    counts = store.read(INCIDENTS, query)["category_source"].dropna().value_counts()
    return {word: int(number) for word, number in counts.items() if category_slug(word, known) is None}


def map_categories(store: Store, source: str, words: Mapping[str, str], *, author: Author) -> dict[str, int]:
    """Say what words of a source mean, for later imports and for the incidents that are there.

    Parameters
    ----------
    store : Store
        The store of record.
    source : str
        Name of the source.
    words : mapping of str to str
        Word as the source writes it -> category slug.
    author : Author
        Who says so; written into the history of every incident changed.

    Returns
    -------
    dict of str to int
        Word -> number of incidents changed.

    Raises
    ------
    InvalidParameter
        When a slug is not in the list of categories.
    """
    slugs = {one.slug for one in categories()}
    unknown = sorted(set(words.values()) - slugs)
    if unknown or not words:
        raise InvalidParameter(
            Text(f"Không có loại vụ việc “{', '.join(unknown)}”.", f"There is no category “{', '.join(unknown)}”."),
            Text(f"Các loại: {', '.join(sorted(slugs))}.", f"Categories: {', '.join(sorted(slugs))}."),
        )
    meant = {fold(word): slug for word, slug in words.items()}
    with store.transaction():
        before = category_words(store, source)
        changed = _remapped(store, source, meant, before=before)
        if changed:
            updates = {row_id: {"category": slug} for row_id, (_word, slug, _version) in changed.items()}
            versions = {row_id: version for row_id, (_word, _slug, version) in changed.items()}
            store.apply(ChangeSet(INCIDENTS, update=updates, expected_row_version=versions), author)
        store.keep_note(f"{_NOTE}{nfc(source)}", json.dumps(before | meant, ensure_ascii=False, sort_keys=True))
    touched = [word for word, _slug, _version in changed.values()]
    return {word: touched.count(fold(word)) for word in words}


def _remapped(
    store: Store, source: str, meant: Mapping[str, str], *, before: Mapping[str, str]
) -> dict[str, tuple[str, str, int]]:
    query = Query(
        where=(("source", nfc(source)),), columns=("category", "category_source", "row_version"), geometry=False
    )
    rows = store.read(INCIDENTS, query)
    rows = rows[rows["category_source"].notna()]
    fold_of = {text: fold(text) for text in rows["category_source"].unique()}
    changed: dict[str, tuple[str, str, int]] = {}
    for row_id, version, category, text in rows[["id", "row_version", "category", "category_source"]].itertuples(
        index=False
    ):
        word = fold_of[text]
        # A category that somebody set by hand is not taken back.
        if word in meant and category in {_OTHER, before.get(word)} and category != meant[word]:
            changed[row_id] = (word, meant[word], int(version))
    return changed
