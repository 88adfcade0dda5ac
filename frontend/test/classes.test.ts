import assert from "node:assert/strict";
import { test } from "node:test";

import { classOf, FEW, quantileBreaks, rampFor, standing, unitValue } from "../src/classes";

test("quantile classes hold about equally many units", () => {
  const values = Array.from({ length: 120 }, (_, i) => i + 1);
  const breaks = quantileBreaks(values, 6);
  assert.equal(breaks.length, 6);
  const sizes = breaks.map((_, at) => values.filter((value) => classOf(value, breaks) === at).length);
  for (const size of sizes) assert.ok(size >= 17 && size <= 23, String(sizes));
});

test("breaks rise and never repeat, also with many equal values", () => {
  const breaks = quantileBreaks([1, 1, 1, 1, 1, 2, 2, 9], 6);
  assert.deepEqual([...new Set(breaks)].sort((a, b) => a - b), breaks);
});

test("the page cuts classes where the print cuts them", () => {
  assert.deepEqual(quantileBreaks([0, 0, 3, 4, 8, 11, 15, 22, 31, 47, 94], 5), [3, 6, 12, 21, 37]);
  assert.deepEqual(quantileBreaks([2, 2], 5), [2]);
});

test("units without incidents take no part in the classes", () => {
  assert.deepEqual(quantileBreaks([0, 0, 0], 6), []);
  assert.equal(quantileBreaks([0, 4, 0, 8], 2)[0], 4);
});

test("each value lies in a class whose lower limit it reaches", () => {
  const values = [0.06, 0.4, 1.7, 3, 12.5, 44, 90, 1000];
  const breaks = quantileBreaks(values, 6);
  for (const value of values) assert.ok(value >= breaks[classOf(value, breaks)]);
});

test("classes are spread over the ramp above the colour of zero", () => {
  const ramp = ["a", "b", "c", "d", "e", "f"];
  assert.deepEqual(rampFor(ramp, 5), ["b", "c", "d", "e", "f"]);
  assert.deepEqual(rampFor(ramp, 2), ["c", "f"]);
  assert.deepEqual(rampFor(ramp, 1), ["d"]);
});

test("no data, none and few incidents are three different things", () => {
  assert.equal(standing(unitValue(null, 1000, "rate")), "none");
  assert.equal(standing(unitValue(7, null, "rate")), "none");
  assert.equal(standing(unitValue(0, 1000, "rate")), "zero");
  const few = unitValue(FEW - 1, 10_000, "rate");
  assert.equal(standing(few), "class");
  assert.ok(few.few);
  assert.ok(!unitValue(FEW, 10_000, "rate").few);
});

test("a count needs no population, a rate is per 10,000 people", () => {
  assert.equal(unitValue(7, null, "count").value, 7);
  assert.equal(unitValue(163, 81_500, "rate").value, 20);
});

test("no class begins above every value", () => {
  assert.deepEqual(quantileBreaks([155.3], 5), [150]);
});
