import assert from "node:assert/strict";
import { test } from "node:test";

import { allPublished, isPublished, monthOf, shownCount, toMonthEnd, wholeMonths, type Withheld } from "../src/withheld";

const officer: Withheld = { k: 5, first: "2024-07-01", last: "2026-10-31", own: ["10532"] };
const resident: Withheld = { ...officer, own: [] };

test("a period is widened to whole months and never narrowed", () => {
  assert.deepEqual(wholeMonths({ from: "2026-02-10", to: "2026-03-21" }), { from: "2026-02-01", to: "2026-04-01" });
  assert.deepEqual(wholeMonths({ from: "2026-01-01", to: "2026-12-31" }), { from: "2026-01-01", to: "2027-01-01" });
  assert.deepEqual(wholeMonths({ from: "2026-02-01", to: "2026-04-01" }), { from: "2026-02-01", to: "2026-04-01" });
  assert.deepEqual(wholeMonths({ from: null, to: null }), { from: null, to: null });
});

test("none is told as none only where incidents are seen as they are", () => {
  assert.equal(shownCount(officer, "10532", 0), 0);
  assert.equal(shownCount(officer, "10507", 0), null);
  assert.equal(shownCount(officer, "10507", 12), 12);
  assert.equal(shownCount(null, "10507", 0), 0);
});

test("whoever has an area sees days in it, so nothing is held to months", () => {
  assert.deepEqual([allPublished(null), allPublished(officer), allPublished(resident)], [false, false, true]);
  assert.deepEqual([isPublished(officer, "10532"), isPublished(officer, "10507"), isPublished(null, "1")], [false, true, false]);
});

test("the last month of the strip reaches to its end", () => {
  const counts = toMonthEnd("2026-01-01", [7, ...Array<number>(30).fill(0), 6]);
  assert.deepEqual([counts.length, counts[0], counts[31]], [59, 7, 6]);
  assert.equal(monthOf("2024-07-01"), "7/2024");
});
