/** Places as people write them. In Việt Nam no latitude can be taken for a longitude, so the order is free. */

import { formatNumber } from "../format";
import { t } from "../i18n";
import type { Place } from "./types";

const NUMBER = /[+-]?\d+(?:[.,]\d+)?/g;
const DIGITS = 6;
const LAT_MAX = 90;
const LON_MAX = 180;

/** Read two coordinates in either order, with points or commas before the decimals; null when they are no place. */
export function readPlace(text: string): Place | null {
  const found = (text.match(NUMBER) ?? []).map((number) => Number(number.replace(",", ".")));
  if (found.length !== 2) return null;
  const [lat, lon] = [...found].sort((a, b) => a - b);
  // Two small numbers could stand either way round.
  return Math.abs(lat) <= LAT_MAX && lon > LAT_MAX && lon <= LON_MAX ? { lon, lat } : null;
}

/** A place as it stands in the form: latitude first, as other maps write it. */
export function writePlace({ lon, lat }: Place): string {
  return `${lat.toFixed(DIGITS)}, ${lon.toFixed(DIGITS)}`;
}

/** A place as it is kept: to a tenth of a metre. */
export function rounded({ lon, lat }: Place): Place {
  return { lon: Number(lon.toFixed(DIGITS)), lat: Number(lat.toFixed(DIGITS)) };
}

/** A place in words. */
export function placeText({ lon, lat }: Place): string {
  return t("record.coordinates", { lat: formatNumber(lat, 5), lon: formatNumber(lon, 5) });
}
