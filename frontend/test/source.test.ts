import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import type { ApiError, Desk } from "../src/api";
import { tileKey, type TileId, type Wanted } from "../src/tiles/grid";
import { TileSource } from "../src/tiles/source";

interface Asked {
  url: string;
  signal: AbortSignal;
  answer(status?: number): void;
}

let asked: Asked[] = [];
let failures: { error: ApiError; retry: () => void }[] = [];
const desk: Desk = { begin: () => 1, end: () => undefined, fail: (error, retry) => failures.push({ error, retry }) };
const given = globalThis.fetch;

beforeEach(() => {
  asked = [];
  failures = [];
  Object.assign(globalThis, { window: globalThis });
  globalThis.fetch = ((url: string, { signal }: { signal: AbortSignal }) =>
    new Promise<Response>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("stopped", "AbortError")));
      asked.push({ url, signal, answer: (status = 200) => resolve(new Response(status === 200 ? url : "{}", { status })) });
    })) as typeof fetch;
});

afterEach(() => {
  globalThis.fetch = given;
});

const settled = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

async function answerAll(status = 200): Promise<void> {
  for (const one of asked.splice(0)) if (!one.signal.aborted) one.answer(status);
  await settled();
  await settled();
}

function made(): TileSource<string> {
  return new TileSource<string>(desk, (buffer) => new TextDecoder().decode(buffer), () => undefined);
}

const row = (z: number, y: number, from: number, to: number): TileId[] =>
  Array.from({ length: to - from }, (_, i) => ({ z, x: from + i, y }));

const seen = (tiles: TileId[], around: TileId[] = []): Wanted => ({ seen: tiles, around });

test("tiles of the margin wait until those in view are here", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 1, 2), [...row(4, 2, 0, 1), ...row(4, 2, 2, 3)]));
  assert.deepEqual(asked.map(({ url }) => url), ["/t/4/1/2.mvt"]);
  await answerAll();
  assert.ok(source.complete());
  assert.deepEqual(asked.map(({ url }) => url), ["/t/4/0/2.mvt", "/t/4/2/2.mvt"]);
});

test("a tile is asked for once, however often it is wanted", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 0, 3)));
  source.want(seen(row(4, 2, 0, 3)));
  assert.deepEqual(asked.map(({ url }) => url), ["/t/4/0/2.mvt", "/t/4/1/2.mvt", "/t/4/2/2.mvt"]);
  await answerAll();
  source.want(seen(row(4, 2, 1, 3)));
  assert.equal(asked.length, 0);
});

test("requests for tiles that have left the view are given up", () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 0, 3)));
  source.want(seen(row(4, 2, 2, 5)));
  assert.deepEqual(asked.map(({ signal }) => signal.aborted), [true, true, false, false, false]);
});

test("a tile that left the view and came back is asked for again", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 0, 1)));
  source.want(seen(row(4, 2, 5, 6)));
  source.want(seen(row(4, 2, 0, 1)));
  await answerAll();
  assert.ok(source.complete());
});

test("the old picture stays when a tile of the new filter is refused", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt?category=a");
  source.want(seen(row(4, 2, 0, 2)));
  await answerAll();
  source.show("/t/{z}/{x}/{y}.mvt?category=b");
  const [first, second] = asked.splice(0);
  first.answer();
  second.answer(503);
  await settled();
  await settled();
  assert.equal(failures.length, 1);
  assert.deepEqual(source.pieces().map(({ content }) => content.slice(-1)), ["a", "a"]);
});

test("a parent stands in until its children are here, and children until their parent is", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen([{ z: 3, x: 1, y: 1 }]));
  await answerAll();
  source.want(seen([{ z: 4, x: 2, y: 2 }, { z: 4, x: 3, y: 2 }]));
  assert.deepEqual(source.pieces().map(({ id, area }) => [tileKey(id), tileKey(area)]), [["3/1/1", "4/2/2"], ["3/1/1", "4/3/2"]]);
  await answerAll();
  assert.deepEqual(source.pieces().map(({ id }) => tileKey(id)), ["4/2/2", "4/3/2"]);
  source.show("/other/{z}/{x}/{y}.mvt");
  await answerAll();
  source.want(seen([{ z: 3, x: 1, y: 1 }]));
  assert.deepEqual(source.pieces().map(({ id }) => tileKey(id)), ["4/2/2", "4/3/2"]);
});

test("a new filter replaces the picture only when all of its tiles are here", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt?category=a");
  source.want(seen(row(4, 2, 0, 2)));
  await answerAll();
  source.show("/t/{z}/{x}/{y}.mvt?category=b");
  const [first, second] = asked.splice(0);
  first.answer();
  await settled();
  assert.ok(source.pieces().every(({ content }) => content.endsWith("category=a")));
  second.answer();
  await settled();
  await settled();
  assert.ok(source.pieces().every(({ content }) => content.endsWith("category=b")));
  assert.equal(source.pieces().length, 2);
});

test("going back to the filter before needs no request", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt?category=a");
  source.want(seen(row(4, 2, 0, 2)));
  await answerAll();
  source.show("/t/{z}/{x}/{y}.mvt?category=b");
  source.show("/t/{z}/{x}/{y}.mvt?category=a");
  assert.ok(asked.every(({ signal }) => signal.aborted));
  assert.ok(source.complete());
});

test("a refused tile is reported, not asked for again by itself, and can be tried again", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 0, 1)));
  await answerAll(500);
  assert.equal(failures.length, 1);
  source.want(seen(row(4, 2, 0, 1)));
  assert.equal(asked.length, 0);
  failures[0].retry();
  await answerAll();
  assert.ok(source.complete());
});

test("what is kept stays bounded on a long way", async () => {
  const source = made();
  source.show("/t/{z}/{x}/{y}.mvt");
  for (let x = 0; x < 400; x += 4) {
    source.want(seen(row(10, 5, x, x + 4)));
    await answerAll();
  }
  source.want(seen(row(10, 5, 0, 4)));
  assert.equal(asked.length, 4);
  source.want(seen(row(10, 5, 396, 400)));
  assert.equal(asked.filter(({ signal }) => !signal.aborted).length, 0);
});

test("tiles that were changed are fetched anew, and the old ones stay until then", async () => {
  let version = 1;
  const source = new TileSource<number>(desk, () => version, () => undefined);
  source.renew();
  source.show("/t/{z}/{x}/{y}.mvt");
  source.want(seen(row(4, 2, 0, 2)));
  await answerAll();
  version = 2;
  source.renew();
  assert.deepEqual(asked.map(({ url }) => url), ["/t/4/0/2.mvt", "/t/4/1/2.mvt"]);
  assert.deepEqual(source.pieces().map(({ content }) => content), [1, 1]);
  source.show("/t/{z}/{x}/{y}.mvt");
  await answerAll();
  assert.deepEqual(source.pieces().map(({ content }) => content), [2, 2]);
});
