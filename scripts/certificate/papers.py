"""Published examples, and small cases worked by hand from published formulas."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from layers.hotspots.accuracy import (
    best_catch,
    caught,
    exact_share,
    hit_rate,
    prediction_accuracy_index,
    prediction_efficiency_index,
    recapture_rate_index,
)
from layers.hotspots.emerging import classify, mann_kendall
from layers.hotspots.local import local_gistar, local_moran
from layers.hotspots.near_repeat import Bands, near_repeat
from layers.hotspots.neighbours import lattice_neighbours
from layers.hotspots.repeats import concentration
from scripts.certificate.checks import Check, compared, mismatched

__all__ = ["paper_checks"]

Array = NDArray[np.float64]

_EXACT = 1e-12

# One letter a step, the oldest first: H hot, C cold, a point neither; then the trend of the strength.
_SERIES = {
    "new": ".........H",
    "consecutive": "......HHHH",
    "intensifying": "HHHHHHHHHH rising",
    "persistent": "HHHHH.HHHH",
    "diminishing": "HHHHHHHHHH falling",
    "sporadic": ".H..HH.H.H",
    "oscillating": "H.CC.H.C.H",
    "historical": "HHHHHHHHH.",
    "none": ".HHH.H....",
}


def paper_checks() -> Iterator[Check]:
    """Run every comparison with a paper.

    Yields
    ------
    Check
        Lines of the certificate.
    """
    yield from _local_scores()
    yield _false_discovery()
    yield _knox()
    yield _near_repeat()
    yield _trend()
    yield _emerging()
    yield from _accuracy()
    yield _interval()
    yield _concentration()


def _local_scores() -> Iterator[Check]:
    # 4 × 4 cells, four incidents in each cell of one corner block: mean 1, variance 3.
    row, column = np.divmod(np.arange(16), 4)
    counts = np.where((row < 2) & (column < 2), 4, 0)
    queen = lattice_neighbours(row, column)
    z = local_gistar(counts, queen, seed=1, permutations=9).z
    # Corner: 4 cells hold 16; (16 - 4) / √(3 · (16 · 4 - 4²) / 15). Next to the middle: 9 cells. Far corner: 4 empty.
    worked = [12 / np.sqrt(9.6), 7 / np.sqrt(12.6), -4 / np.sqrt(9.6)]
    yield compared("Gi*, z, three cells of a corner block", "Ord and Getis 1995, eq. 14, by hand",
                   ours=z[[0, 5, 15]], theirs=worked, allowed=_EXACT)  # fmt: skip
    moran = local_moran(counts, queen, seed=1, permutations=9).z
    # Of the 15 others the mean is 0.8, the variance 2.56; three neighbours hold 12: 9.6 / √(3 · 12 / 14 · 2.56) = √14.
    yield compared("local Moran, z, the corner cell", "Sokal, Oden and Thomson 1998, by hand",
                   ours=moran[[0]], theirs=[np.sqrt(14)], allowed=_EXACT)  # fmt: skip


def _false_discovery() -> Check:
    from scipy.stats import false_discovery_control

    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
         0.7590, 1.0]  # fmt: skip
    found = false_discovery_control(p, method="bh") <= 0.05
    return mismatched("false discovery rate: 4 of 15 hypotheses are rejected at 5 %",
                      "Benjamini and Hochberg 1995, section 4.1", ours=found, theirs=np.arange(15) < 4)  # fmt: skip


def _knox() -> Check:
    # Points with the pairs of the paper's table: 96 cases; 25 pairs within 1 km, 152 within 59 days, 5 of them both.
    place_m = np.arange(96, dtype=np.float64) * 10_000
    day = 10_000 + np.arange(96, dtype=np.float64) * 100
    place_m[0:6], place_m[6:11] = 0.0, 5_000.0
    day[[0, 1, 2, 6, 7, *range(11, 23)]] = 0.0
    day[[3, 4, *range(23, 27)]] = 200.0
    day[[27, 28]] = 400.0
    found = near_repeat(place_m, np.zeros(96), day, bands=Bands((1_000,), (59,)), permutations=19, seed=1)
    return compared("Knox: 5 pairs seen, 152 × 25 / 4,560 expected", "Knox 1964, childhood leukaemia",
                    ours=[found.observed[0, 0], found.expected[0, 0]], theirs=[5, 152 * 25 / 4_560],
                    allowed=_EXACT)  # fmt: skip


def _near_repeat() -> Check:
    # Ten places, far apart, each hit twice within a week: 10 pairs near and soon where 10 × 10 / 190 are expected.
    pair = np.repeat(np.arange(10, dtype=np.float64), 2)
    place_m, day = pair * 1_000, pair * 30 + np.tile([0.0, 3.0], 10)
    found = near_repeat(place_m, place_m, day, bands=Bands((0, 100), (7, 14)),
                        permutations=19, seed=1)  # fmt: skip
    return compared("near repeats: seen by expected pairs, same place within 7 days",
                    "Ratcliffe and Rengert 2008, by hand", ours=found.ratio[0, 0], theirs=19.0,
                    allowed=_EXACT)  # fmt: skip


def _trend() -> Check:
    # Rising: S = 45, variance 10 · 9 · 25 / 18 = 125. Five ties of two: S = 40, variance (2,250 - 5 · 18) / 18 = 120.
    series = np.array([np.arange(10.0), np.repeat(np.arange(5.0), 2), -np.arange(10.0), np.ones(10)])
    z, _p = mann_kendall(series)
    worked = [44 / np.sqrt(125), 39 / np.sqrt(120), -44 / np.sqrt(125), 0]
    return compared("Mann–Kendall, z: rising, with ties, falling, level", "Kendall 1975, chapter 4, by hand",
                    ours=z, theirs=worked, allowed=_EXACT)  # fmt: skip


def _emerging() -> Check:
    shapes = [series.partition(" ")[0] for series in _SERIES.values()]
    trends = np.array([series.partition(" ")[2] for series in _SERIES.values()])
    letters = np.array([list(shape) for shape in shapes])
    found = classify(letters == "H", letters == "C", stronger=trends == "rising", weaker=trends == "falling")
    return mismatched("emerging hotspots: one series for each definition, and one for none",
                      "Esri, How Emerging Hot Spot Analysis works", ours=[str(one) for one in found],
                      theirs=list(_SERIES))  # fmt: skip


def _accuracy() -> Iterator[Check]:
    # A quarter of the incidents in half of the area, a fifth of them in a tenth of it.
    yield compared("PAI: 25 % in 50 % of the area, 20 % in 10 %", "Chainey, Tompson and Uhlig 2008",
                   ours=prediction_accuracy_index(hit_rate([25, 20], [100, 100]), [0.5, 0.1]), theirs=[0.5, 2.0],
                   allowed=_EXACT)  # fmt: skip
    # Ten cells alike; two are marked. They hold 8 and 2 of 30; the best two would have held 12 and 8.
    counts = np.array([8.0, 2, 12, 3, 1, 0, 0, 4, 0, 0])
    score, area_m2 = np.array([9.0, 8, 1, 1, 1, 1, 1, 1, 1, 1]), np.full(10, 250_000.0)
    inside = caught(score, counts, area_m2=area_m2, coverages=[0.2])
    best = best_catch(counts, area_m2=area_m2, coverages=[0.2])
    efficiency = prediction_efficiency_index(inside, best)
    yield compared("PEI*: 10 caught, at most 20 in as much area", "Hunt 2016; White, Hunt and Green 2023, by hand",
                   ours=[inside[0], best[0], efficiency[0]], theirs=[10, 20, 0.5], allowed=_EXACT)  # fmt: skip
    yield compared("RRI: 50 of 200 before, 30 of 150 afterwards", "Levine 2008, by hand",
                   ours=recapture_rate_index(hit_rate(30, 150), hit_rate(50, 200)), theirs=0.8,
                   allowed=_EXACT)  # fmt: skip


def _interval() -> Check:
    found = [*exact_share(0, 10)[1:], *exact_share(5, 10)[1:], *exact_share(10, 10)[1:]]
    # With none of ten the upper end is 1 - 0.025^(1/10); the pair for five of ten is that of the published tables.
    end = 1 - 0.025**0.1
    return compared("exact interval of a share: 0, 5 and 10 of 10", "Clopper and Pearson 1934",
                    ours=found, theirs=[0, end, 0.187086, 0.812914, 1 - end, 1], allowed=1e-6)  # fmt: skip


def _concentration() -> Check:
    found = concentration(np.repeat(np.arange(3), [80, 12, 8]), place_count=5)
    return compared("80/20: a fifth of five places holds 80 of 100", "by hand",
                    ours=[found.incidents_share(0.2), found.places_share(0.8)], theirs=[0.8, 0.2],
                    allowed=_EXACT)  # fmt: skip
