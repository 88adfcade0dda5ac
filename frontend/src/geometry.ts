/** Places on the unit square of Web Mercator, for drawing and pointing only. */

/** x of a longitude in the unit square. */
export function mercatorX(lon: number): number {
  return lon / 360 + 0.5;
}

/** y of a latitude in the unit square, growing southwards. */
export function mercatorY(lat: number): number {
  const sin = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI);
}

/** Longitude and latitude of a place in the unit square. */
export function lonLatOf(x: number, y: number): [lon: number, lat: number] {
  return [(x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI];
}
