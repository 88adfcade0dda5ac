"""Writing the sample so that the same content always gives the same bytes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

SCHEMATIC = "Sơ đồ, không có giá trị pháp lý về địa giới"
LICENCE = "Public facts (names, codes, published figures) and drawings of this project; as the program."
MADE_ON = "2026-11-21"
SYNTHETIC = "Dữ liệu mô phỏng, không phải số liệu thật"


@dataclass(frozen=True)
class Source:
    """What is told about one file.

    Parameters
    ----------
    path : str
        Below the data folder.
    title : str
        What it holds, in Vietnamese.
    origin : str
        Where its content comes from.
    notice : str
        What must be said wherever it is drawn; empty for plain facts.
    synthetic : bool
        Whether its content is invented.
    spatial : bool
        Whether it holds places, all of which are in EPSG:4326.
    """

    path: str
    title: str
    origin: str
    notice: str
    synthetic: bool
    spatial: bool = True


def write_geojson(path: Path, features: list[dict[str, Any]], note: str) -> int:
    """Write features, one on each line (RFC 7946).

    Parameters
    ----------
    path : Path
        The file.
    features : list of dict
        Properties and `geometry` in EPSG:4326.
    note : str
        Kept in the file beside the features.

    Returns
    -------
    int
        Number of features.
    """
    lines = ",\n".join(_compact(_feature(feature)) for feature in features)
    head = f'{{"type":"FeatureCollection","note":{_compact(note)},"features":[\n'
    _write(path, f"{head}{lines}\n]}}\n")
    return len(features)


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    properties = {name: value for name, value in feature.items() if name != "geometry"}
    geometry = shapely.geometry.mapping(feature["geometry"])
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_csv(path: Path, columns: tuple[str, ...], rows: list[dict[str, str]]) -> int:
    """Write a table in UTF-8.

    Parameters
    ----------
    path : Path
        The file.
    columns : tuple of str
        Headers.
    rows : list of dict of str to str
        Values.

    Returns
    -------
    int
        Number of rows.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    _write(path, stream.getvalue())
    return len(rows)


def write_sources(path: Path, seed: int, described: list[tuple[Source, Path, int]]) -> None:
    """Write where every file comes from, with its checksum.

    Parameters
    ----------
    path : Path
        ``SOURCES.toml``.
    seed : int
        With which the sample was made.
    described : list of (Source, Path, int)
        What is told, the written file, its number of records.
    """
    head = [
        "# Nguồn gốc của từng tệp dữ liệu đi kèm; do make_sample.py ghi, không sửa tay.",
        "# Where every shipped data file comes from; written by make_sample.py.",
        "",
        f"notice = {_compact(SCHEMATIC)}",
        f'made_on = "{MADE_ON}"',
        f"seed = {seed}",
        f"licence = {_compact(LICENCE)}",
    ]
    tables = [_table(source, file, records) for source, file, records in described]
    _write(path, "\n".join([*head, *tables]) + "\n")


def _table(source: Source, file: Path, records: int) -> str:
    values: dict[str, object] = {
        "path": source.path,
        "title": source.title,
        "origin": source.origin,
        "notice": source.notice,
        "synthetic": source.synthetic,
        "crs": "EPSG:4326" if source.spatial else "",
        "records": records,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    return "\n".join(["", "[[file]]", *(f"{name} = {_compact(value)}" for name, value in values.items())])


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
