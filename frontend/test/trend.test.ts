import assert from "node:assert/strict";
import { test } from "node:test";

import { breakAt, trendTotal } from "../src/panels/trend";

test("the total of a series that is not certain is a range", () => {
  const meta = { as_of: "2026-01-01", sentence: "", total: 0, placed: 0, unplaced: 0, outside: 0 };
  const recast = { low: [1, 2], count: [2, 2], high: [3, 2] };
  assert.equal(trendTotal({ unit: "1", start: "2026-01-01", recast, by_code: [0, 0], breaks: [], meta }), "3–5");
});

test("a break stands where its day is among the months, and nowhere outside them", () => {
  assert.equal(breakAt("2025-01-01", 12, "2025-07-01"), 6);
  assert.equal(breakAt("2025-01-01", 12, "2024-07-01"), null);
  assert.equal(breakAt("2025-08-01", 12, "2025-07-01"), null);
});
