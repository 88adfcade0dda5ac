"""A planner's desk: plans made through the API, and where their borders lie on the page."""

from __future__ import annotations

import json
import math
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from playwright.sync_api import Page, expect

LE_THANH_NGHI, TAN_HUNG = "10532", "10537"
ZOOM = 14
Spot = tuple[float, float]


def call(address: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Ask the API for plans, or write when there is a body."""
    headers = {"X-ANTT-Request": "1", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(f"{address}/api/v1/plans{path}", data=data, headers=headers)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def new_plan(address: str, name: str) -> str:
    """A plan for the wards of the sample."""
    made = call(address, "", {"name": name, "level": "commune", "parent": "31"})
    return str(made["id"])


@dataclass(frozen=True)
class Border:
    """The border between the two wards of the story: its arc and its vertices in cells of the grid."""

    arc: str
    cells: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, address: str, plan: str) -> Border:
        arcs = call(address, f"/{plan}/borders")["arcs"]
        (arc,) = [each for each in arcs if {each["left"], each["right"]} == {LE_THANH_NGHI, TAN_HUNG}]
        flat: list[int] = arc["points"]
        return cls(arc["id"], tuple(zip(accumulate(flat[::2]), accumulate(flat[1::2]), strict=True)))

    def vertex(self, at: int) -> Spot:
        """Longitude and latitude of a vertex."""
        east, north = self.cells[at]
        return east / 1e7, north / 1e7

    def bent(self, by: int) -> dict[str, Any]:
        """Another line from the fourth vertex to the fourth last, pushed east in its middle."""
        start, end = self.cells[3], self.cells[-4]
        middle = [(start[0] + end[0]) // 2 + by, (start[1] + end[1]) // 2]
        return {"kind": "redraw", "arc": self.arc, "line": [list(start), middle, list(end)]}


def _mercator(lat: float) -> float:
    return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)


class PlanPage:
    """The page of a plan, its map centred on a place that is named in the address."""

    def __init__(self, page: Page, centre: Spot) -> None:
        self.page, self.centre = page, centre
        page.locator("#pl-figures h2").first.wait_for(timeout=60_000)
        box = page.locator("#pl-map").bounding_box()
        assert box is not None
        self.middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        # Where the keys have moved the cross-hair.
        self.cross = self.middle

    @staticmethod
    def address(server: str, plan: str, centre: Spot) -> str:
        lon, lat = centre
        return f"{server}/plans/{plan}?c={lat:.7f},{lon:.7f},{ZOOM}"

    def pixel(self, place: Spot) -> Spot:
        world = 256 * 2**ZOOM
        (lon, lat), (x, y) = self.centre, self.middle
        return x + (place[0] - lon) / 360 * world, y - (_mercator(place[1]) - _mercator(lat)) * world

    def beside(self, start: Spot, end: Spot, *, share: float, away_px: float) -> Spot:
        """A pixel beside the straight line between two places, so far along it."""
        (ax, ay), (bx, by) = self.pixel(start), self.pixel(end)
        dx, dy = bx - ax, by - ay
        length = math.hypot(dx, dy)
        return ax + dx * share - dy / length * away_px, ay + dy * share + dx / length * away_px

    def click(self, *pixels: Spot) -> None:
        for x, y in pixels:
            self.page.mouse.move(x, y)
            self.page.mouse.click(x, y)

    def redraw(self, border: Border, sketch: Sequence[tuple[float, float]]) -> None:
        """Take the main tool, name both ends, sketch by shares along and pixels beside."""
        start, end = border.vertex(3), border.vertex(-4)
        self.page.keyboard.press("r")
        expect(self.page.locator("#pl-hint")).to_contain_text("điểm đầu")
        self.click(self.pixel(start), self.pixel(end))
        expect(self.page.locator("#pl-hint")).to_contain_text("đường mới")
        self.click(*(self.beside(start, end, share=share, away_px=away) for share, away in sketch))

    def walk(self, to: Spot, step_px: int = 12) -> None:
        """Move the cross-hair by keys to within half a step."""
        moves = [round((to[axis] - self.cross[axis]) / step_px) for axis in (0, 1)]
        for count, keys in zip(moves, (("ArrowLeft", "ArrowRight"), ("ArrowUp", "ArrowDown")), strict=True):
            for _ in range(abs(count)):
                self.page.keyboard.press(keys[count > 0])
        self.cross = (self.cross[0] + moves[0] * step_px, self.cross[1] + moves[1] * step_px)

    def finish(self) -> None:
        self.page.get_by_role("button", name="Xong", exact=True).click()
        expect(self.page.locator("#pl-card")).to_be_hidden(timeout=20_000)
