import assert from "node:assert/strict";
import { test } from "node:test";

import messages from "../../mapserver/translations/vi.json";
import { addDays, dayOf, formatDate, formatNumber, formatPeriod, formatRate, isoOf, readDate } from "../src/format";
import { setMessages, t } from "../src/i18n";

setMessages(messages, "vi");

test("numbers are written the Vietnamese way", () => {
  assert.equal(formatNumber(1234567), "1.234.567");
  assert.equal(formatNumber(8.0705, 2), "8,07");
  assert.equal(formatRate(12.345), "12,3");
  assert.equal(formatRate(1234.5), "1.235");
});

test("numbers follow the language of the page", () => {
  setMessages(messages, "en");
  assert.equal(formatNumber(1234.5, 1), "1,234.5");
  setMessages(messages, "vi");
});

test("a period reads as inclusive days although its end is exclusive", () => {
  assert.equal(formatPeriod("2026-05-01", "2026-08-01"), "1/5 – 31/7/2026 · 92 ngày");
  assert.equal(formatPeriod("2025-12-15", "2026-01-15"), "15/12/2025 – 14/1/2026 · 31 ngày");
  assert.equal(formatPeriod("2026-02-03", "2026-02-04"), "3/2/2026 · 1 ngày");
});

test("days and dates agree over leap days and year ends", () => {
  assert.equal(isoOf(dayOf("2024-02-29") as number), "2024-02-29");
  assert.equal(addDays("2023-12-31", 1), "2024-01-01");
  assert.equal(dayOf("1970-01-01"), 0);
});

test("dates that do not exist are refused", () => {
  for (const bad of ["2026-02-30", "2026-13-01", "hôm qua", "", "2026-1-1"]) assert.equal(dayOf(bad), null);
  assert.equal(dayOf(null), null);
});

test("people may type dates in several ways", () => {
  assert.equal(readDate("1/5/2026"), "2026-05-01");
  assert.equal(readDate(" 01-05-2026 "), "2026-05-01");
  assert.equal(readDate("1.5.2026"), "2026-05-01");
  assert.equal(readDate("2026-05-01"), "2026-05-01");
  assert.equal(readDate("31/2/2026"), null);
  assert.equal(readDate("5/2026"), null);
});

test("dates are shown without leading zeros", () => {
  assert.equal(formatDate("2025-07-01"), "1/7/2025");
  assert.equal(formatDate("2025-07-01T08:00:00+07:00"), "1/7/2025");
});

test("texts fill their places, and a missing text shows its key", () => {
  assert.equal(t("ward.code", { code: "10532" }), "mã 10532");
  assert.equal(t("no.such_key"), "no.such_key");
  assert.equal(t("ward.code"), "mã {code}");
});
