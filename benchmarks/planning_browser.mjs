/**
 * How long the browser's model of a plan takes, in Node: frames while a line is sketched or a vertex dragged, and the
 * figures afterwards.
 *
 *   node benchmarks/planning_browser.mjs FILE.json [--frames 200]
 *
 * FILE.json holds what the API says of a plan: {"borders": …/borders, "points": …/points}. The lines are drawn with
 * a seed on the arcs with the most vertices, and on the first of these with vertices put in until it has 5,000. Times
 * are those of the processor, all threads. No two frames draw the same line, so nothing is answered from memory.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const FRAME_MS = 8;
const FIGURES_MS = 50;
const ARCS = 40;
const DENSE = 5_000;
const frontend = join(dirname(fileURLToPath(import.meta.url)), "../frontend");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: "string", default: "200" } },
});
const FRAMES = Number(values.frames);

/** The model, bundled as the page gets it. */
async function loadModel() {
  const { build } = createRequire(join(frontend, "package.json"))("esbuild");
  const names = ["topology", "sketch", "figures", "points", "snapping", "grid", "faces"];
  const contents = names.map((name) => `export * from "./src/planning/model/${name}";`).join("\n");
  const stdin = { contents, resolveDir: frontend, loader: "ts" };
  const bundled = await build({ stdin, bundle: true, write: false, format: "esm", target: "es2019", minify: true });
  return import(`data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString("base64")}`);
}

/** Numbers from 0 to 1 by a seed (Steele et al. 2014, SplitMix; here in 32 bits). */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

/** Time of the processor, helper threads included, so that other work on the machine does not count. */
function timed(work) {
  const start = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(start);
  return { result, ms: (user + system) / 1000 };
}

function quantile(sorted, share) {
  return sorted[Math.min(Math.floor(share * sorted.length), sorted.length - 1)];
}

/** Print one line of the table. */
function report(what, times, limit_ms, note = "") {
  const sorted = [...times].sort((one, other) => one - other);
  const [middle, high] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
  const figures = [middle, high, sorted[sorted.length - 1]].map((ms) => ms.toFixed(2).padStart(8)).join(" ");
  console.log(`${what.padEnd(44)} ${figures}   p95 ≤ ${limit_ms} ms: ${high <= limit_ms ? "yes" : "NO"} ${note}`);
}

/** A line of some places between two vertices of an arc, bulging to a side by a share of its length. */
function sketchOf(model, arc, { from, to, share, places }) {
  const [start, end] = [model.placeAt(arc.points, from), model.placeAt(arc.points, to)];
  const along = [end[0] - start[0], end[1] - start[1]];
  const inner = Array.from({ length: places }, (_, row) => {
    const at = (row + 1) / (places + 1);
    const aside = share * 4 * at * (1 - at);
    const [east, north] = [at * along[0] - aside * along[1], at * along[1] + aside * along[0]];
    return [Math.round(start[0] + east), Math.round(start[1] + north)];
  });
  return [start, ...inner, end];
}

/** What a page does with a new sketch: try it and get the rings of the units on both sides to draw them. */
function frame(model, topology, attempt) {
  const outcome = attempt();
  const codes = outcome.ok ? outcome.swept.flatMap(({ giver, taker }) => [giver, taker]) : [];
  for (const code of new Set(codes)) outcome.topology.ringsOf(code);
  return outcome;
}

function measureSketches(model, { topology, points, arcs, random }) {
  const frames = { kept: [], refused: [] };
  const outcomes = [];
  for (let k = 0; k < FRAMES; k++) {
    const arc = arcs[k % arcs.length];
    const count = model.countOf(arc.points);
    const from = Math.floor(random() * count * 0.4);
    const to = count - 1 - Math.floor(random() * count * 0.4);
    const places = 2 + Math.floor(random() * 20);
    const line = sketchOf(model, arc, { from, to, share: (random() - 0.5) * 0.6, places });
    const { result, ms } = timed(() => frame(model, topology, () => model.redrawn(topology, arc.id, line, points)));
    frames[result.ok ? "kept" : "refused"].push(ms);
    if (result.ok) outcomes.push(result);
  }
  return { frames, outcomes };
}

function measureDrags(model, { topology, points, arcs, random }) {
  const times = [];
  for (let k = 0; k < FRAMES; k++) {
    const arc = arcs[k % arcs.length];
    const handles = model.handlesOf(arc, arc.box);
    const which = Math.floor(random() * handles.length);
    const [x, y] = model.placeAt(arc.points, handles[which]);
    const to = [x + Math.round((random() - 0.5) * 2000), y + Math.round((random() - 0.5) * 2000)];
    const { ms } = timed(() => frame(model, topology, () =>
      model.verticesMoved(topology, arc.id, model.draggedBy(arc, handles, which, to), points)));
    times.push(ms);
  }
  return times;
}

function measureNodes(model, { topology, points, random }) {
  const free = topology.nodes().filter((node) => topology.arcsAt(node).every(({ locked }) => !locked));
  return Array.from({ length: FRAMES }, (_, k) => {
    const [x, y] = free[k % free.length];
    const to = [x + Math.round((random() - 0.5) * 400), y + Math.round((random() - 0.5) * 400)];
    return timed(() => frame(model, topology, () => model.nodeMoved(topology, [x, y], to, points))).ms;
  });
}

function measureSnaps(model, { topology, random }) {
  const boxes = [...topology.arcs.values()].map(({ box }) => box);
  return Array.from({ length: FRAMES }, (_, k) => {
    const [west, south, east, north] = boxes[k % boxes.length];
    const place = [Math.round(west + random() * (east - west)), Math.round(south + random() * (north - south))];
    return timed(() => model.nearestOnArc(topology, place, 20_000)).ms;
  });
}

/** The borders with vertices put into one arc, evenly along each piece. */
function withDense(model, topology, arc) {
  const places = model.placesOf(arc.points);
  const each = Math.ceil(DENSE / (places.length - 1));
  const dense = places.slice(1).flatMap(([x, y], row) => Array.from({ length: each }, (_, k) => {
    const [fromX, fromY] = places[row];
    const share = (k + 1) / each;
    return [Math.round(fromX + share * (x - fromX)), Math.round(fromY + share * (y - fromY))];
  }));
  const drawn = { ...arc, points: model.withoutRepeats(model.pointsOf([places[0], ...dense])) };
  return { drawn, dense: new model.Topology(topology.level, new Map(topology.arcs).set(arc.id, drawn), topology.units) };
}

async function main() {
  const model = await loadModel();
  const text = await readFile(positionals[0], "utf8");
  const parsed = timed(() => JSON.parse(text));
  const { borders, points: counted } = parsed.result;
  const opened = timed(() => model.Topology.from(borders));
  const topology = opened.result;
  const placed = timed(() => model.PointIndex.from(counted.kinds, topology));
  const points = placed.result;
  const known = { population: counted.population, points };
  const first = timed(() => model.figuresOf(topology, topology, known));
  const all = [...topology.arcs.values()];
  const vertices = all.reduce((sum, { points: line }) => sum + model.countOf(line), 0);
  const arcs = all.filter(({ locked, points: line }) => !locked && line.length > 8)
    .sort((one, other) => other.points.length - one.points.length).slice(0, ARCS);
  const things = Object.values(counted.kinds).reduce((sum, { weight }) => sum + weight.length, 0);
  console.log(`${topology.units.size} units, ${all.length} arcs, ${vertices} vertices, ${things} things counted; ` +
    `arcs drawn on: ${model.countOf(arcs[arcs.length - 1].points)} to ${model.countOf(arcs[0].points)} vertices`);
  console.log(`Node ${process.versions.node}, ${cpus().length} cores, ${FRAMES} frames each\n`);
  console.log(`read the text ${parsed.ms.toFixed(0)} ms, borders ${opened.ms.toFixed(0)} ms, ` +
    `place the things ${placed.ms.toFixed(0)} ms, first figures ${first.ms.toFixed(0)} ms\n`);
  console.log(`${"milliseconds".padEnd(44)} ${["median", "95 %", "largest"].map((name) => name.padStart(8)).join(" ")}`);
  const at = { topology, points, arcs, random: chance(20260701) };
  const { frames, outcomes } = measureSketches(model, at);
  report("frame: sketched line that can be kept", frames.kept, FRAME_MS, `(${frames.kept.length})`);
  report("frame: sketched line that is refused", frames.refused, FRAME_MS, `(${frames.refused.length})`);
  const { drawn, dense } = withDense(model, topology, arcs[0]);
  const heavy = { ...at, topology: dense, arcs: [drawn] };
  dense.ringsOf(drawn.left);
  const slow = measureSketches(model, heavy).frames;
  report(`frame: sketched on ${model.countOf(drawn.points)} vertices`, [...slow.kept, ...slow.refused], FRAME_MS);
  report("frame: handle dragged, neighbours follow", measureDrags(model, at), FRAME_MS);
  report("frame: node moved", measureNodes(model, at), FRAME_MS);
  report("place on a border under the pointer", measureSnaps(model, at), FRAME_MS);
  const figures = outcomes.map((kept) => timed(() => model.figuresOf(kept.topology, topology, known)).ms);
  report("figures of all units after a sketch", figures, FIGURES_MS);
}

await main();
