/** The drawn family of signs, shared with print: a shape with a rim and a glyph in it. */

import signs from "../../../mapserver/rendering/symbols.json";
import { svg } from "../dom";
import type { Sign } from "../types";
import { addShape, shapeData } from "./shapes";

const SIGNS = signs as Record<string, Sign>;

/** Ink of the signs: three calm hues, the shape alone is enough to tell them apart. */
const INK: Record<string, [light: string, dark: string]> = {
  circle: ["#0f6b60", "#7fd3c7"],
  square: ["#24509a", "#9cc0f5"],
  triangle: ["#a33b16", "#f4a582"],
  hexagon: ["#6a3d86", "#d0a8e6"],
  diamond: ["#3d6b1f", "#b3d890"],
  shield: ["#7a5410", "#e8c477"],
};
const DEVICE: [light: string, dark: string] = ["#3b4654", "#c3ccd6"];

/** Known sign of this name; an unknown one is an empty circle. */
export function signOf(name: string): Sign {
  return SIGNS[name] ?? { d: "", shape: "circle" };
}

/** Colour of a sign on a light or a dark ground. */
export function inkOf(name: string, dark: boolean): string {
  const pair = name === "camera_device" ? DEVICE : (INK[signOf(name).shape] ?? INK.circle);
  return pair[dark ? 1 : 0];
}

/** How far the glyph is shrunk to stand inside its shape, and how far it is moved down. */
function fit(shape: string): { scale: number; down: number } {
  if (shape === "triangle") return { scale: 0.42, down: 0.26 };
  if (shape === "diamond") return { scale: 0.5, down: 0 };
  return { scale: 0.6, down: 0 };
}

const glyphs = new Map<string, Path2D>();

/** Draw a sign with about this radius round a point. A device is drawn filled, a model with a rim. */
export function drawSign(
  ctx: CanvasRenderingContext2D,
  name: string,
  place: { x: number; y: number; radius: number },
  colors: { ink: string; surface: string },
): void {
  const { x, y, radius } = place;
  const sign = signOf(name);
  const device = name === "camera_device";
  ctx.beginPath();
  addShape(ctx, sign.shape, x, y, radius);
  ctx.lineJoin = "round";
  ctx.strokeStyle = colors.surface;
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.fillStyle = device ? colors.ink : colors.surface;
  ctx.fill();
  ctx.strokeStyle = colors.ink;
  ctx.lineWidth = 1.6;
  ctx.stroke();
  let glyph = glyphs.get(name);
  if (!glyph) glyphs.set(name, (glyph = new Path2D(sign.d)));
  const { scale, down } = fit(sign.shape);
  ctx.save();
  ctx.translate(x, y + down * radius);
  ctx.scale((scale * 2 * radius) / 20, (scale * 2 * radius) / 20);
  ctx.translate(-12, -12);
  ctx.fillStyle = device ? colors.surface : colors.ink;
  ctx.fill(glyph);
  ctx.restore();
}

/** The sign as a small picture for lists; its colours come from the style sheet. */
export function signPicture(name: string): SVGSVGElement {
  const sign = signOf(name);
  const { scale, down } = fit(sign.shape);
  const size = (scale * 2 * 9.5) / 20;
  const kind = name === "camera_device" ? "device" : sign.shape;
  return svg(
    "svg",
    { class: `sign sign-${kind}`, viewBox: "0 0 24 24", width: 24, height: 24, "aria-hidden": "true" },
    svg("path", { class: "sign-rim", d: shapeData(sign.shape, 12, 12, 9.5) }),
    svg("path", {
      class: "sign-glyph",
      d: sign.d,
      transform: `translate(12 ${12 + down * 9.5}) scale(${size.toFixed(3)}) translate(-12 -12)`,
    }),
  );
}
