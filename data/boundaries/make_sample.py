"""Make the shipped sample: schematic boundaries of Hải Phòng, and invented things in them.

``python data/boundaries/make_sample.py [--out DIR] [--seed N]``. The same seed gives the same
bytes. Everything is made from `units_2025.csv` beside this file and from a few hand-drawn
places; no surveyed border goes in.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from sample_maker import coverage, ground, incidents, insets, lineage, models, people
from sample_maker.coverage import Drawing
from sample_maker.files import SCHEMATIC, SYNTHETIC, Source, write_csv, write_geojson, write_sources
from sample_maker.units import (
    FORMED_FROM_LE_THANH_NGHI,
    HAI_PHONG,
    LE_THANH_NGHI,
    Unit,
    read_units,
)

SEED = 2025
FACTS = Path(__file__).with_name("units_2025.csv")
_DRAWN = "Vẽ từ số liệu công bố (tên, mã, diện tích) bằng make_sample.py; không dùng đường địa giới đo đạc."
_INVENTED = "Sinh ngẫu nhiên bằng make_sample.py; không có vụ việc, người hay cơ sở nào là thật."

SOURCES = {
    "facts": Source(
        "boundaries/units_2025.csv",
        "3.321 đơn vị hành chính cấp xã từ 1/7/2025: tên, mã, diện tích, dân số, vị trí làm tròn 0,01°",
        "Số liệu công bố theo các nghị quyết sắp xếp đơn vị hành chính năm 2025; do make_units_csv.py lập.",
        "",
        synthetic=False,
    ),
    "units": Source(
        "boundaries/hai_phong_schematic.geojson",
        "114 đơn vị cấp xã của thành phố Hải Phòng",
        _DRAWN,
        SCHEMATIC,
        synthetic=True,
    ),
    "before": Source(
        "boundaries/le_thanh_nghi_before.geojson",
        "Bốn phường trước 1/7/2025 đã hợp thành phường Lê Thanh Nghị",
        _DRAWN,
        SCHEMATIC,
        synthetic=True,
    ),
    "insets": Source(
        "boundaries/insets.geojson",
        "Bản đồ phụ: đất liền, quần đảo Hoàng Sa, quần đảo Trường Sa",
        "Vẽ tay gần đúng; các đảo phóng to để nhìn thấy được.",
        SCHEMATIC,
        synthetic=True,
    ),
    "incidents": Source("sample/incidents.csv", "Vụ việc mẫu", _INVENTED, SYNTHETIC, synthetic=True),
    "safezones": Source("sample/safezones.geojson", "Mô hình mẫu", _INVENTED, SYNTHETIC, synthetic=True),
    "cameras": Source("sample/cameras.geojson", "Camera mẫu", _INVENTED, SYNTHETIC, synthetic=True),
    # Each part has the random stream of its place in this list: what is new comes last.
    "lineage": Source(
        "boundaries/le_thanh_nghi_lineage.csv",
        "Bốn phường trước 1/7/2025 chuyển thành phường Lê Thanh Nghị và phường Tân Hưng",
        "Theo Nghị quyết 1669/NQ-UBTVQH15 năm 2025 (thành phố Hải Phòng); do make_sample.py ghi.",
        "",
        synthetic=False,
        spatial=False,
    ),
    "people": Source("sample/people.csv", "Dân cư mẫu theo tổ dân phố", _INVENTED, SYNTHETIC, synthetic=True),
}


def make(out: Path, seed: int) -> None:
    """Make all files of the sample.

    Parameters
    ----------
    out : Path
        Folder that gets `boundaries/` and `sample/`.
    seed : int
        Of every random choice.
    """
    # One stream for each part, so that a change in one leaves the others as they are.
    streams = dict(zip(SOURCES, np.random.default_rng(seed).spawn(len(SOURCES)), strict=True))
    units = read_units(FACTS, HAI_PHONG)
    drawing = coverage.draw(units, streams["units"])
    plots = ground.plots(units, drawing, streams["facts"])
    geojson: dict[str, Callable[[], list[dict[str, Any]]]] = {
        "units": lambda: _unit_features(units, drawing),
        "before": lambda: _old_ward_features(drawing),
        "insets": lambda: insets.features(streams["insets"]),
        "safezones": lambda: models.safezones(plots, drawing.old_wards, streams["safezones"]),
        "cameras": lambda: models.cameras(plots, streams["cameras"]),
    }
    counts = {"facts": len(read_units(FACTS))}
    for key, features in geojson.items():
        counts[key] = write_geojson(out / SOURCES[key].path, features(), SOURCES[key].notice)
    rows = incidents.rows(plots, streams["incidents"])
    counts["incidents"] = write_csv(out / SOURCES["incidents"].path, incidents.COLUMNS, rows)
    counts["lineage"] = write_csv(out / SOURCES["lineage"].path, lineage.COLUMNS, lineage.rows(units))
    blocks = people.rows(plots, streams["people"])
    counts["people"] = write_csv(out / SOURCES["people"].path, people.COLUMNS, blocks)
    described = [
        (source, FACTS if key == "facts" else out / source.path, counts[key]) for key, source in SOURCES.items()
    ]
    write_sources(out / "boundaries" / "SOURCES.toml", seed, described)


def _unit_features(units: list[Unit], drawing: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "unit_type": unit.unit_type,
            "province_code": unit.province_code,
            "province_name": unit.province_name,
            "area_km2_published": unit.area_km2,
            "population": unit.population,
            "before_merger": FORMED_FROM_LE_THANH_NGHI if unit.code == LE_THANH_NGHI else None,
            "geometry": drawing.units[unit.code],
        }
        for unit in units
    ]


def _old_ward_features(drawing: Drawing) -> list[dict[str, Any]]:
    return [
        {
            "code": ward.code,
            "name": ward.name,
            "unit_type": "Phường",
            "province_code": "30",
            "province_name": "Tỉnh Hải Dương",
            "geometry": shape,
        }
        for ward, shape in coverage.whole_old_wards(drawing)
    ]


def main() -> None:
    """Read the arguments and make the sample."""
    parser = argparse.ArgumentParser(description="Lập bộ dữ liệu mẫu đi kèm chương trình.")
    parser.add_argument("--out", type=Path, default=FACTS.parents[1], help="thư mục kết quả / folder to write")
    parser.add_argument("--seed", type=int, default=SEED, help="số khởi tạo / seed")
    arguments = parser.parse_args()
    make(arguments.out, arguments.seed)
    print(f"Đã lập dữ liệu mẫu trong {arguments.out}")


if __name__ == "__main__":
    main()
