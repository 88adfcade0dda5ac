"""The methods, from incidents on their ground to what is drawn and said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.errors import EmptyInput
from layers.hotspots.clusters import ClusterOptions, find_clusters
from layers.hotspots.emerging import (
    LEAST_STEPS,
    PATTERN_NAMES,
    CubeFrame,
    EmergingHotspots,
    Pattern,
    emerging_hotspots,
    space_time_cube,
)
from layers.hotspots.finding_sentences import (
    cluster_sentence,
    clusters_sentence,
    emerging_cell_sentence,
    emerging_sentence,
    near_repeat_sentence,
    repeat_sentence,
    repeats_sentence,
    ring_sentence,
)
from layers.hotspots.local import LocalResult, local_gistar, local_moran
from layers.hotspots.near_repeat import Bands, NearRepeat, Shuffles, near_repeat_of
from layers.hotspots.points import usable_points
from layers.hotspots.repeats import Concentration, repeat_places
from layers.hotspots.sentences import OutOfSample, cell_sentence, map_sentence
from layers.wording import Text
from mapserver.services.following import Following
from mapserver.services.hotspot_cells import GroundCells, ground_cells
from mapserver.services.hotspot_density import find_density
from mapserver.services.hotspot_findings import LEAST_INCIDENTS, Asking, Found
from mapserver.services.hotspot_results import Features

__all__ = ["FINDERS"]

_EPOCH = dt.date(1970, 1, 1)
_MOST_PLACES = 200
_LEAST_NEAR_REPEATS = 10
_SHARES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


def _local(asking: Asking) -> Found:
    ground, request = asking.ground, asking.request
    scale_m = None if request.shape == "units" else request.cell_m
    ground.require(scale_m=scale_m, compares=True, least=LEAST_INCIDENTS)
    laid = ground_cells(ground, request)
    find = local_gistar if request.method == "gistar" else local_moran
    result = find(laid.counted.counts, laid.neighbours, seed=request.seed, permutations=request.permutations)
    kinds = _kinds(result, laid)
    rows = [_local_row(laid, result, cell, kind=kind, tried=asking.tried) for cell, kind in enumerate(kinds)]
    outside = laid.counted.outside
    counted = {"cells": len(kinds), **dict.fromkeys(("hot", "cold", "none", "island"), 0), **Counter(kinds)}
    return Found(
        result.evidence,
        map_sentence(result, ground.area, days=ground.days, outside=outside, noun=laid.noun),
        Features(laid.shapes, rows),
        counted | {"incidents": int(result.counts.sum()), "outside": outside},
        result.notes,
        {"exact": result.exact},
    )


def _kinds(result: LocalResult, laid: GroundCells) -> list[str]:
    named = np.where(result.pattern == "", "none", result.pattern)
    return [str(kind) for kind in np.where(laid.neighbours.islands, "island", named)]


def _local_row(
    laid: GroundCells, result: LocalResult, cell: int, *, kind: str, tried: OutOfSample | None
) -> dict[str, object]:
    count = int(result.counts[cell])
    said = None
    if count or kind not in {"none", "island"}:
        proof = tried if kind == "hot" else None
        said = cell_sentence(result, cell, days=laid.ground.days, tried=proof, subject=laid.subject(cell))
    return laid.named(cell) | {
        "count": count, "z": float(result.z[cell]), "p_sim": float(result.p_sim[cell]),
        "permutations": result.permutations, "p": float(result.p[cell]), "q": float(result.q[cell]),
        "class": kind, "sentence": said,
    }  # fmt: skip


def _clusters(asking: Asking) -> Found:
    ground, request = asking.ground, asking.request
    timed = request.method == "stdbscan"
    ground.require(scale_m=request.eps_m, in_days=timed, least=request.min_points)
    options = ClusterOptions(request.eps_m, request.min_points, request.eps_days if timed else None)
    found = find_clusters(ground.x_m, ground.y_m, ground.day, options=options)
    rows = [
        {
            "cell": each.number, "class": "cluster", "count": each.count, "core_count": each.core_count,
            "first_day": _day(each.first_day), "last_day": _day(each.last_day), "area_km2": each.area_m2 / 1e6,
            "sentence": cluster_sentence(each),
        }
        for each in found.clusters
    ]  # fmt: skip
    counts = {
        "clusters": len(rows), "clustered": len(found.labels) - found.noise_count,
        "incidents": len(found.labels), "outside": ground.outside,
    }  # fmt: skip
    shapes = np.array([each.hull_m for each in found.clusters], dtype=object)
    said = clusters_sentence(found, ground.area, days=ground.days, outside=ground.outside)
    return Found(found.evidence, said, Features(shapes, rows), counts)


def _day(days: float) -> str:
    return str(_EPOCH + dt.timedelta(days=int(days)))


def _near_repeat(asking: Asking) -> Found:
    ground, request = asking.ground, asking.request
    ground.require(scale_m=next((edge for edge in request.distance_m if edge), None), in_days=True)
    bands = Bands(request.distance_m, request.days)
    points = usable_points(ground.x_m, ground.y_m, ground.day, least=_LEAST_NEAR_REPEATS)
    shuffles = Shuffles(request.permutations, request.seed, _now_and_then(asking.following))
    found = near_repeat_of(points, bands=bands, shuffles=shuffles)
    table = {"rows": _rings(found), "incidents": found.incident_count, "permutations": found.permutations}
    return Found(
        found.evidence,
        near_repeat_sentence(found, ground.area, outside=ground.outside),
        Features(),
        {"incidents": found.incident_count, "outside": ground.outside},
        (),
        {"table": table},
    )


def _now_and_then(following: Following) -> Callable[[int, int], None]:
    def watch(done: int, total: int) -> None:
        # A job writes down each step that it tells; a hundred are enough.
        if done % max(1, total // 100) == 0:
            following.step(done, total)

    return watch


def _rings(found: NearRepeat) -> list[dict[str, object]]:
    metres = list(zip((0.0, *found.bands.distance_m), found.bands.distance_m, strict=False))
    days = list(zip((0.0, *found.bands.days), found.bands.days, strict=False))
    return [
        {
            "from_m": from_m, "to_m": to_m, "from_days": from_days, "to_days": to_days,
            "observed": int(found.observed[ring, span]), "expected": float(found.expected[ring, span]),
            "ratio": float(found.ratio[ring, span]), "p": float(found.p[ring, span]),
            "q": float(found.q[ring, span]), "class": "more" if found.q[ring, span] <= 0.05 else "none",
            "sentence": ring_sentence(found, ring, span),
        }
        for ring, (from_m, to_m) in enumerate(metres)
        for span, (from_days, to_days) in enumerate(days)
    ]  # fmt: skip


def _emerging(asking: Asking) -> Found:
    ground, request = asking.ground, asking.request
    scale_m = None if request.shape == "units" else request.cell_m
    ground.require(scale_m=scale_m, in_days=True, compares=True, least=LEAST_INCIDENTS)
    steps = int(ground.days // request.step_days)
    if steps < LEAST_STEPS:
        raise EmptyInput(
            Text(f"Kỳ {ground.days} ngày chỉ có {steps} bước {request.step_days:g} ngày; cần ít nhất {LEAST_STEPS}.",
                 f"{ground.days} days hold {steps} steps of {request.step_days:g} days; {LEAST_STEPS} are needed."),
            Text("Chọn bước ngắn hơn hoặc thời gian dài hơn.", "Choose shorter steps or a longer period."),
        )  # fmt: skip
    laid = ground_cells(ground, request)
    frame = CubeFrame(len(laid.cells), ground.until - steps * request.step_days, request.step_days, steps)
    cube = space_time_cube(laid.cell, ground.day, frame)
    found = emerging_hotspots(cube, _step_by_step(laid, asking, steps))
    counts, outside = cube.sum(axis=1), laid.counted.outside
    # What is left over of a period of whole steps lies before the first of them.
    early = int(((laid.cell >= 0) & (ground.day < frame.first_day)).sum())
    days = round(steps * request.step_days)
    rows = [_emerging_row(laid, found, cell, count=int(count), days=days) for cell, count in enumerate(counts)]
    kinds = Counter(str(row["class"]) for row in rows)
    patterns = Counter(str(row["pattern"]) for row in rows)
    said = emerging_sentence(
        found, ground.area, total=int(counts.sum()), step_days=request.step_days, outside=outside, early=early
    )
    counted = {"cells": len(rows), **dict.fromkeys(("hot", "cold", "none"), 0), **kinds, "patterns": dict(patterns)}
    summed = {"incidents": int(counts.sum()), "outside": outside, "early": early, "steps": steps}
    return Found(found.evidence, said, Features(laid.shapes, rows), counted | summed)


def _step_by_step(
    laid: GroundCells, asking: Asking, steps: int
) -> Callable[[NDArray[np.int64]], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    done = 0

    def one(counts: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        nonlocal done
        asking.following.step(done, steps)
        done += 1
        if counts.sum() < 2:
            return np.zeros(len(counts)), np.full(len(counts), np.nan)
        result = local_gistar(
            counts, laid.neighbours, seed=asking.request.seed, permutations=asking.request.permutations
        )  # fmt: skip
        return result.z, result.q

    return one


def _emerging_row(laid: GroundCells, found: EmergingHotspots, cell: int, *, count: int, days: int) -> dict[str, object]:
    hot, cold = found.hot[cell], found.cold[cell]
    kind = "hot" if hot is not Pattern.NONE else "cold" if cold is not Pattern.NONE else "none"
    pattern = cold if kind == "cold" else hot
    said = None
    if count or kind != "none":
        said = emerging_cell_sentence(found, cell, count=count, days=days, subject=laid.subject(cell))
    return laid.named(cell) | {
        "count": count, "z": float(found.z[cell, -1]), "q": float(found.q[cell, -1]),
        "trend_z": float(found.trend_z[cell]), "trend_p": float(found.trend_p[cell]), "class": kind,
        "pattern": str(pattern), "pattern_name": PATTERN_NAMES[pattern], "sentence": said,
    }  # fmt: skip


def _repeats(asking: Asking) -> Found:
    ground, request = asking.ground, asking.request
    ground.require(scale_m=max(request.rounding_m, 1.0) if ground.published_m else None, least=2)
    found = repeat_places(ground.x_m, ground.y_m, rounding_m=request.rounding_m, accuracy_m=ground.accuracy_m)
    held = found.concentration
    shown = min(held.repeated()[0], _MOST_PLACES)
    shapes = shapely.points(found.x_m[:shown], found.y_m[:shown])
    rows = [
        {"cell": number, "class": "repeat", "count": int(count), "sentence": repeat_sentence(count, days=ground.days)}
        for number, count in enumerate(held.counts[:shown].tolist())
    ]
    return Found(
        held.evidence,
        repeats_sentence(found, ground.area, days=ground.days, outside=ground.outside),
        Features(np.asarray(shapes, dtype=object), rows),
        {"places": len(held.counts), "incidents": held.incident_count, "outside": ground.outside},
        () if found.caution is None else (found.caution,),
        {"concentration": _concentration(held)},
    )


def _concentration(held: Concentration) -> dict[str, object]:
    places, incidents = held.repeated()
    return {
        "incidents": held.incident_count, "places": len(held.counts), "repeated_places": places,
        "repeated_incidents": incidents, "gini": held.gini, "places_share_of_80": held.places_share(0.8),
        "curve": [{"places_share": share, "incidents_share": held.incidents_share(share)} for share in _SHARES],
    }  # fmt: skip


FINDERS: Mapping[str, Callable[[Asking], Found]] = {
    "gistar": _local,
    "moran": _local,
    "density": find_density,
    "dbscan": _clusters,
    "stdbscan": _clusters,
    "near_repeat": _near_repeat,
    "emerging": _emerging,
    "repeats": _repeats,
}
