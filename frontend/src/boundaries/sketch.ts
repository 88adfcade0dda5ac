/** A small drawing of a defect between its units. */

import { svg } from "../dom";
import { formatLength } from "../format";
import type { LonLat } from "../types";
import type { Card } from "./types";

const WIDTH = 300;
const HEIGHT = 200;
const METRES_PER_DEG = 110_600;
const BAR_PX = 80;
const LABEL_MARGIN = 46;

type Place = (lonlat: LonLat) => [number, number];

/** Puts degrees on the paper, true to scale, the box in the middle. */
function projection([west, south, east, north]: Card["sketch"]["bbox"]): { place: Place; perMetre: number } {
  const narrowed = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const scale = Math.min(WIDTH / ((east - west) * narrowed), HEIGHT / (north - south));
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const place: Place = ([x, y]) => [WIDTH / 2 + (x - lon) * narrowed * scale, HEIGHT / 2 - (y - lat) * scale];
  return { place, perMetre: scale / METRES_PER_DEG };
}

function line(places: LonLat[], place: Place, closed: boolean): string {
  const corners = places.map((lonlat) => place(lonlat).map((value) => value.toFixed(1)).join(" "));
  return corners.length ? `M${corners.join("L")}${closed ? "Z" : ""}` : "";
}

/** The path of a shape; what is neither area nor line draws nothing. */
export function pathOf(shape: GeoJSON.Geometry, place: Place): string {
  switch (shape.type) {
    case "Polygon":
      return shape.coordinates.map((ring) => line(ring as LonLat[], place, true)).join("");
    case "MultiPolygon":
      return shape.coordinates.flat().map((ring) => line(ring as LonLat[], place, true)).join("");
    case "LineString":
      return line(shape.coordinates as LonLat[], place, false);
    case "MultiLineString":
      return shape.coordinates.map((part) => line(part as LonLat[], place, false)).join("");
    case "GeometryCollection":
      return shape.geometries.map((part) => pathOf(part, place)).join("");
    default:
      return "";
  }
}

/** The largest round length that fits the bar. */
export function barLength_m(perMetre: number): number {
  const longest = BAR_PX / perMetre;
  const ten = 10 ** Math.floor(Math.log10(longest));
  return [5, 2, 1].map((times) => times * ten).find((length) => length <= longest) ?? ten;
}

function label(name: string, at: LonLat | null, place: Place): SVGElement | null {
  if (!at) return null;
  const [x, y] = place(at);
  const inside = (value: number, margin: number, end: number): number => Math.max(margin, Math.min(end - margin, value));
  return svg("text", { x: inside(x, LABEL_MARGIN, WIDTH), y: inside(y, 14, HEIGHT), class: "sketch-name" }, name);
}

/** Draw a card. */
export function sketch(card: Card, title: string): SVGElement {
  const { place, perMetre } = projection(card.sketch.bbox);
  const length = barLength_m(perMetre);
  const units = card.sketch.units;
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "sketch", role: "img", "aria-label": title },
    ...units.map((unit, i) => svg("path", { d: pathOf(unit.geometry, place), class: `sketch-unit sketch-unit-${i % 4}`, "fill-rule": "evenodd" })),
    svg("path", { d: pathOf(card.geometry, place), class: card.kind === "t_junction" ? "sketch-line" : "sketch-defect", "fill-rule": "evenodd" }),
    ...units.map((unit) => label(unit.name, unit.label, place)),
    svg("path", { d: `M10 ${HEIGHT - 10}v-5m0 5h${(length * perMetre).toFixed(1)}v-5`, class: "sketch-bar" }),
    svg("text", { x: 14, y: HEIGHT - 16, class: "sketch-length" }, formatLength(length)),
  );
}
