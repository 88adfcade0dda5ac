import assert from "node:assert/strict";
import { test } from "node:test";

import { incidentTile, unitAt, unitTile, type IncidentTile } from "../src/tiles/decode";
import { gather } from "../src/tiles/gather";
import { covering, tileZoom, type TileId } from "../src/tiles/grid";
import type { Piece } from "../src/tiles/source";
import { madeTile } from "./making_tiles";

const HOME: TileId = { z: 9, x: 407, y: 225 };

function random(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** A tile of incidents strewn about, as cells or one by one. */
function strewn(id: TileId, size: number, cells: boolean): Piece<IncidentTile> {
  const next = random(id.x * 1000 + id.y);
  const features = Array.from({ length: size }, () => ({
    type: 1 as const,
    lines: [[[Math.floor(next() * 64) * 64 + 32, Math.floor(next() * 64) * 64 + 32] as [number, number]]],
    props: (cells ? { n: 1 + Math.floor(next() ** 4 * 900), c: 3, cn: 1 } : { c: 2, d: 20000 }) as Record<string, number>,
  }));
  return { id, area: id, content: incidentTile(madeTile({ [cells ? "cells" : "incidents"]: features }), id) };
}

const total = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + count, 0);

test("single incidents keep their place, category, day and hour", () => {
  const props = { c: 4, d: 20_500, h: 23 };
  const made = madeTile({ incidents: [{ type: 1, lines: [[[2048, 1024]]], props }, { type: 1, lines: [[[0, 0]]], props: { c: 1, d: 7 } }] });
  const tile = incidentTile(made, HOME);
  assert.ok(tile.exact);
  assert.equal(tile.x[0] * 512, 407.5);
  assert.equal(tile.y[0] * 512, 225.25);
  assert.deepEqual([tile.category[0], tile.day[0], tile.hour[0]], [4, 20_500, 23]);
  assert.equal(tile.hour[1], -1);
});

test("an empty body is a tile with nothing in it", () => {
  assert.equal(incidentTile(new ArrayBuffer(0), HOME).count.length, 0);
  assert.deepEqual(unitTile(new ArrayBuffer(0)), { areas: [], edges: [] });
});

test("numbers on screen add up to what the tiles hold, at every zoom", () => {
  const pieces = [strewn(HOME, 900, true), strewn({ ...HOME, x: 408 }, 700, false)];
  const held = total(pieces.map(({ content }) => total(content.count)));
  for (const zoom of [6, 9.75, 10, 13, 17.5, 19]) assert.equal(total(gather(pieces, zoom).map(({ count }) => count)), held);
});

test("circles with numbers do not cover each other", () => {
  const circles = gather([strewn(HOME, 2500, true), strewn({ ...HOME, y: 226 }, 2500, true)], 10).filter(({ count }) => count > 1);
  assert.ok(circles.length > 10);
  circles.forEach((a, i) => circles.slice(i + 1).forEach((b) => {
    assert.ok(Math.hypot(a.x - b.x, a.y - b.y) > 0.9 * (a.radius + b.radius));
  }));
});

test("a stand-in from a coarser tile brings only what lies in the area it stands for", () => {
  const above = strewn({ z: 8, x: 203, y: 112 }, 800, true);
  const areas = [0, 1, 2, 3].map((i) => ({ z: 9, x: 406 + (i & 1), y: 224 + (i >> 1) }));
  const parts = areas.map((area) => total(gather([{ ...above, area }], 10).map(({ count }) => count)));
  assert.ok(parts.every((part) => part > 0));
  assert.equal(total(parts), total(above.content.count));
});

test("a few incidents stand for themselves", () => {
  const lines: [number, number][][] = [[[100, 100]], [[140, 100]]];
  const made = madeTile({ incidents: lines.map((line) => ({ type: 1 as const, lines: [line], props: { c: 1, d: 1 } })) });
  const marks = gather([{ id: HOME, area: HOME, content: incidentTile(made, HOME) }], 11);
  assert.deepEqual(marks.map(({ count }) => count), [1, 1]);
});

test("incidents on one spot stay one circle however near one comes", () => {
  const one = { type: 1 as const, lines: [[[100, 100] as [number, number]]], props: { c: 1, d: 1 } };
  const made = madeTile({ incidents: [one, one, one] });
  const [mark, ...others] = gather([{ id: HOME, area: HOME, content: incidentTile(made, HOME) }], 19);
  assert.equal(others.length, 0);
  assert.deepEqual([mark.count, mark.spread], [3, 0]);
});

test("the unit under a place is found, and not in its hole", () => {
  const ring: [number, number][] = [[-64, -64], [2000, -64], [2000, 2000], [-64, 2000]];
  const hole: [number, number][] = [[500, 500], [500, 900], [900, 900], [900, 500]];
  const tile = unitTile(madeTile({
    units: [{ id: 7, type: 3, lines: [ring, hole] }],
    borders: [{ type: 2, lines: [[[2000, 0], [2000, 2000]]], props: { a: 7, b: 9 } }, { type: 2, lines: [[[0, 2000], [2000, 2000]]], props: { a: 7 } }],
  }));
  assert.equal(unitAt(tile, 300, 300), 7);
  assert.equal(unitAt(tile, 700, 700), -1);
  assert.equal(unitAt(tile, 3000, 300), -1);
  assert.deepEqual(tile.edges.map(({ a, b }) => [a, b]), [[7, 9], [7, -1]]);
});

test("tiles cover a view once, the middle first, and none lies outside the world", () => {
  const tiles = covering([-0.1, 0.2, 0.3, 0.6], 4);
  assert.equal(new Set(tiles.map(({ x, y }) => `${x},${y}`)).size, tiles.length);
  assert.equal(tiles.length, 5 * 7);
  assert.ok(tiles.every(({ x, y }) => x >= 0 && y >= 0 && x < 16 && y < 16));
  assert.equal(tiles[0].y, 6);
});

test("tiles grow no finer than the server makes them", () => {
  assert.equal(tileZoom(10.4, 19), 9);
  assert.equal(tileZoom(19, 16), 16);
  assert.equal(tileZoom(0, 16), 0);
});
