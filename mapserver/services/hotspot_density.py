"""The density of a study area: of all its incidents, or one for each hour or weekday."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput
from layers.hotspots.density import DensityGrid, default_bandwidth_m, density_within
from layers.hotspots.sentences import density_sentence
from layers.hotspots.slices import DensitySlice, density_slices
from layers.wording import Text
from mapserver.rendering.density_bands import band, contours_of
from mapserver.rendering.style import DensityClass, density_classes
from mapserver.services.hotspot_findings import LEAST_INCIDENTS, Asking, Found
from mapserver.services.hotspot_ground import Ground
from mapserver.services.hotspot_requests import HotspotRequest
from mapserver.services.hotspot_results import Features

__all__ = ["find_density"]

_CELLS_PER_BANDWIDTH = 4
_MOST_KNOTS = 1_500_000
# 1970-01-01 was a Thursday; weeks begin on Monday.
_FIRST_WEEKDAY = 3
_WEEKDAYS = (
    Text("thứ Hai", "Monday"), Text("thứ Ba", "Tuesday"), Text("thứ Tư", "Wednesday"), Text("thứ Năm", "Thursday"),
    Text("thứ Sáu", "Friday"), Text("thứ Bảy", "Saturday"), Text("Chủ nhật", "Sunday"),
)  # fmt: skip
_UNKNOWN = Text("không rõ giờ", "hour not known")

Array = NDArray[np.float64]


def find_density(asking: Asking) -> Found:
    """Compute the density over a study area, and by hour or weekday where that is asked for.

    Parameters
    ----------
    asking : Asking
        Incidents, study area, bandwidth and kernel.

    Returns
    -------
    Found
        Bands of equal density. Those of slices share grid, bandwidth and classes, so they can be compared.

    Raises
    ------
    EmptyInput
        With too few incidents.
    InvalidParameter
        When the bandwidth does not suit the area or the positions, or days are not known.
    """
    ground, request = asking.ground, asking.request
    ground.require(least=LEAST_INCIDENTS)
    width_m = request.bandwidth_m or max(default_bandwidth_m(ground.x_m, ground.y_m), ground.published_m)
    ground.require(scale_m=width_m, in_days=request.by != "all")
    density = partial(
        density_within, bandwidth_m=width_m, cell_m=_cell_m(ground, width_m), area=ground.area, kernel=request.kernel
    )
    grid = density(ground.x_m, ground.y_m)
    said = density_sentence(grid, days=ground.days)
    counts: dict[str, object] = {"incidents": grid.count, "outside": ground.outside + grid.outside}
    if request.by == "all":
        features = _features(ground, grid, _classes(grid), slice_=None)
        return Found(grid.evidence, said, features, counts | {"bands": len(features.rows)})
    slices = density_slices(ground.x_m, ground.y_m, _labels(ground, request), density=partial(_enough, density))
    classes = _classes(*(part.grid for part in slices if part.grid is not None))
    drawn = [_features(ground, part.grid, classes, slice_=part) for part in slices if part.grid is not None]
    shapes = np.array([shape for each in drawn for shape in each.shapes], dtype=object)
    features = Features(shapes, [row for each in drawn for row in each.rows])
    told = [_slice_json(part, request.by) for part in slices]
    busiest = max(slices, key=lambda part: (part.label >= 0, part.count))
    note = _busiest(busiest, request.by, width_m)
    return Found(grid.evidence, said, features, counts | {"bands": len(classes)}, (note,), {"slices": told})


def _enough(density: partial[DensityGrid], x_m: Array, y_m: Array) -> DensityGrid:
    if len(x_m) < LEAST_INCIDENTS:
        raise EmptyInput(
            Text(f"Chỉ có {len(x_m)} vụ; cần ít nhất {LEAST_INCIDENTS} vụ để vẽ.",
                 f"Only {len(x_m)} incidents; {LEAST_INCIDENTS} are needed to draw."),
            Text("Mở rộng thời gian hoặc loại vụ việc.", "Widen the period or the categories."),
        )  # fmt: skip
    return density(x_m, y_m)


def _cell_m(ground: Ground, width_m: float) -> float:
    west, south, east, north = ground.area.bounds_m
    # A very narrow kernel over a wide area is drawn in coarser cells, which it still fills two of.
    coarse_m = float(np.sqrt((east - west) * (north - south) / _MOST_KNOTS))
    return min(max(width_m / _CELLS_PER_BANDWIDTH, coarse_m), width_m / 2)


def _labels(ground: Ground, request: HotspotRequest) -> NDArray[np.int64]:
    if request.by == "hour":
        return ground.hour
    return (ground.day.astype(np.int64) + _FIRST_WEEKDAY) % len(_WEEKDAYS)


def _classes(*grids: DensityGrid) -> tuple[DensityClass, ...]:
    return tuple(density_classes(max((float(grid.values.max(initial=0.0)) for grid in grids), default=0.0)))


def _features(
    ground: Ground, grid: DensityGrid, classes: tuple[DensityClass, ...], *, slice_: DensitySlice | None
) -> Features:
    contours = contours_of(grid, from_epsg=ground.epsg, to_epsg=ground.epsg)
    lowers = [entry.from_value for entry in classes]
    uppers = [*lowers[1:], np.inf]
    shapes = [band(contours, lower, upper) for lower, upper in zip(lowers, uppers, strict=True)]
    which: dict[str, object] = {} if slice_ is None else {"slice": slice_.label}
    rows = [
        {"class": "band", "from_per_km2": lower, "to_per_km2": upper, "sentence": None} | which
        for lower, upper in zip(lowers, uppers, strict=True)
    ]
    return Features(np.array(shapes, dtype=object), rows)


def _name(label: int, by: str) -> Text:
    if label < 0:
        return _UNKNOWN
    return _WEEKDAYS[label] if by == "weekday" else Text(f"{label} giờ", f"{label:02d}:00")


def _slice_json(part: DensitySlice, by: str) -> dict[str, object]:
    peak = None if part.grid is None else float(part.grid.values.max(initial=0.0))
    reason = None if part.grid is not None else part.reason
    return {
        "slice": part.label, "name": _name(part.label, by), "count": part.count, "peak_per_km2": peak, "reason": reason,
    }  # fmt: skip


def _busiest(part: DensitySlice, by: str, width_m: float) -> Text:
    name = _name(part.label, by)
    return Text(
        f"Nhiều vụ nhất: {name.vi} ({part.count} vụ). Các khung giờ, ngày dùng chung bán kính {width_m:.0f} m.",
        f"Most incidents: {name.en} ({part.count}). All slices share the bandwidth of {width_m:.0f} m.",
    )
