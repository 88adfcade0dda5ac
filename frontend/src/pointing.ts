/** What happens when the reader points at the map or presses it. */

import type { LeafletMouseEvent, Map as LeafletMap } from "leaflet";

import { showTip } from "./desk";
import { isStill, perFrame } from "./dom";
import { formatDate, formatNumber, isoOf } from "./format";
import type { Under } from "./hotspot_part";
import { t } from "./i18n";
import type { PointHit, PointsLayer } from "./layers/points";
import type { Place, SymbolHit, SymbolsLayer } from "./layers/symbols";
import type { UnitsLayer } from "./layers/units";
import type { Unit } from "./units";

/** What can be pointed at. */
export interface Pointable {
  units: UnitsLayer;
  points: PointsLayer;
  symbols: SymbolsLayer;
  unitLines(unit: Unit): string[];
  titleOf(place: Place): string;
}

/** What can be pointed at, and what comes of it. */
export interface PointingParts extends Pointable {
  chooseUnit?(unit: Unit): void;
  choosePlaces?(places: Place[]): void;
  /** Open an incident, or incidents on one spot; `missed` when there is nothing to open. */
  choosePoint?(hit: PointHit, missed: () => void): void;
  /** What lies over the units and under the signs. */
  over?(at: { lat: number; lng: number }): Under | null;
  /** Take the place that was pressed, whatever is there; false to let it go. */
  press?(place: { lat: number; lon: number }): boolean;
  /** Point at the same place of the map beside this one, and say what is there. */
  beside?(at: { lat: number; lng: number } | null): string[];
}

function pointLines(hit: PointHit): string[] {
  if (hit.count > 1) {
    const more = hit.expand === null ? t("point.same_place") : t("point.zoom_in");
    return [t("point.cluster", { n: formatNumber(hit.count) }), more];
  }
  if (hit.day === null) return [hit.category?.title ?? t("point.unknown"), t("point.zoom_in")];
  const day = formatDate(isoOf(hit.day));
  const hour = hit.hour !== null && hit.hour >= 0 ? t("point.hour", { n: hit.hour }) : t("point.hour_unknown");
  return [hit.category?.title ?? t("point.unknown"), `${day} · ${hour}`];
}

/** Wire pointing and pressing. */
export function pointing(map: LeafletMap, parts: PointingParts): void {
  const { units, points, symbols } = parts;
  const box = map.getContainer();
  const tip = ({ x, y }: { x: number; y: number }, lines: string[]): void =>
    showTip({ x: x + box.offsetLeft, y: y + box.offsetTop }, lines);
  const zoomTo = (lat: number, lon: number, zoom: number): void => {
    map.setView([lat, lon], Math.min(zoom, map.getMaxZoom(), 18), { animate: !isStill() });
  };

  const placeLines = (hit: SymbolHit): string[] => {
    if (hit.places.length > 1) return [t("place.many", { n: formatNumber(hit.places.length) }), t("point.zoom_in")];
    const place = hit.places[0];
    return [String(place.props.name ?? parts.titleOf(place)), parts.titleOf(place)];
  };

  let last: LeafletMouseEvent | null = null;
  const hover = perFrame(() => {
    if (!last) return;
    const { layerPoint, latlng, containerPoint } = last;
    const sign = symbols.pick(layerPoint.x, layerPoint.y, 2);
    const point = sign ? null : points.pick(layerPoint.x, layerPoint.y, 2);
    const under = sign || point ? null : parts.over?.(latlng) ?? null;
    const unit = sign || point || under ? null : units.at(latlng.lat, latlng.lng);
    units.point(unit?.id ?? null);
    box.classList.toggle("pointing", Boolean(sign ?? point ?? under ?? unit));
    const there = parts.beside?.(sign || point ? null : latlng) ?? [];
    const here = under ? under.lines : unit ? parts.unitLines(unit) : [];
    const lines = sign ? placeLines(sign) : point ? pointLines(point) : [...here, ...there];
    if (lines.length) tip(containerPoint, lines);
    else showTip(null);
  });
  const leave = (): void => {
    last = null;
    units.point(null);
    parts.beside?.(null);
    showTip(null);
  };

  const touch = window.matchMedia("(hover: none)");
  map.on("mousemove", (event: LeafletMouseEvent) => {
    if (touch.matches) return;
    last = event;
    hover();
  });
  map.on("mouseout movestart zoomstart", leave);
  map.on("click", (event: LeafletMouseEvent) => {
    const { layerPoint, latlng } = event;
    if (parts.press?.({ lat: latlng.lat, lon: latlng.lng })) return;
    const slack = touch.matches ? 10 : 3;
    const sign = symbols.pick(layerPoint.x, layerPoint.y, slack);
    if (sign) {
      if (sign.expand !== null && sign.expand <= 17) zoomTo(sign.lat, sign.lon, Math.max(sign.expand, map.getZoom() + 1));
      else if (parts.choosePlaces) parts.choosePlaces(sign.places);
      else tip(event.containerPoint, placeLines(sign));
      return;
    }
    const point = points.pick(layerPoint.x, layerPoint.y, slack);
    if (point) {
      const tell = (): void => tip(event.containerPoint, pointLines(point));
      if (point.expand !== null) zoomTo(point.lat, point.lon, Math.max(point.expand, map.getZoom() + 1));
      else if (parts.choosePoint) parts.choosePoint(point, tell);
      else tell();
      return;
    }
    const under = parts.over?.(latlng);
    const unit = units.at(latlng.lat, latlng.lng);
    leave();
    if (under) under.choose();
    if (under || !unit) return;
    if (parts.chooseUnit) parts.chooseUnit(unit);
    else tip(event.containerPoint, parts.unitLines(unit));
  });
}
