import assert from "node:assert/strict";
import { test } from "node:test";

import { atBase, followed } from "../src/planning/model/entries";
import { figuresOf, type UnitFigures } from "../src/planning/model/figures";
import { tried, type Outcome } from "../src/planning/model/sketch";
import { borders, golden, goldenPoints, markOf, story, type GoldenCase, type GoldenFigures } from "./planning_golden";

const base = borders(golden.arcs, golden.units);
const points = goldenPoints(base);
const known = { population: Object.fromEntries(golden.units.map(({ code }) => [code, golden.population])), points };

function near(found: number | null, expected: number, share: number, what: string): void {
  const limit = Math.max(share * Math.abs(expected), 1e-9);
  assert.ok(found !== null && Math.abs(found - expected) <= limit, `${what}: ${found} instead of ${expected}`);
}

function agree(found: Map<string, UnitFigures>, expected: Record<string, GoldenFigures>, share: number): void {
  assert.deepEqual([...found.keys()].sort(), Object.keys(expected).sort());
  for (const [code, figures] of found) {
    const wanted = expected[code];
    near(figures.area_m2, wanted.area_m2, share, `${code} area`);
    near(figures.population, wanted.population, 1e-4, `${code} people`);
    near(figures.compactness, wanted.compactness, share, `${code} compactness`);
    near(figures.compactness_land, wanted.compactness_land, share, `${code} compactness of land`);
    assert.equal(figures.incidents, wanted.incidents, `${code} incidents`);
    assert.equal(figures.parts, wanted.parts, `${code} parts`);
    assert.equal(figures.population_method, wanted.population_method);
  }
}

/** Ground that lines of several kilometres sweep is measured in pieces, which differs by some 1e-5 from the whole. */
function agreeOnLand(
  outcome: Extract<Outcome, { ok: true }>, wanted: [from: string, to: string, area_m2: number][],
): void {
  const found = outcome.swept.filter(({ area_m2 }) => area_m2 >= 0.01);
  const expected = wanted.filter(([, , area_m2]) => area_m2 >= 0.01);
  assert.deepEqual(found.map(({ giver, taker }) => [giver, taker]), expected.map(([from, to]) => [from, to]));
  found.forEach(({ area_m2 }, row) => {
    const wide = expected[row][2];
    assert.ok(Math.abs(area_m2 - wide) <= 0.02 + 1e-4 * area_m2, `${area_m2} instead of ${wide}`);
  });
}

test("the base has the figures that the server works out, to a millionth", () => {
  agree(figuresOf(base, base, known), golden.figures, 1e-6);
});

for (const golden_case of golden.cases) {
  test(`as on the server: ${golden_case.name}`, () => agreeOnCase(golden_case));
}

function agreeOnCase({ operation, refused, reason, hint, mark, moved, figures }: GoldenCase): void {
  const outcome = tried(base, operation, { number: 1, points });
  if (!outcome.ok) {
    const told = { code: outcome.code, reason: outcome.reason, hint: outcome.hint };
    assert.deepEqual(told, { code: refused, reason, hint });
    return;
  }
  assert.equal(refused, undefined);
  agreeOnLand(outcome, moved!.map(({ from, to, area_m2 }) => [from, to, area_m2]));
  outcome.swept.forEach(({ counts }, row) => assert.equal(counts.incidents, moved![row].counts.incidents));
  agree(figuresOf(outcome.topology, base, known), figures!, 1e-6);
  assert.equal(markOf(outcome.topology), mark);
}

test("random operations lead to the same borders, or are refused for the same reason", () => {
  for (const { operation, refused, reason, mark, moved } of story.sketches) {
    const outcome = tried(base, operation, { number: 1 });
    const told = JSON.stringify(operation);
    if (!outcome.ok) {
      assert.deepEqual({ code: outcome.code, reason: outcome.reason }, { code: refused, reason }, told);
      continue;
    }
    assert.equal(markOf(outcome.topology), mark, told);
    agreeOnLand(outcome, moved!);
  }
});

test("a plan followed entry by entry is the server's at every step, through undo and redo", () => {
  const { entries, marks } = story.story;
  let plan = atBase(base);
  assert.equal(markOf(plan.topology), marks[0]);
  entries.forEach((entry, row) => {
    plan = followed(plan, [entry]);
    assert.equal(markOf(plan.topology), marks[row + 1], `after entry ${row + 1}`);
  });
  assert.equal(markOf(followed(atBase(base), entries).topology), marks[marks.length - 1]);
});
