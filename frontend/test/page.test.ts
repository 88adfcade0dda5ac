import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import signs from "../../mapserver/rendering/symbols.json";
import en from "../../mapserver/translations/en.json";
import vi from "../../mapserver/translations/vi.json";
import { isChosen, toggleCategory } from "../src/categories";
import { shapeData } from "../src/layers/shapes";
import { sortRows, type Row } from "../src/panels/table";
import { chosenLayers, defaultLayers, settle, withDefaults } from "../src/page_state";
import { snapshotAddress } from "../src/requests";
import { EMPTY_STATE } from "../src/state";
import type { Category, PageConfig } from "../src/types";

const root = process.env.ANTT_FRONTEND as string;

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? sources(join(folder, entry.name))
      : entry.name.endsWith(".ts") ? [readFileSync(join(folder, entry.name), "utf8")] : [],
  );
}

const template = (name: string): string => readFileSync(join(root, "../mapserver/templates", name), "utf8");
const shell = template("shell.html");
const pages = shell + template("boundaries.html");
const code = sources(join(root, "src")).join("\n");

test("both languages have the same texts, none of them empty", () => {
  assert.deepEqual(Object.keys(en), Object.keys(vi));
  for (const text of [...Object.values(vi), ...Object.values(en)]) assert.ok(text.trim());
});

test("both languages fill the same places in a text", () => {
  const places = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  for (const key of Object.keys(vi) as (keyof typeof vi)[]) assert.deepEqual(places(en[key]), places(vi[key]), key);
});

test("every text that the page asks for exists", () => {
  const asked = [...code.matchAll(/\bt\("([\w.]+)"/g), ...pages.matchAll(/\bt\('([\w.]+)'\)/g)].map(([, key]) => key);
  assert.ok(asked.length > 100);
  for (const key of asked) assert.ok(key in vi, key);
});

test("the shell has no inline script, handler or style, and no outside address", () => {
  assert.doesNotMatch(shell, /<script|<style|\sstyle=|\son[a-z]+=|https?:|\/\//i);
});

const wanted = new Set([...code.matchAll(/byId(?:<\w+>)?\("([\w-]+)"\)/g)].map(([, id]) => id));
const times = (id: string, page: string): number => page.split(`id="${id}"`).length - 1;

test("every element the code looks for is in a page, once", () => {
  for (const id of wanted) if (!id.startsWith("pl-")) assert.equal(times(id, pages), 1, id);
});

test("every element the pages of plans look for is there, once in a page, or a field that they make", () => {
  const planPages = ["plans.html", "plan.html"].map((name) => template("plan_frame.html") + template(name));
  const ids = [...wanted].filter((id) => id.startsWith("pl-"));
  assert.ok(ids.length > 20);
  for (const id of ids) {
    const found = planPages.map((page) => times(id, page));
    assert.ok(Math.max(...found) === 1 || code.includes(`textField("${id}"`), id);
  }
});

test("data never enters the page as markup", () => {
  assert.doesNotMatch(code, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|bindPopup|bindTooltip/);
});

test("signs use absolute commands inside their 24 × 24 grid", () => {
  const shapes = ["circle", "square", "triangle", "diamond", "hexagon", "shield"];
  for (const [name, { d, shape }] of Object.entries(signs)) {
    assert.match(d, /^M[MLCZ\d\s.]*Z$/, name);
    for (const number of d.match(/[\d.]+/g) ?? []) assert.ok(Number(number) >= 0 && Number(number) <= 24, name);
    assert.ok(shapes.includes(shape), name);
  }
});

test("each kind of model has a shape of its own, so that they differ in black and white", () => {
  const { camera, flame, house, factory, tree, scales } = signs;
  const kinds = [camera, flame, house, factory, tree, scales];
  assert.equal(new Set(kinds.map(({ shape }) => shape)).size, kinds.length);
  assert.equal(new Set(kinds.map(({ shape }) => shapeData(shape, 0, 0, 1))).size, kinds.length);
});

const categories: Category[] = [
  ["ttxh", "ttxh"], ["trom", "ttxh"], ["cuop", "ttxh"], ["ma_tuy", "ma_tuy"],
].map(([slug, group]) => ({ slug, group, title: slug, color: "#000000", shape: "circle" }));
const [group, theft, robbery, drugs] = categories;

test("a group stands for all it holds, and taking one out leaves the others", () => {
  const whole = toggleCategory([], group, categories);
  assert.deepEqual(whole, ["ttxh"]);
  assert.ok(isChosen(whole, theft));
  assert.deepEqual(toggleCategory(whole, theft, categories), ["cuop"]);
  assert.deepEqual(toggleCategory(["cuop"], theft, categories), ["ttxh"]);
  assert.deepEqual(toggleCategory(["trom", "ma_tuy"], drugs, categories), ["trom"]);
  assert.deepEqual(toggleCategory(["trom"], theft, categories), []);
  assert.ok(!isChosen(["trom"], robbery));
});

const row = (name: string, count: number | null): Row =>
  ({ id: name, name, count, kind: "xã", rate: null, few: false, population: null, area: null });

test("the table sorts both ways and keeps units without a value at the end", () => {
  const rows = [row("B", 2), row("Đ", null), row("A", 7), row("C", 2)];
  const names = (falling: boolean): string => sortRows(rows, "count", falling).map(({ name }) => name).join("");
  assert.equal(names(true), "ABCĐ");
  assert.equal(names(false), "BCAĐ");
});

test("names sort by the Vietnamese alphabet", () => {
  const rows = ["Đồ Sơn", "Dương Kinh", "Ái Quốc", "An Dương", "Cát Hải"].map((name) => row(name, 1));
  assert.deepEqual(sortRows(rows, "name", false).map(({ name }) => name).slice(-2), ["Dương Kinh", "Đồ Sơn"]);
});

const config = {
  layers: [{ key: "density", visible: true }, { key: "counts", visible: true }, { key: "incidents", visible: false }],
  withheld: null,
  default_filter: { from: "2026-01-01", to: null, categories: [] },
  urls: { snapshot_pdf: "/snapshot.pdf" },
} as unknown as PageConfig;

test("the page's own choice of layers needs no word in the address", () => {
  assert.deepEqual(defaultLayers(config), ["density", "counts"]);
  assert.equal(chosenLayers(config, ["density", "counts"], EMPTY_STATE), null);
  assert.deepEqual(chosenLayers(config, ["counts"], EMPTY_STATE), ["counts"]);
});

test("the default period holds until the address names one", () => {
  assert.equal(withDefaults(config, EMPTY_STATE).from, "2026-01-01");
  assert.equal(withDefaults(config, { ...EMPTY_STATE, to: "2026-02-01" }).from, null);
});

test("what the server took from the address does not come back once it is cleared", () => {
  const settled = settle(config, "?from=2026-01-01&layers=density,counts");
  assert.equal(withDefaults(settled, EMPTY_STATE).from, null);
  assert.deepEqual(chosenLayers(settled, ["density", "counts"], EMPTY_STATE), ["density", "counts"]);
  assert.equal(withDefaults(settle(config, "?sel=10532"), EMPTY_STATE).from, "2026-01-01");
});

test("the export carries filters and layers, and loses no incident outside the view", () => {
  const state = { ...EMPTY_STATE, from: "2026-05-01", categories: ["trom_cap"] };
  const address = snapshotAddress(config, "pdf", state, { layers: ["units", "counts"], box: null });
  const params = new URLSearchParams(address.split("?")[1]);
  assert.equal(params.get("from"), "2026-05-01");
  assert.equal(params.get("category"), "trom_cap");
  assert.equal(params.get("layers"), "units,counts");
  assert.equal(params.get("bbox"), null);
  assert.equal(params.get("extent"), null);
});

test("a map that was moved is printed where it stands", () => {
  const box = { getWest: () => 106.2, getSouth: () => 20.8, getEast: () => 106.5, getNorth: () => 21 };
  const address = snapshotAddress(config, "pdf", EMPTY_STATE, { layers: ["units"], box });
  assert.equal(new URLSearchParams(address.split("?")[1]).get("extent"), "106.20000,20.80000,106.50000,21.00000");
});
