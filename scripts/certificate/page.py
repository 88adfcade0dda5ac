"""The page of the certificate: written from the checks, and read again to see whether anything drifted."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from importlib.metadata import version

import layers
from scripts.certificate.checks import Check

__all__ = ["HOUSTON_HEADING", "page", "section", "without_differences"]

HOUSTON_HEADING = "## Houston, 2010"

_PROGRAMS = ("numpy", "scipy", "shapely", "esda", "libpysal", "pointpats", "scikit-learn", "KDEpy")
_TITLES = "| what | compared with | values | largest difference | allowed |"
_DIFFERENCE = re.compile(r"\| (?:0|≤ 1e-\d+|\d+(?:\.\d+)?) \|(?= [^|]+ \|$)", re.MULTILINE)

_HEAD = """<!-- Made by `make certificate`; edit the program, not this page. -->

# Giấy kiểm chứng các phép tính điểm nóng / Certificate of the hotspot statistics

Mỗi dòng dưới đây là một phép so sánh được chạy lại mỗi lần kiểm thử: cùng một dữ liệu được tính bằng chương trình này
và bằng một chương trình khác, hoặc đối chiếu với ví dụ đã công bố. Sai khác vượt mức cho phép thì kiểm thử báo lỗi.

Each line below is a comparison that the tests run again: the same data are given to this program and to another one, or
to a published example. When a difference is larger than allowed, the tests fail. Differences are rounded up to a power
of ten, where they are not counts or shares. Where nothing else is said, relative differences of a density are taken
where it is more than a twentieth of its peak.
"""


def page(parts: Sequence[tuple[str, Sequence[Check]]], *, houston: str) -> str:
    """Write the page.

    Parameters
    ----------
    parts : sequence of tuple of str and checks
        Heading and lines of each part.
    houston : str
        The part on Houston, as `section` writes it, with its facts; from an earlier page where the file is not at hand.

    Returns
    -------
    str
        Markdown; equal checks give equal bytes.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in _PROGRAMS)
    made = f"\nBản đồ ANTT số hóa {layers.__version__}; {versions}.\n"
    return _HEAD + made + "".join(section(f"## {title}", checks) for title, checks in parts) + houston


def section(heading: str, checks: Sequence[Check], facts: Sequence[tuple[str, str]] = ()) -> str:
    """Write one part of the page.

    Parameters
    ----------
    heading : str
        With its number signs.
    checks : sequence of Check
        Its lines.
    facts : sequence of tuple of str
        Figures that must not change: what, and the figure.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> print(section("## Sums", [Check("one and one", "by hand", 1, 3e-17, 1e-9)]).splitlines()[-1])
    | one and one | by hand | 1 | ≤ 1e-16 | 1e-09 |
    """
    lines = ["", heading, "", _TITLES, "|---|---|---|---|---|"]
    lines += map(_line, checks)
    if facts:
        lines += ["", "| what is found | |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in facts)]
    return "\n".join(lines) + "\n"


def without_differences(text: str) -> str:
    """Blank what may differ between machines: the sizes of differences that are allowed.

    Parameters
    ----------
    text : str
        A page.

    Returns
    -------
    str
        The same with every difference put as a dash.

    Examples
    --------
    >>> without_differences("| a sum | by hand | 4 | ≤ 1e-13 | 1e-09 |")
    '| a sum | by hand | 4 | – | 1e-09 |'
    """
    return _DIFFERENCE.sub("| – |", text)


def _line(one: Check) -> str:
    return f"| {one.what} | {one.against} | {one.compared:,} | {_rounded(one)} | {one.allowed:g} |"


def _rounded(check: Check) -> str:
    size = check.difference
    if size == 0:
        return "0"
    if math.isnan(size) or size >= 0.01:
        return f"{size:.3g}"
    return f"≤ 1e-{math.floor(-math.log10(size)):02d}"
