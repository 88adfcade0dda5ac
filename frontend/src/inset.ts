/** The small map that always shows Hoàng Sa and Trường Sa. */

import { byId, refill, svg } from "./dom";
import { t } from "./i18n";
import type { Box, LonLat, ShapeCollection } from "./types";

const VIEW: Box = [101.6, 6.6, 118.2, 23.6];
const WIDTH = 132;
const HEIGHT = 140;
/** Where the two groups lie; shown also when the shapes have not arrived. */
const GROUPS: { role: string; at: LonLat; label: LonLat }[] = [
  { role: "hoang_sa", at: [112.0, 16.5], label: [112.3, 17.9] },
  { role: "truong_sa", at: [113.8, 9.6], label: [112.6, 12.6] },
];

const x = (lon: number): number => ((lon - VIEW[0]) / (VIEW[2] - VIEW[0])) * WIDTH;
const y = (lat: number): number => ((VIEW[3] - lat) / (VIEW[3] - VIEW[1])) * HEIGHT;

function outline(geometry: GeoJSON.Geometry): string {
  const polygons =
    geometry.type === "Polygon" ? [geometry.coordinates]
      : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
  return polygons
    .flat()
    .map((ring) => `M${ring.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join("L")}Z`)
    .join("");
}

function places(geometry: GeoJSON.Geometry): LonLat[] {
  if (geometry.type === "Point") return [geometry.coordinates as LonLat];
  if (geometry.type === "MultiPoint") return geometry.coordinates as LonLat[];
  if (geometry.type === "Polygon") return [geometry.coordinates[0][0] as LonLat];
  if (geometry.type === "MultiPolygon") return geometry.coordinates.map((polygon) => polygon[0][0] as LonLat);
  return [];
}

const dot = ([lon, lat]: LonLat): SVGElement =>
  svg("circle", { class: "inset-island", cx: x(lon).toFixed(1), cy: y(lat).toFixed(1), r: 1.1 });

/** Draw the inset; null draws it without the mainland until the shapes arrive. */
export function drawInset(shapes: ShapeCollection | null, extent: Box): void {
  const features = shapes?.features ?? [];
  const land = features
    .filter((feature) => feature.properties.role === "mainland" && feature.geometry)
    .map((feature) => svg("path", { class: "inset-land", d: outline(feature.geometry as GeoJSON.Geometry) }));
  const islands = GROUPS.flatMap(({ role, at }) => {
    const found = features.filter((feature) => feature.properties.role === role && feature.geometry);
    const drawn = found.flatMap((feature) => [
      svg("path", { class: "inset-island", d: outline(feature.geometry as GeoJSON.Geometry) }),
      ...places(feature.geometry as GeoJSON.Geometry).map(dot),
    ]);
    return drawn.length ? drawn : [dot(at)];
  });
  const labels = GROUPS.map(({ role, label }) =>
    svg("text", { class: "inset-label", x: x(label[0]), y: y(label[1]), "text-anchor": "middle" }, t(`inset.${role}`)),
  );
  const middle: LonLat = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
  refill(
    byId("antt-inset-map"),
    svg(
      "svg",
      { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("inset.label") },
      ...land,
      ...islands,
      svg("circle", { class: "inset-here", cx: x(middle[0]), cy: y(middle[1]), r: 4.5 }),
      ...labels,
    ),
  );
}
