/** What happens when the reader points at the map or presses it. */

import type { LeafletMouseEvent, Map as LeafletMap } from "leaflet";

import { showTip } from "./desk";
import { isStill, perFrame } from "./dom";
import { formatDate, formatNumber, isoOf } from "./format";
import { t } from "./i18n";
import type { PointHit, PointsLayer } from "./layers/points";
import type { Place, SymbolHit, SymbolsLayer } from "./layers/symbols";
import type { UnitsLayer } from "./layers/units";
import type { Unit } from "./units";

export interface PointingParts {
  units: UnitsLayer;
  points: PointsLayer;
  symbols: SymbolsLayer;
  unitLines(unit: Unit): string[];
  titleOf(place: Place): string;
  chooseUnit(unit: Unit): void;
  choosePlaces(places: Place[]): void;
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
    const unit = sign || point ? null : units.at(latlng.lat, latlng.lng);
    units.point(unit?.id ?? null);
    map.getContainer().classList.toggle("pointing", Boolean(sign ?? point ?? unit));
    const lines = sign ? placeLines(sign) : point ? pointLines(point) : unit ? parts.unitLines(unit) : [];
    showTip(lines.length ? containerPoint : null, lines);
  });
  const leave = (): void => {
    last = null;
    units.point(null);
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
    const slack = touch.matches ? 10 : 3;
    const sign = symbols.pick(layerPoint.x, layerPoint.y, slack);
    if (sign) {
      if (sign.expand !== null && sign.expand <= 17) zoomTo(sign.lat, sign.lon, Math.max(sign.expand, map.getZoom() + 1));
      else parts.choosePlaces(sign.places);
      return;
    }
    const point = points.pick(layerPoint.x, layerPoint.y, slack);
    if (point) {
      if (point.expand !== null) zoomTo(point.lat, point.lon, Math.max(point.expand, map.getZoom() + 1));
      else showTip(event.containerPoint, pointLines(point));
      return;
    }
    const unit = units.at(latlng.lat, latlng.lng);
    leave();
    if (unit) parts.chooseUnit(unit);
  });
}
