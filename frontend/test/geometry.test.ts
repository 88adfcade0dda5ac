import assert from "node:assert/strict";
import { test } from "node:test";

import { borders, contains, mercatorX, mercatorY, unitShapes } from "../src/geometry";
import { placeLabels, shortName, type Rect, type Wish } from "../src/layers/placing";
import { groundMetresPerPixel, roundLength } from "../src/scalebar";
import type { UnitCollection } from "../src/types";

function square(id: string, lon: number, parent: string, hole = false) {
  const ring = [[lon, 20], [lon + 1, 20], [lon + 1, 21], [lon, 21], [lon, 20]];
  const inner = [[lon + 0.4, 20.4], [lon + 0.6, 20.4], [lon + 0.6, 20.6], [lon + 0.4, 20.6], [lon + 0.4, 20.4]];
  return {
    type: "Feature" as const,
    id,
    geometry: { type: "Polygon" as const, coordinates: hole ? [ring, inner] : [ring] },
    properties: { code: id, name: id, parent, label: null },
  };
}

const three = unitShapes({
  type: "FeatureCollection",
  features: [square("a", 106, "31", true), square("b", 107, "31"), square("c", 108, "33")],
} as unknown as UnitCollection);

const inside = (unit: number, lon: number, lat: number): boolean =>
  contains(three[unit], mercatorX(lon), mercatorY(lat));

test("a place is found in the unit that holds it, and not in its hole", () => {
  assert.ok(inside(0, 106.2, 20.2));
  assert.ok(!inside(0, 106.5, 20.5));
  assert.ok(!inside(0, 107.2, 20.2));
  assert.ok(inside(1, 107.2, 20.2));
});

test("a shared border is drawn once, a border between provinces as an outline", () => {
  const { inner, outer } = borders(three);
  const edges = (lines: Float64Array[]): number => lines.reduce((sum, line) => sum + line.length / 2 - 1, 0);
  assert.equal(edges(inner), 1);
  // Ten outer edges with the one between the provinces counted once, and four round the hole.
  assert.equal(edges(outer), 9 + 4);
});

test("units without geometry are left out of the picture", () => {
  const named = { type: "Feature", id: "x", geometry: null, properties: {} };
  const shapes = unitShapes({ type: "FeatureCollection", features: [named] } as unknown as UnitCollection);
  assert.equal(shapes.length, 0);
});

test("a unit without a label point is labelled at its middle", () => {
  assert.deepEqual(three[1].label, [107.5, 20.5]);
});

test("labels touch neither each other nor an obstacle, and each appears at most once", () => {
  const wishes: Wish[] = Array.from({ length: 60 }, (_, i) => ({
    id: `u${i}`, lines: ["x"], x: (i % 10) * 40, y: Math.floor(i / 10) * 12, width: 60, height: 20, priority: i,
  }));
  const obstacles: Rect[] = [[100, 0, 200, 60]];
  const placed = placeLabels(wishes, obstacles);
  const rects = [...placed.map(({ rect }) => rect), ...obstacles];
  rects.forEach((a, i) =>
    rects.slice(i + 1).forEach((b) => {
      assert.ok(a[2] <= b[0] || b[2] <= a[0] || a[3] <= b[1] || b[3] <= a[1]);
    }),
  );
  assert.equal(new Set(placed.map(({ id }) => id)).size, placed.length);
  assert.ok(placed.length > 5);
});

test("the more important label wins the place", () => {
  const wish = (id: string, priority: number): Wish =>
    ({ id, priority, lines: ["x"], x: 0, y: 0, width: 50, height: 20 });
  const [first] = placeLabels([wish("small", 1), wish("large", 2)], []);
  assert.equal(first.id, "large");
  assert.equal(first.x, 0);
});

test("the kind of unit is not repeated in the label", () => {
  assert.equal(shortName("Phường Lê Thanh Nghị", "Phường"), "Lê Thanh Nghị");
  assert.equal(shortName("Đặc khu Cát Hải", "đặc khu"), "Cát Hải");
  assert.equal(shortName("Xã Phường", "phường"), "Xã Phường");
});

test("the scale is true on the ground of the ellipsoid", () => {
  assert.ok(Math.abs(groundMetresPerPixel(0, 10) - 152.874) < 0.001);
  // Length of one degree of the parallel of 20.9° N by geodesic computation with PROJ.
  const degree_m = (groundMetresPerPixel(20.9, 10) * 256 * 1024) / 360;
  assert.ok(Math.abs(degree_m - 104_039.49) < 0.5, String(degree_m));
});

test("the bar is a round length that fits", () => {
  assert.deepEqual([9.9, 10, 23, 780, 4999, 5001].map(roundLength), [5, 10, 20, 500, 2000, 5000]);
});

test("the label of the chosen unit is placed even where there is no room", () => {
  const wish: Wish = { id: "a", lines: ["x"], x: 0, y: 0, width: 50, height: 20, priority: 1 };
  const wall: Rect[] = [[-500, -500, 500, 500]];
  assert.equal(placeLabels([wish], wall).length, 0);
  assert.equal(placeLabels([{ ...wish, forced: true }], wall).length, 1);
});
