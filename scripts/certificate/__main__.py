"""Prove the hotspot statistics again and write docs/certificates/hotspots.md.

``python -m scripts.certificate`` writes the page; ``--check`` only says whether it still holds. The part on Houston is
run where ANTT_REAL_DATA names the folder of real data, and otherwise kept as it stands. Ends with 1 when a difference
is larger than allowed, or when the page says something else than what was found.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from scripts.certificate.chance import chance_checks
from scripts.certificate.checks import Check
from scripts.certificate.houston import FILE, houston_checks, houston_facts, read_houston
from scripts.certificate.page import HOUSTON_HEADING, page, section, without_differences
from scripts.certificate.papers import paper_checks
from scripts.certificate.peers import peer_checks

__all__ = ["main"]

PAGE = Path(__file__).resolve().parents[2] / "docs" / "certificates" / "hotspots.md"


def main(arguments: list[str]) -> int:
    """Run the checks and write or compare the page.

    Parameters
    ----------
    arguments : list of str
        ``--check`` or nothing.

    Returns
    -------
    int
        0 when everything holds.
    """
    # esda gives the same digits without numba, whose compiling takes longer than all checks together.
    sys.modules.setdefault("numba", None)  # type: ignore[arg-type]
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    parts = [("Against other programs", list(peer_checks())), ("Against papers", list(paper_checks())),
             ("Against chance", list(chance_checks()))]  # fmt: skip
    houston, its_checks = _houston(written)
    made = page(parts, houston=houston)
    failed = [check for check in [*its_checks, *(one for _title, checks in parts for one in checks)] if not check.holds]
    for check in failed:
        print(f"FAILED: {check.what}, against {check.against}: {check.difference:g} > {check.allowed:g}")
    if "--check" not in arguments:
        PAGE.parent.mkdir(parents=True, exist_ok=True)
        PAGE.write_text(made, encoding="utf-8")
        return bool(failed)
    drifted = without_differences(made) != without_differences(written)
    if drifted:
        print(f"{PAGE.name} says something else than was found; run `make certificate` and look at what changed.")
    return bool(failed) or drifted


def _houston(written: str) -> tuple[str, list[Check]]:
    folder = Path(os.environ.get("ANTT_REAL_DATA", ""))
    if not (folder / FILE).is_file():
        print("Houston: the file is not at hand (ANTT_REAL_DATA); this part is kept as it stands.")
        _before, heading, kept = written.partition(f"\n{HOUSTON_HEADING}")
        return heading + kept, []
    houston = read_houston(folder)
    checks = list(houston_checks(houston))
    return section(HOUSTON_HEADING, checks, houston_facts(houston)), checks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
