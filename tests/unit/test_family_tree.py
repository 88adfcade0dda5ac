"""The drawn family: every word in its box, boxes apart, bands as wide as their shares."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest

from mapserver.rendering.family_tree import TreeLink, TreeUnit, family_tree

SVG = "{http://www.w3.org/2000/svg}"
SELF = TreeUnit("Phường Lê Thanh Nghị", "10532 · từ 1/7/2025")
LONG = "Thị trấn Nông trường Liên hợp Mộc Châu và vùng phụ cận"


def links(count: int, *, share: float | None = 1.0, name: str = LONG) -> list[TreeLink]:
    return [
        TreeLink(TreeUnit(f"{name} {number}", "10528 · 1/12/2019 – 30/6/2025", f"/units/{number}"), share, "53,1 %")
        for number in range(count)
    ]


def drawn(before: list[TreeLink], after: list[TreeLink]) -> ElementTree.Element:
    drawing = family_tree(SELF, before, after, title="Sơ đồ", described="Từ đâu, thành đâu")
    return ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing


def boxes(tree: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    found = []
    for rect in tree.iter(f"{SVG}rect"):
        x, y, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + width, y + height))
    return found


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 1), (4, 0), (12, 0), (12, 12), (0, 0)])
def test_boxes_stay_apart_and_inside_the_drawing(before: int, after: int) -> None:
    tree = drawn(links(before), links(after, share=None))
    found = boxes(tree)
    assert len(found) == before + after + 1
    width, height = float(tree.attrib["width"]), float(tree.attrib["height"])
    assert all(0 <= x1 < x2 <= width and -0.1 <= y1 < y2 <= height + 0.1 for x1, y1, x2, y2 in found)
    for one, other in itertools.combinations(found, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def test_lines_of_text_do_not_overlap() -> None:
    tree = drawn(links(12), [])
    by_column: dict[str, list[float]] = {}
    for text in tree.iter(f"{SVG}text"):
        by_column.setdefault(text.attrib["x"], []).append(float(text.attrib["y"]))
    for baselines in by_column.values():
        ordered = sorted(baselines)
        assert min(later - earlier for earlier, later in itertools.pairwise(ordered)) >= 16


def test_before_is_left_and_after_is_right() -> None:
    tree = drawn(links(2), links(3))
    columns = sorted({box[0] for box in boxes(tree)})
    counts = [sum(box[0] == column for box in boxes(tree)) for column in columns]
    assert counts == [2, 1, 3]


def test_a_band_is_as_wide_as_its_share() -> None:
    def width(share: float) -> float:
        path = next(drawn(links(1, share=share), []).iter(f"{SVG}path")).attrib["d"]
        upper, lower = re.match(r"M[\d.]+ ([\d.]+)", path), re.search(r"([\d.]+)Z$", path)
        assert upper
        assert lower
        return float(lower[1]) - float(upper[1])

    assert width(1.0) == pytest.approx(2 * width(0.5), abs=0.15)
    assert width(0.0) > 1, "a share of nothing is still a link"


def test_an_unknown_share_is_dashed_and_has_no_width() -> None:
    (band,) = drawn(links(1, share=None), []).iter(f"{SVG}path")
    assert "unknown" in band.attrib["class"].split()
    assert "Z" not in band.attrib["d"]


def test_it_is_told_in_words_and_every_relative_can_be_opened() -> None:
    tree = drawn(links(2), links(1))
    assert [tree.findtext(f"{SVG}title"), tree.findtext(f"{SVG}desc")] == ["Sơ đồ", "Từ đâu, thành đâu"]
    assert set(tree.attrib["aria-labelledby"].split()) == {"tree-title", "tree-desc"}
    assert [link.attrib["href"] for link in tree.iter(f"{SVG}a")] == ["/units/0", "/units/1", "/units/0"]
    assert next(band.findtext(f"{SVG}title") for band in tree.iter(f"{SVG}path")) == (
        f"{LONG} 0 · 10528 · 1/12/2019 – 30/6/2025: 53,1 %"
    )


def test_markup_in_a_name_is_text_and_two_drawings_are_equal() -> None:
    hostile = links(1, name="<script>alert(1)</script>&")
    tree = drawn(hostile, [])
    assert not list(tree.iter("script")) + list(tree.iter(f"{SVG}script"))
    assert any("<script>" in (text.text or "") for text in tree.iter(f"{SVG}title"))
    assert family_tree(SELF, hostile, [], title="", described="") == family_tree(
        SELF, hostile, [], title="", described=""
    )
