"""Draw how time and memory grow with the rows, from the lines that `bench_index.py` prints.

    python benchmarks/bench_index.py --stored-up-to 0 > growth.txt
    python benchmarks/growth_picture.py growth.txt docs/pictures/growth.png

The same lines give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

TIMES = {
    "tile_ms": "tile of the city, filter held",
    "select_ms": "new filter",
    "open_ms": "opening the index",
    "commit_ms": "following a commit",
    "duckdb_tile_ms": "the same tile, DuckDB",
}
SIZES = {"memory_mb": "a reader, mapped pages included", "disk_mb": "files of the index", "build_peak_mb": "building"}


def read(path: Path) -> list[dict[str, float]]:
    """The figures of each size."""
    lines = [line.replace(",", "").split() for line in path.read_text(encoding="utf-8").splitlines()]
    return [dict(zip(line[::2], map(float, line[1::2]), strict=True)) for line in lines if line[:1] == ["rows"]]


def draw(found: list[dict[str, float]], target: Path) -> None:
    """Two panels with logarithmic axes: milliseconds and megabytes."""
    mpl.rcParams.update({"font.size": 9})
    figure = Figure(figsize=(9, 4.4), layout="constrained")
    panels = figure.subplots(1, 2)
    for panel, lines, unit in zip(panels, (TIMES, SIZES), ("ms", "MB"), strict=True):
        for name, label in lines.items():
            points = [(one["rows"], one[name]) for one in found if name in one]
            if points:
                dashed = "--" if "duckdb" in name else "-"
                panel.plot(*zip(*points, strict=True), dashed, marker="o", markersize=4, label=label)
        panel.set(xscale="log", yscale="log", xlabel="incidents", ylabel=unit)
        panel.grid(visible=True, which="major", alpha=0.3)
        panel.legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.18), ncols=2)
    figure.savefig(target, dpi=100, metadata={"Software": None})


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    found = read(source)
    draw(found, target)
    columns = [name for name in ("rows", "build_s", *TIMES, *SIZES) if any(name in one for one in found)]
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for one in found:
        print(
            "| " + " | ".join(f"{one[name]:,.4g}" if name != "rows" else f"{one[name]:,.0f}" for name in columns) + " |"
        )


if __name__ == "__main__":
    main()
