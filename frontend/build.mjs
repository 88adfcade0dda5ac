/**
 * Build the bundle: antt-HASH.js, antt-HASH.css, fonts beside them, manifest.json, THIRD-PARTY.txt.
 *
 *   node build.mjs [--outdir DIR]
 */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { outdir: { type: "string" } } });
const outdir = resolve(values.outdir ?? join(here, "../mapserver/static/dist"));

const FONT = join(here, "node_modules/@fontsource/be-vietnam-pro");
const WEIGHTS = [400, 500, 600, 700];
const SHIPPED = [
  "leaflet", "@mapbox/vector-tile", "@mapbox/point-geometry", "pbf", "supercluster", "kdbush", "@fontsource/be-vietnam-pro",
];

/** Rules of one weight; the Vietnamese subset comes after latin-ext, so that đ needs no second file. */
async function fontRules(weight) {
  const text = await readFile(join(FONT, `${weight}.css`), "utf8");
  const rules = text.match(/@font-face \{[^}]*\}/g).map((rule) => rule.replace(/,\s*url\([^)]*\.woff\) format\('woff'\)/, ""));
  const order = (rule) => ["-latin-ext-", "-vietnamese-", "-latin-"].findIndex((subset) => rule.includes(subset));
  return rules.sort((a, b) => order(a) - order(b)).join("\n");
}

const fonts = {
  name: "fonts",
  setup(bundle) {
    bundle.onResolve({ filter: /^antt:fonts$/ }, ({ path }) => ({ path, namespace: "fonts" }));
    bundle.onLoad({ filter: /.*/, namespace: "fonts" }, async () => ({
      contents: (await Promise.all(WEIGHTS.map(fontRules))).join("\n"),
      loader: "css",
      resolveDir: FONT,
    }));
  },
};

/** Top-level statements that add methods to the widget's classes, and the hooks of its own controls. */
const EXTENSION = /^(?:\w+\.(?:include\((?:\w+\)|\{[\s\S]*?^\}\))|addInitHook\(function[\s\S]*?^\}\));|if \(Browser\.vml\) \{[\s\S]*?^\}|(?:Control|control|Icon|TileLayer|tileLayer|SVG|GeoJSON|Polyline)\.\w+ = \w+;)$/gm;
/** Popups, tooltips, markers and vector paths: this page draws on canvases of its own. */
const UNUSED = /^(?:Marker|Circle|CircleMarker|Polyline|Polygon|LayerGroup)\.|^Map\.addInitHook|^if |^\w+\.\w+ = |openPopup|openTooltip|_initOverlay|getRenderer/;

/**
 * Leave out the parts of the map widget that the page replaces by its own, and with them their
 * outside links: drop what ties them to the map, and mark class definitions as free of side
 * effects, so that the bundler drops the classes nobody uses.
 */
const slimLeaflet = {
  name: "slim-leaflet",
  setup(bundle) {
    bundle.onResolve({ filter: /^leaflet$/ }, () => ({ path: join(here, "node_modules/leaflet/dist/leaflet-src.esm.js") }));
    bundle.onLoad({ filter: /leaflet-src\.esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text
        .replace(EXTENSION, (statement) => (UNUSED.test(statement) ? "" : statement))
        // Defaults with side effects would keep the classes of attribution and markers alive.
        .replace(/prefix: '<a [^\n]*/, 'prefix: ""')
        .replace(/icon: new IconDefault\(\)/, "icon: null")
        .replace(/^(var \w+ = )(\w+\.extend\()/gm, "$1/* @__PURE__ */ $2");
      return { contents, loader: "js" };
    });
  },
};

/**
 * A part that is fetched later takes what the page's own script holds already from there; `src/shared.ts`
 * says what that is, and anything else would be shipped twice.
 */
const sharedModules = {
  name: "shared-modules",
  setup(bundle) {
    const part = join(here, "src/hotspots");
    bundle.onResolve({ filter: /^\.\.\// }, ({ path, importer }) =>
      dirname(importer) === part && !path.endsWith(".css") ? { path: path.slice("../".length), namespace: "shared" } : undefined);
    bundle.onLoad({ filter: /.*/, namespace: "shared" }, ({ path }) => ({
      contents: `module.exports = antt.shared[${JSON.stringify(path)}];`,
      loader: "js",
    }));
  },
};

async function notice(name) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = await readFile(join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}

async function main() {
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const result = await build({
    absWorkingDir: here,
    entryPoints: { antt: "src/main.ts", boundaries: "src/boundaries/main.ts", hotspots: "src/hotspots/main.ts", planning: "src/planning/main.ts" },
    outdir,
    bundle: true,
    minify: true,
    target: "es2019",
    format: "iife",
    entryNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    loader: { ".woff2": "file", ".png": "file" },
    legalComments: "none",
    charset: "utf8",
    metafile: true,
    plugins: [fonts, slimLeaflet, sharedModules],
  });
  const manifest = {};
  const sizes = {};
  for (const [path, { bytes }] of Object.entries(result.metafile.outputs)) {
    const file = basename(path);
    const plain = file.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, "");
    manifest[plain] = file;
    sizes[plain] = bytes;
  }
  const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
  await writeFile(join(outdir, "manifest.json"), `${JSON.stringify(sorted, null, 2)}\n`);
  const notices = await Promise.all(SHIPPED.map(notice));
  await writeFile(join(outdir, "THIRD-PARTY.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));
  const total = sizes["antt.js"] + sizes["antt.css"];
  console.log(`antt.js ${sizes["antt.js"]} B, antt.css ${sizes["antt.css"]} B, together ${total} B`);
}

await main();
