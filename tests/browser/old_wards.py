"""The sample with its boundaries through time: lineage, records known by a ward only, boundaries to come."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import geopandas as gpd

from layers.boundaries import bundled

__all__ = ["add_old_wards"]

_NEW = {"10532": "Phường Lê Thanh Nghị", "10537": "Phường Tân Hưng"}
_WHOLE = {"10531": "Phường Thanh Bình", "10532": "Phường Tân Bình", "10534": "Phường Lê Thanh Nghị"}
_DIVIDED = ("10528", "Phường Trần Phú")


def add_old_wards(store: Path) -> None:
    """Add to a sample store what a change of boundaries leaves behind.

    Sixty thefts of 2024 are known by their ward only: forty by one that was divided, twenty by one that was not.
    From 1 January 2099 two wards are one.

    Parameters
    ----------
    store : Path
        A copy of the sample.
    """
    folder = store.parent
    _write_lineage(folder / "lineage.csv")
    _write_thefts(folder / "thefts.csv")
    _write_future(folder / "future.geojson")
    _antt(store, "lineage", "import", folder / "lineage.csv")
    _antt(store, "incidents", "import", folder / "thefts.csv")
    _antt(store, "boundaries", "import", folder / "future.geojson", "--valid-from", "2099-01-01")


def _antt(store: Path, *words: object) -> None:
    command = [sys.executable, "-m", "mapserver", *(str(word) for word in words), "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def _write_lineage(path: Path) -> None:
    rows = [("10532", old, name, "whole") for old, name in _WHOLE.items()]
    rows += [(new, *_DIVIDED, "part") for new in _NEW]
    head = ("new_code", "new_name", "new_province_code", "old_code", "old_name", "old_province_code",
            "relation", "area_part", "population_part")  # fmt: skip
    lines = [(new, _NEW[new], "31", old, name, "30", part, part, part) for new, old, name, part in rows]
    _write(path, [head, *lines])


def _write_thefts(path: Path) -> None:
    wards = ("Phường Trần Phú", "Phường Trần Phú", "Phường Tân Bình")
    days = [f"{1 + number % 28:02d}/{1 + number % 12:02d}/2024" for number in range(60)]
    thefts = [(f"CU-{number}", day, "Trộm cắp tài sản", wards[number % 3]) for number, day in enumerate(days)]
    _write(path, [("Mã vụ", "Ngày", "Loại", "Đơn vị"), *thefts])


def _write_future(path: Path) -> None:
    wards = gpd.read_file(bundled.path("hai_phong_schematic.geojson")).drop(columns="before_merger").set_index("code")
    wards.loc["10532", "geometry"] = wards.geometry["10532"].union(wards.geometry["10537"])
    wards.drop(index="10537").reset_index().to_file(path)


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
