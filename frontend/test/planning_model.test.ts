import assert from "node:assert/strict";
import { test } from "node:test";

import { atBase, followed } from "../src/planning/model/entries";
import { figuresOf, spreadOf } from "../src/planning/model/figures";
import { bandM, convexHull, lineLengthM, ringAreaM2 } from "../src/planning/model/geodesic";
import {
  decode, encode, onLine, placeAt, placesOf, pointsOf, toGrid, toLonLat, type Place,
} from "../src/planning/model/grid";
import { landMoved } from "../src/planning/model/land";
import { PointIndex } from "../src/planning/model/points";
import {
  nodeMoved, redrawn, split, transferred, tried, verticesMoved, type Outcome,
} from "../src/planning/model/sketch";
import { draggedBy, handlesOf, nearestOnArc, snapToGuides } from "../src/planning/model/snapping";
import { Topology, type Arc, type ArcJson, type Unit } from "../src/planning/model/topology";
import { borders, golden, markOf, story } from "./planning_golden";

const degrees = (...places: [number, number][]): Float64Array => pointsOf(places.map(toGrid));

/** Two square units side by side, one kilometre or so each; between them the arc "a" from south to north. */
function twoSquares(): Topology {
  const unit = (code: string): Unit =>
    ({ code, name: `Xã ${code}`, unit_type: "Xã", parent: "31", parent_name: "", parts: 1, origin: "" });
  const arc = (id: string, left: string, right: string, places: Place[]): ArcJson =>
    ({ id, left, right, points: encode(pointsOf(places.map(([x, y]): Place => [X + x, Y + y]))) });
  return Topology.from({
    scale: 1e7, last: 0, level: "commune", units: [unit("1"), unit("2")],
    arcs: [
      arc("a", "1", "2", [[0, 0], [0, 40_000], [0, 100_000]]),
      arc("b", "1", "", [[0, 100_000], [-100_000, 100_000], [-100_000, 0], [0, 0]]),
      arc("c", "2", "", [[0, 0], [100_000, 0], [100_000, 100_000], [0, 100_000]]),
    ],
  });
}

const [X, Y] = [1_063_000_000, 209_000_000];
const at = (x: number, y: number): Place => [X + x, Y + y];
const squares = twoSquares();

function kept(outcome: Outcome): Extract<Outcome, { ok: true }> {
  assert.ok(outcome.ok, outcome.ok ? "" : outcome.reason.en);
  return outcome;
}

function refused(outcome: Outcome): Extract<Outcome, { ok: false }> {
  assert.ok(!outcome.ok);
  return outcome;
}

const things = (...places: Place[]): PointIndex =>
  PointIndex.from({ models: { xy: encode(pointsOf(places)), weight: places.map(() => 1) } }, squares);

test("places survive the way to the server and back", () => {
  const places: Place[] = [at(0, 0), at(-5, 7), at(12, -3)];
  assert.deepEqual(placesOf(decode(encode(pointsOf(places)))), places);
  assert.deepEqual(toGrid(toLonLat(at(1, 2))), at(1, 2));
});

test("a place is on a line at a vertex or between two", () => {
  const line = pointsOf([[0, 0], [10, 0], [10, 10]]);
  assert.deepEqual(onLine(line, [10, 0]), { index: 1, isVertex: true });
  assert.deepEqual(onLine(line, [10, 4]), { index: 1, isVertex: false });
  assert.equal(onLine(line, [4, 4]), null);
});

// By PROJ's geodesics (Karney 2013) on WGS 84.
test("lengths are those of geodesics", () => {
  const cases: [Float64Array, number][] = [
    [degrees([106, 20], [106, 21]), 110_710.614_931],
    [degrees([106, 20.9], [107, 20.9]), 104_039.325_479],
    [degrees([106.3, 20.9], [106.30001, 20.90001]), 1.519_282_3],
  ];
  for (const [line, length_m] of cases) {
    assert.ok(Math.abs(lineLengthM(line) / length_m - 1) < 2e-7, `${lineLengthM(line)} m`);
  }
});

test("areas are those inside geodesics", () => {
  const cell = degrees([106, 20], [106.01, 20], [106.01, 20.01], [106, 20.01], [106, 20]);
  assert.ok(Math.abs(ringAreaM2(cell) - 1_158_452) < 1);
  assert.ok(Math.abs(ringAreaM2(cell) + ringAreaM2(pointsOf(placesOf(cell).reverse()))) < 1e-3);
});

test("a rubber band around a bay is shorter than the coast", () => {
  const deep = [at(-80_000, 50_000), at(-80_000, 60_000)];
  const bay = pointsOf([at(0, 0), at(0, 50_000), ...deep, at(0, 60_000), at(0, 100_000)]);
  assert.ok(bandM(bay) < lineLengthM(bay));
  assert.ok(bandM(bay) >= lineLengthM(pointsOf([at(0, 0), at(0, 100_000)])));
  assert.equal(convexHull(bay).length / 2, 5);
});

test("a redrawn border gives land, people and things to the other side", () => {
  const counted = things(at(30_000, 50_000), at(90_000, 50_000), at(-20_000, 50_000));
  const { topology, swept } = kept(redrawn(squares, "a", [at(0, 0), at(60_000, 50_000), at(0, 100_000)], counted));
  assert.deepEqual(swept.map(({ giver, taker, counts }) => [giver, taker, counts.models]), [["2", "1", 1]]);
  const known = { population: { 1: 1000, 2: 1000 }, points: counted };
  const [before, now] = [squares, topology].map((state) => figuresOf(state, squares, known));
  assert.equal(now.get("1")!.models, 2);
  assert.ok(Math.abs(now.get("1")!.area_m2 - before.get("1")!.area_m2 - swept[0].area_m2) < 1);
  assert.equal(now.get("1")!.population_method, "area");
  assert.ok(Math.abs(now.get("1")!.population! + now.get("2")!.population! - 2000) < 1e-6);
});

test("land that swings both ways is told both ways", () => {
  const { swept } = kept(redrawn(squares, "a", [at(0, 0), at(30_000, 25_000), at(-30_000, 75_000), at(0, 100_000)]));
  assert.deepEqual(swept.map(({ giver, taker }) => [giver, taker]), [["1", "2"], ["2", "1"]]);
  assert.ok(Math.abs(swept[0].area_m2 / swept[1].area_m2 - 1) < 0.01);
});

test("a new line that winds around the old one gives no land twice", () => {
  const turns: [number, number][] = [
    [0, 0], [20, 40], [20, 80], [-20, 80], [-20, 60], [10, 60], [10, 70], [-10, 70], [-10, 75], [15, 75], [15, 40],
    [0, 20], [-30, 20], [-30, 90], [0, 100],
  ];
  const spiral = turns.map(([x, y]) => at(1_000 * x, 1_000 * y));
  const { topology, swept } = kept(redrawn(squares, "a", spiral));
  const net = swept.reduce((sum, { taker, area_m2 }) => sum + (taker === "1" ? area_m2 : -area_m2), 0);
  const nothing = { population: {}, points: things() };
  const areas = [squares, topology].map((state) => figuresOf(state, squares, nothing).get("1")!.area_m2);
  assert.ok(Math.abs(areas[1] - areas[0] - net) < 1, `${areas[1] - areas[0]} m², ${net} m² swept`);
});

test("a refusal says why in Vietnamese and shows where", () => {
  const over = refused(redrawn(squares, "a", [at(0, 0), at(150_000, 50_000), at(0, 100_000)]));
  assert.match(over.reason.vi, /cắt hoặc chạm ranh giới khác/);
  assert.ok(Math.abs(over.at![0] - at(100_000, 0)[0]) <= 1);
  const loop = [at(50_000, 50_000), at(50_000, 20_000), at(20_000, 50_000)];
  const knot = refused(redrawn(squares, "a", [at(0, 0), ...loop, at(0, 100_000)]));
  assert.match(knot.reason.vi, /tự cắt/);
  assert.ok(knot.at![0] > X && knot.at![0] < X + 50_000);
  assert.match(refused(redrawn(squares, "b", [at(0, 0), at(0, 100_000)])).reason.vi, /ranh giới ngoài/);
  assert.deepEqual(refused(redrawn(squares, "a", [at(5_000, 0), at(0, 100_000)])).at, at(5_000, 0));
  assert.match(refused(redrawn(squares, "a", [at(0, 0)])).reason.vi, /Không hiểu/);
});

test("a piece that runs back along the border is refused", () => {
  const back = redrawn(squares, "a", [at(0, 0), at(50_000, 50_000), at(25_000, 25_000), at(0, 100_000)]);
  assert.match(refused(back).reason.en, /touches itself/);
});

test("refused edits leave the borders as they were", () => {
  const mark = markOf(squares);
  refused(redrawn(squares, "a", [at(0, 0), at(150_000, 50_000), at(0, 100_000)]));
  refused(nodeMoved(squares, at(0, 0), at(500, 500)));
  kept(split(squares, { unit: "1", line: [at(0, 40_000), at(-100_000, 100_000)], code: "3", name: "Mới" }));
  assert.equal(markOf(squares), mark);
});

test("a cut takes the ground to its left", () => {
  const line = [at(0, 40_000), at(-100_000, 100_000)];
  const { topology, swept } = kept(transferred(squares, { unit: "1", to: "2", line, apart: false }));
  assert.deepEqual(swept.map(({ giver, taker }) => [giver, taker]), [["1", "2"]]);
  assert.equal(topology.ringsOf("1").length, 1);
  assert.deepEqual([...topology.neighbours(["1"])], ["2"]);
  const made = kept(split(squares, { unit: "1", line, code: "3", name: "Mới" }, { number: 7 }));
  assert.ok([...made.topology.arcs.keys()].some((id) => id.startsWith("7.")));
});

test("a merged unit is no more and leaves no border behind", () => {
  const { topology } = kept(tried(squares, { kind: "merge", unit: "2", into: "1", apart: false }));
  assert.deepEqual([...topology.units.keys()], ["1"]);
  assert.ok([...topology.arcs.values()].every(({ locked }) => locked));
  assert.equal(topology.arcs.size, 1);
});

test("things are never lost, however land goes to and fro", () => {
  const base = borders(golden.arcs, golden.units);
  const places = golden.incidents.map(([lon, lat]): Place => toGrid([lon, lat]));
  const placed = (state: Topology): PointIndex =>
    PointIndex.from({ incidents: { xy: encode(pointsOf(places)), weight: places.map(() => 1) } }, state);
  const total = (sums: ReadonlyMap<string, number>): number => [...sums.values()].reduce((sum, one) => sum + one, 0);
  const counted = placed(base);
  const arc = [...base.arcs.values()].find(({ locked }) => !locked)!;
  let topology = base;
  for (const share of [0.2, -0.35, 0.3, -0.1]) {
    const [[x1, y1], [x2, y2]] = [placeAt(arc.points, 0), placeAt(arc.points, -1)];
    const bend: Place = [Math.round((x1 + x2) / 2 - share * (y2 - y1)), Math.round((y1 + y2) / 2 + share * (x2 - x1))];
    ({ topology } = kept(redrawn(topology, arc.id, [[x1, y1], bend, [x2, y2]])));
    const now = counted.handedOver(landMoved(base, topology));
    const sums = now.totals().get("incidents")!;
    assert.equal(total(sums), total(counted.totals().get("incidents")!));
    assert.deepEqual(sums, placed(topology).totals().get("incidents"));
  }
});

test("the pointer finds the vertex beside it, else the line, and only arcs that fit", () => {
  assert.deepEqual(nearestOnArc(squares, at(500, 40_500), 2_000)!.place, at(0, 40_000));
  const between = nearestOnArc(squares, at(800, 70_000), 2_000)!;
  assert.deepEqual([between.arc.id, between.place, between.isVertex, between.index], ["a", at(0, 70_000), false, 1]);
  assert.equal(nearestOnArc(squares, at(50_000, 50_000), 2_000), null);
  assert.equal(nearestOnArc(squares, at(100_500, 50_000), 2_000, ({ locked }: Arc) => !locked), null);
});

test("where the pointer snaps to a border a line may begin", () => {
  const slanted = kept(redrawn(squares, "a", [at(0, 0), at(33_333, 47_777), at(0, 100_000)])).topology;
  for (let y = 1_000; y < 99_000; y += 3_777) {
    const found = nearestOnArc(slanted, at(20_000, y), 30_000, ({ id }) => id === "a")!;
    assert.notEqual(onLine(found.arc.points, found.place), null);
  }
});

test("guides draw the pointer too", () => {
  const road = pointsOf([at(0, 0), at(50_000, 50_000)]);
  const [x, y] = snapToGuides([road], at(20_500, 19_900), 1_000)!.place;
  assert.ok(Math.abs(x - y - (X - Y)) <= 1 && Math.abs(x - at(20_180, 0)[0]) < 30);
  assert.equal(snapToGuides([road], at(20_000, 30_000), 1_000), null);
});

test("a long arc shows at most so many handles, all of them in view and none a node", () => {
  const wavy = Array.from({ length: 5_001 }, (_, k): Place => at(Math.round(9_000 * Math.sin(k / 40)), 20 * k));
  const arc: Arc = { ...squares.arcs.get("a")!, points: pointsOf(wavy) };
  const view = [X - 10_000, Y + 20_000, X + 10_000, Y + 80_000] as const;
  const handles = handlesOf(arc, view);
  assert.equal(handles.length, 150);
  assert.ok(handles.every((index) => wavy[index][1] >= view[1] && wavy[index][1] <= view[3]));
  assert.ok(handles.every((index, row) => row === 0 || index > handles[row - 1]));
  assert.equal(handlesOf(squares.arcs.get("a")!, view).length, 1);
});

test("a dragged handle takes the vertices beside it along, and the border keeps its nodes", () => {
  const line = Array.from({ length: 101 }, (_, k): Place => at(0, 1_000 * k));
  const arc: Arc = { ...squares.arcs.get("a")!, points: pointsOf(line) };
  const dense = new Topology(squares.level, new Map(squares.arcs).set("a", arc), squares.units);
  const handles = handlesOf(arc, arc.box, 9);
  const moves = draggedBy(arc, handles, 4, at(8_000, line[handles[4]][1] - Y));
  assert.ok(moves.length > 10);
  assert.equal(Math.max(...moves.map(([, [x]]) => x - X)), 8_000);
  const { topology } = kept(verticesMoved(dense, "a", moves));
  const drawn = topology.arcs.get("a")!.points;
  assert.deepEqual([placeAt(drawn, 0), placeAt(drawn, -1)], [line[0], line[100]]);
});

test("entries that came already are passed over; a missing one is said", () => {
  const base = atBase(borders(golden.arcs, golden.units));
  const { entries } = story.story;
  const twice = followed(followed(base, entries.slice(0, 3)), entries.slice(0, 3));
  assert.equal(twice.last, 3);
  assert.throws(() => followed(base, entries.slice(1)), RangeError);
  const undone = followed(base, entries.slice(0, 3));
  assert.deepEqual([undone.done, undone.undone], [[entries[0]], [entries[1]]]);
});

test("a workload spread evenly has no variation", () => {
  assert.equal(spreadOf([]), null);
  assert.deepEqual(spreadOf([10, 20, 30]), { mean: 20, smallest: 10, largest: 30, variation: 0.408248290463863 });
});
