"""How often chance alone is called a hotspot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layers.hotspots.local import FALSE_DISCOVERY_RATE, local_gistar
from layers.hotspots.neighbours import lattice_neighbours
from scripts.certificate.checks import Check

__all__ = ["chance_checks"]

_RUNS = 200
_SIDE = 20


def chance_checks() -> Iterator[Check]:
    """Count false alarms on counts without any pattern.

    Yields
    ------
    Check
        For each mean count, the share of 200 runs with any hotspot; 5 % and three standard errors pass.
    """
    allowed = FALSE_DISCOVERY_RATE + 3 * float(np.sqrt(FALSE_DISCOVERY_RATE * (1 - FALSE_DISCOVERY_RATE) / _RUNS))
    queen = lattice_neighbours(*np.divmod(np.arange(_SIDE * _SIDE), _SIDE))
    for mean in (0.1, 0.5, 2.0, 10.0):
        fooled = 0
        for run in range(_RUNS):
            counts = np.random.default_rng([run, int(10 * mean)]).poisson(mean, _SIDE * _SIDE)
            fooled += int(local_gistar(counts, queen, seed=run, permutations=9).hot.any())
        yield Check(f"Gi*, share of {_RUNS} runs of pure chance with a hotspot, mean count {mean:g}",
                    "the 5 % promised", _RUNS, fooled / _RUNS, round(allowed, 3))  # fmt: skip
