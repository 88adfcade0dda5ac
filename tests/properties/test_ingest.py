"""Whatever a file holds: domain errors only, and every row is accounted for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import AnttError
from layers.incidents.columns import guess_mapping
from layers.incidents.identity import Multiset, ordinal_references
from layers.incidents.ingest import Counts, IngestOptions, SeenRows, check_places, ingest_chunk
from layers.incidents.reading import open_table
from layers.incidents.reasons import REASONS
from layers.incidents.tables import Chunk

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SEED_TEXT = (
    "Số hồ sơ;Ngày xảy ra;Giờ;Loại;Kinh độ;Vĩ độ;Phường;Sai số\n"
    "A1;1/7/2025;15h30;Trộm cắp;106,31;20,95;Lê Thanh Nghị;25\n"
    'A2;2025-07-02T10:00:00+07:00;;"Cướp; giật";106°18\'45";20°57\';;\n'
    ";45839,5;;Ma túy;106.3;20.9;Tân Hưng;\n"
    "A4;31/2/2025;;lạ;20,95;106,31;;x\n"
)
MAPPING = guess_mapping(SEED_TEXT.split("\n", maxsplit=1)[0].split(";"))
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", "1/7/2025", "31/2/2025", "45839", "106,31", "20.95", "1e400", "nan", "-0", "15h30", "A1", "A2", "²", "٣",
         "0912345678", "20°57'", "2025-07-01T15:30:00+99:00", "99/99/9999", "\ufffd", "\u202e", "1/7/2025 24:00"]
    ),
)  # fmt: skip


def _options(mapping: dict[str, str]) -> IngestOptions:
    return IngestOptions("thử", mapping, timezone="Asia/Ho_Chi_Minh", now=NOW)


def _accounted(counts: Counts) -> bool:
    return counts.read == counts.accepted + counts.quarantined + counts.duplicates


@given(rows=st.lists(st.lists(CELLS, min_size=len(MAPPING), max_size=len(MAPPING)), min_size=1, max_size=30))
def test_any_cells_are_accepted_or_set_aside(rows: list[list[str]]) -> None:
    frame = pd.DataFrame(rows, columns=list(MAPPING.values()), dtype=object)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    result = ingest_chunk(Chunk.from_frame(frame), _options(MAPPING), SeenRows(), rng=np.random.default_rng(1))
    assert _accounted(result.counts)
    assert result.counts.read == len(rows)
    assert len(result.accepted) == len(result.fingerprints) == result.counts.accepted
    assert result.counts.unplaced == int(result.accepted.geometry.isna().sum())
    assert result.accepted["source_ref"].is_unique
    assert set().union(*result.quarantined["reasons"]) <= set(REASONS)
    assert all(result.quarantined["reasons"].map(len))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), codec=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_a_mutated_file_gives_a_domain_error_or_adds_up(tmp_path: Path, data: st.DataObject, codec: str) -> None:
    raw = bytearray(SEED_TEXT.encode(codec))
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, len(raw)))
        cut = data.draw(st.integers(0, 3))
        raw[place : place + cut] = data.draw(st.binary(max_size=4) | st.sampled_from([b'"', b"\n", b";", b"\0", b"\r"]))
    path = tmp_path / "mutated.csv"
    path.write_bytes(bytes(raw))
    refused = _refusal(path)
    assert refused is None or (refused.message.vi and refused.message.en)


def _refusal(path: Path) -> AnttError | None:
    try:
        table = open_table(path, chunk_rows=2)
        options = _options(guess_mapping(table.columns))
        check_places(table, options)
        seen, total = SeenRows(), Counts()
        for chunk in table.chunks():
            result = ingest_chunk(chunk, options, seen, rng=np.random.default_rng(1))
            assert result.counts.read == len(chunk)
            total += result.counts
    except AnttError as refused:
        return refused
    assert _accounted(total)
    return None


@pytest.mark.parametrize("suffix", ["xlsx", "geojson", "gpkg", "parquet", "zip", "csv.gz", "shp"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.binary(max_size=60))
def test_bytes_that_are_no_such_file_give_a_domain_error(tmp_path: Path, suffix: str, raw: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(raw)
    with pytest.raises(AnttError):
        open_table(path)


@given(keys=st.lists(st.integers(0, 5), max_size=60), cuts=st.lists(st.integers(0, 60), max_size=5))
def test_references_do_not_depend_on_the_chunks(keys: list[int], cuts: list[int]) -> None:
    whole = np.array(keys, dtype=np.uint64)
    bag = Multiset()
    parts = [ordinal_references(part, bag) for part in np.split(whole, sorted(min(cut, len(whole)) for cut in cuts))]
    together = ordinal_references(whole, Multiset()).tolist()
    assert [reference for part in parts for reference in part] == together
    assert len(set(together)) == len(keys)
