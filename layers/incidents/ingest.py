"""From rows of text to incidents: every row is accepted, a duplicate, or quarantined with reasons."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers import catalog
from layers.errors import NoCoordinates
from layers.incidents.counts import Counts
from layers.incidents.identity import SeenRows, fingerprints, hex_digits, ordinal_references, repeats
from layers.incidents.options import IngestOptions
from layers.incidents.places import Places, read_places, refuse_swapped_axes
from layers.incidents.rawcells import masked_cells, raw_cells
from layers.incidents.reasons import fault_number, reason_at
from layers.incidents.spans import with_ends
from layers.incidents.tables import Chunk, Table
from layers.incidents.times import Moments, read_moments
from layers.incidents.values import (
    Words,
    category_slug,
    clean_cells,
    mask_personal,
    numbers_of,
    pseudonym,
    severity_slug,
    status_slug,
    words_of,
)
from layers.records import new_ids
from layers.schema import assemble
from layers.wording import Text, nfc

__all__ = ["ChunkResult", "Counts", "IngestOptions", "SeenRows", "check_places", "ingest_chunk"]

_TEXT_FIELDS = ("category", "severity", "status", "reported_unit", "channel")
_METHODS = np.array([None, "unit_name", "coordinates"], dtype=object)
_NO_NUMBER = np.iinfo(np.int64).min
# A ten-millionth of a degree is a centimetre: finer digits are noise of the program that wrote them.
_STEPS_PER_DEGREE = 1e7


@dataclass(frozen=True)
class ChunkResult:
    """What became of one chunk.

    Parameters
    ----------
    accepted : GeoDataFrame
        Rows that keep the schema of the layer `incidents`.
    quarantined : DataFrame
        Columns ``row`` (row in the file), ``reasons`` (list of codes of `reasons.REASONS`) and
        ``raw`` (field -> cell, personal numbers masked).
    counts : Counts
        The sums.
    unmapped : Counter of str
        Categories that are not in the list, with their numbers of rows.
    fingerprints : ndarray of uint64, shape (accepted,)
        Hash of the content of each accepted row: equal for an unchanged row of a later file.
    numbers : ndarray of int64, shape (accepted,)
        Row of each accepted row in the file.
    """

    accepted: gpd.GeoDataFrame
    quarantined: pd.DataFrame
    counts: Counts
    unmapped: Counter[str]
    fingerprints: NDArray[np.uint64]
    numbers: NDArray[np.int64]


def check_places(table: Table, options: IngestOptions) -> None:
    """Refuse a file before its first row is imported if its coordinates cannot be right.

    Reads only until enough coordinates are met, which is the first chunk of a usual file.

    Parameters
    ----------
    table : Table
        The file.
    options : IngestOptions
        How it is understood.

    Raises
    ------
    AxesSwapped
        When nearly all places fit only with longitude and latitude exchanged.
    NoCoordinates
        When there are columns of coordinates but not one usable coordinate, and no ward either.
    """
    if not options.has_coordinates:
        return
    faulty = named = False
    for chunk in table.chunks():
        cells = _Cells(chunk, options.mapping)
        places = _places(cells, options)
        refuse_swapped_axes(places)
        if places.placed.any() or places.count("outside_region"):
            return
        faulty |= bool(places.faults.any())
        named |= any(cells.words("reported_unit").values)
    if named and not faulty:
        # Columns of coordinates that are simply empty: the wards are the places.
        return
    raise NoCoordinates(
        Text("Không có tọa độ nào dùng được trong tệp.", "The file holds not one usable coordinate."),
        Text(
            "Kiểm tra cột bằng --map; nếu là mét VN-2000 thì thêm --crs, ví dụ --crs EPSG:9210.",
            "Check the columns with --map; if they are VN-2000 metres, add --crs, such as --crs EPSG:9210.",
        ),
    )


def ingest_chunk(chunk: Chunk, options: IngestOptions, seen: SeenRows, *, rng: np.random.Generator) -> ChunkResult:
    """Turn rows of text into incidents.

    Parameters
    ----------
    chunk : Chunk
        Rows of a table.
    options : IngestOptions
        How they are understood.
    seen : SeenRows
        What the chunks before held; one object for a file, changed here.
    rng : numpy.random.Generator
        Source of the random bits of ids.

    Returns
    -------
    ChunkResult
        Accepted and quarantined rows and their counts.

    Examples
    --------
    >>> rows = pd.DataFrame({"Ngày": ["1/7/2025", "32/7/2025"], "x": ["106.3"] * 2, "y": ["20.9"] * 2}, index=[2, 3])
    >>> options = IngestOptions(
    ...     "thử", {"occurred_at": "Ngày", "lon": "x", "lat": "y"}, timezone="Asia/Ho_Chi_Minh",
    ...     now=dt.datetime(2025, 8, 1, tzinfo=dt.timezone.utc))
    >>> result = ingest_chunk(Chunk.from_frame(rows), options, SeenRows(), rng=np.random.default_rng(1))
    >>> result.counts.accepted, result.quarantined[["row", "reasons"]].values.tolist()
    (1, [[3, ['date_impossible']]])
    """
    rows = _read(_Cells(chunk, options.mapping), options)
    references, duplicate = _references(rows, seen)
    kept = np.flatnonzero(rows.good & ~duplicate)
    accepted = _frame(rows, kept, references=references, options=options, rng=rng)
    quarantined = _quarantined(rows, chunk)
    unmapped = _unmapped(rows.words["category"].at(kept), options)
    counts = Counts(
        read=len(chunk),
        accepted=len(kept),
        quarantined=len(quarantined),
        duplicates=int(duplicate.sum()),
        unplaced=int((~rows.places.placed[kept]).sum()),
        unmapped_category=unmapped.total(),
    )
    return ChunkResult(accepted, quarantined, counts, unmapped, rows.contents[kept], chunk.numbers[kept])


class _Cells:
    """The mapped columns of a chunk, cleaned when first asked for."""

    def __init__(self, chunk: Chunk, mapping: Mapping[str, str]) -> None:
        self._chunk = chunk
        self.mapping = mapping
        self.count = len(chunk.numbers)

    def of(self, name: str) -> pa.Array | None:
        column = self.mapping.get(name)
        return None if column is None else clean_cells(self._chunk.cells[column])

    def words(self, name: str) -> Words:
        cells = self.of(name)
        if cells is None:
            nothing = np.zeros(self.count, dtype=np.int64)
            return Words(nothing, [""], nothing.astype(np.bool_))
        return words_of(cells, masking=pseudonym if name == "source_ref" else mask_personal)


@dataclass
class _Rows:
    cells: _Cells
    moments: Moments
    reported: Moments | None
    places: Places
    words: dict[str, Words]
    accuracy_m: NDArray[np.float64]
    faults: list[tuple[NDArray[np.bool_], str]] = field(default_factory=list)
    contents: NDArray[np.uint64] = field(default_factory=lambda: np.array([], dtype=np.uint64))
    hashes: NDArray[np.object_] = field(default_factory=lambda: np.array([], dtype=object))

    @property
    def good(self) -> NDArray[np.bool_]:
        good = np.ones(self.cells.count, dtype=np.bool_)
        for where, _ in self.faults:
            good &= ~where
        return good

    def refuse(self, where: NDArray[np.bool_], code: str) -> None:
        if where.any():
            self.faults.append((where, code))


def _read(cells: _Cells, options: IngestOptions) -> _Rows:
    latest = options.now + dt.timedelta(days=1)
    dates = cells.of("occurred_at")
    moments = read_moments(dates, cells.of("occurred_time"), timezone=options.timezone, latest=latest)
    # A whole day ends when the next begins.
    last_end = latest + dt.timedelta(days=1)
    moments = with_ends(moments, cells.of("occurred_to"), timezone=options.timezone, latest=last_end)
    reported = cells.of("reported_at")
    words = {name: cells.words(name) for name in (*_TEXT_FIELDS, "source_ref")}
    accuracy, odd = _accuracy(cells)
    rows = _Rows(
        cells,
        moments,
        None if reported is None else read_moments(reported, None, timezone=options.timezone, latest=latest),
        _places(cells, options),
        words,
        accuracy,
    )
    _find_faults(rows, odd)
    rows.contents = _contents(rows)
    rows.hashes = hex_digits(rows.contents)
    return rows


def _places(cells: _Cells, options: IngestOptions) -> Places:
    if not options.has_coordinates:
        nowhere = np.full(cells.count, np.nan)
        return Places(nowhere, nowhere, np.zeros(cells.count, dtype=np.int8))
    return read_places(
        cells.of("lon"),
        cells.of("lat"),
        pairs=cells.of("coordinates"),
        epsg=options.epsg,
        region=options.region,
    )


def _accuracy(cells: _Cells) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    column = cells.of("location_accuracy_m")
    if column is None:
        return np.full(cells.count, np.nan), np.zeros(cells.count, dtype=np.bool_)
    metres, odd = numbers_of(column)
    return metres, odd | (metres < 0)


def _find_faults(rows: _Rows, odd_accuracy: NDArray[np.bool_]) -> None:
    for faults in (rows.moments.faults, rows.places.faults):
        for number in np.flatnonzero(np.bincount(faults)[1:]) + 1:
            rows.refuse(faults == number, reason_at(int(number)))
    if rows.reported is not None:
        rows.refuse(~np.isin(rows.reported.faults, [0, fault_number("time_missing")]), "reported_time_unreadable")
    rows.refuse(odd_accuracy, "accuracy_unreadable")
    rows.refuse(np.logical_or.reduce([words.damaged for words in rows.words.values()]), "undecodable_text")


def _contents(rows: _Rows) -> NDArray[np.uint64]:
    # Hashed as values, so that a file saved again in another format gives the same references.
    columns: list[NDArray[np.int64] | NDArray[np.uint64]] = [
        rows.moments.start_us,
        rows.moments.end_us,
        rows.reported.start_us if rows.reported is not None else np.full(rows.cells.count, _NO_NUMBER),
        _steps(rows.places.lon, _STEPS_PER_DEGREE),
        _steps(rows.places.lat, _STEPS_PER_DEGREE),
        _steps(rows.accuracy_m, 1e3),
    ]
    return fingerprints([*columns, *(rows.words[name].hashes() for name in _TEXT_FIELDS)])


def _steps(values: NDArray[np.float64], per_unit: float) -> NDArray[np.int64]:
    known = np.isfinite(values) & (np.abs(values) < 1e9)
    return np.where(known, np.rint(np.where(known, values, 0) * per_unit), _NO_NUMBER).astype(np.int64)


def _references(rows: _Rows, seen: SeenRows) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    own = rows.words["source_ref"].hashes()
    references = np.full(rows.cells.count, None, dtype=object)
    duplicate = np.zeros(rows.cells.count, dtype=np.bool_)
    good = rows.good
    nameless = good & (own == 0)
    digits = rows.hashes[nameless]
    references[nameless] = ordinal_references(rows.contents[nameless], seen.contents, digits=digits)
    named = np.flatnonzero(good & (own != 0))
    if len(named):
        references[named] = rows.words["source_ref"].at(named).map(str)
        equal, other = repeats(own[named], rows.contents[named], seen)
        duplicate[named[equal]] = True
        differs = np.zeros(rows.cells.count, dtype=np.bool_)
        differs[named[other]] = True
        rows.refuse(differs, "repeated_reference")
    return references, duplicate


def _frame(
    rows: _Rows,
    kept: NDArray[np.int64],
    *,
    references: NDArray[np.object_],
    options: IngestOptions,
    rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    words = {name: column.at(kept) for name, column in rows.words.items()}
    placed = rows.places.placed[kept]
    by_unit = words["reported_unit"].map(bool).astype(np.bool_)
    texts: dict[str, NDArray[np.object_]] = {
        "id": np.array(new_ids(len(kept), now=options.now, rng=rng), dtype=object),
        "source": np.full(len(kept), nfc(options.source), dtype=object),
        "source_ref": references[kept],
        "category": words["category"].map(lambda text: category_slug(text, options.category_words) or "khac"),
        "category_source": words["category"].map(_or_none),
        "severity": words["severity"].map(severity_slug),
        "status": words["status"].map(status_slug),
        "location_method": _METHODS[np.where(placed, 2, by_unit)],
        "reported_unit": words["reported_unit"].map(_or_none),
        "channel": words["channel"].map(_or_none),
        "content_hash": rows.hashes[kept],
    }
    if options.import_id:
        texts["import_id"] = np.full(len(kept), options.import_id, dtype=object)
    # Said to be objects, or pandas looks at every value and makes its own text type of them.
    unmapped = set(_TEXT_FIELDS) - {"category", *rows.cells.mapping}
    data = {name: pd.Series(column, dtype=object) for name, column in texts.items() if name not in unmapped}
    data["occurred_from"] = _as_times(rows.moments.start_us[kept])
    data["occurred_to"] = _as_times(rows.moments.end_us[kept])
    data["location_accuracy_m"] = pd.Series(np.where(placed, rows.accuracy_m[kept], np.nan))
    if rows.reported is not None:
        data["reported_at"] = _as_times(rows.reported.start_us[kept])
    geometry = np.full(len(kept), None, dtype=object)
    geometry[placed] = shapely.points(rows.places.lon[kept][placed], rows.places.lat[kept][placed])
    return assemble(data, geometry, catalog.INCIDENTS.schema)


def _or_none(text: str) -> str | None:
    return text or None


def _unmapped(words: Words, options: IngestOptions) -> Counter[str]:
    found = Counter(
        dict(zip(words.values, np.bincount(words.codes, minlength=len(words.values)).tolist(), strict=True))
    )
    known = {text for text in found if not text or category_slug(text, options.category_words)}
    return Counter({text: count for text, count in found.items() if count and text not in known})


def _as_times(micros: NDArray[np.int64]) -> pd.Series:
    # The smallest integer is how numpy writes "no time"; stores keep milliseconds.
    whole = np.where(micros == _NO_NUMBER, micros, micros // 1000 * 1000)
    return pd.Series(pd.DatetimeIndex(whole.view("M8[us]")).tz_localize("UTC"))


def _quarantined(rows: _Rows, chunk: Chunk) -> pd.DataFrame:
    bad = np.flatnonzero(~rows.good)
    mapping = rows.cells.mapping
    reasons: list[list[str]] = [[code for where, code in rows.faults if where[position]] for position in bad]
    numbers = chunk.numbers[bad].tolist() + [lame.row for lame in chunk.malformed]
    reasons += [["wrong_field_count"] for _ in chunk.malformed]
    raws = raw_cells(chunk, mapping, bad) + [masked_cells(lame.values, mapping) for lame in chunk.malformed]
    frame = pd.DataFrame(
        {
            "row": pd.Series(numbers, dtype="int64"),
            "reasons": pd.Series(reasons, dtype=object),
            "raw": pd.Series(raws, dtype=object),
        }
    )
    return frame.sort_values("row", ignore_index=True)
