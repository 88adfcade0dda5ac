import assert from "node:assert/strict";
import { test } from "node:test";

import { lonLatOf, mercatorX, mercatorY } from "../src/geometry";
import { placeLabels, shortName, type Rect, type Wish } from "../src/layers/placing";
import { groundMetresPerPixel, roundLength } from "../src/scalebar";

test("a place survives the way to the unit square and back", () => {
  const [lon, lat] = lonLatOf(mercatorX(106.33), mercatorY(20.94));
  assert.ok(Math.abs(lon - 106.33) < 1e-9 && Math.abs(lat - 20.94) < 1e-9);
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
