import assert from "node:assert/strict";
import { test } from "node:test";

import { dayOf, isoOf } from "../src/format";
import { changeAt, pairHours } from "../src/panels/charts";
import { bins, monthBins, quickPeriods, reportingMonth, weekday } from "../src/timebins";

const start = dayOf("2026-01-01") as number;
const year = Array.from({ length: 365 }, (_, i) => i % 4);
const total = (list: { count: number }[]): number => list.reduce((sum, { count }) => sum + count, 0);

test("bars never lose or invent an incident, whatever their width", () => {
  for (const most of [400, 100, 20]) assert.equal(total(bins(start, year, most)), total(year.map((count) => ({ count }))));
});

test("bars become days, weeks or months as there is room", () => {
  assert.equal(bins(start, year, 400).length, 365);
  assert.equal(bins(start, year, 100).length, 53);
  assert.equal(bins(start, year, 20).length, 12);
});

test("weeks begin on Monday", () => {
  assert.equal(weekday(dayOf("2026-11-23") as number), 0);
  const [, second] = bins(start, year, 100);
  assert.equal(weekday(second.start), 0);
});

test("bars touch without gaps", () => {
  const list = monthBins(start, year);
  list.slice(1).forEach((bin, i) => assert.equal(bin.start, list[i].end));
});

test("the reporting month runs from the 15th to the 14th", () => {
  assert.deepEqual(reportingMonth("2026-10-31"), { from: "2026-09-15", to: "2026-10-15" });
  assert.deepEqual(reportingMonth("2026-10-13"), { from: "2026-08-15", to: "2026-09-15" });
  assert.deepEqual(reportingMonth("2026-10-14"), { from: "2026-09-15", to: "2026-10-15" });
  assert.deepEqual(reportingMonth("2026-01-02"), { from: "2025-11-15", to: "2025-12-15" });
});

test("quick periods end with the last day that has incidents", () => {
  const [week, , , , thisYear, all] = quickPeriods("2026-10-31");
  assert.deepEqual([week.from, week.to], ["2026-10-25", "2026-11-01"]);
  assert.equal(thisYear.from, "2026-01-01");
  assert.equal(all.from, null);
});

test("the boundary change is marked only where it lies inside the series", () => {
  const months = monthBins(dayOf("2025-01-01") as number, year);
  assert.equal(isoOf(months[6].start), "2025-07-01");
  const at = changeAt(months, "2025-07-01") as number;
  assert.ok(at > 0.49 && at < 0.51);
  assert.equal(changeAt(months, "2024-07-01"), null);
  assert.equal(changeAt([], "2025-07-01"), null);
});

test("pairs of hours keep the sum of the day", () => {
  const hours = Array.from({ length: 24 }, (_, i) => i);
  const [row] = pairHours([hours]);
  assert.equal(row.length, 12);
  assert.equal(row[0], 1);
  assert.equal(row.reduce((a, b) => a + b, 0), 276);
});
