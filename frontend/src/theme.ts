/** Colours of the page, read from its style sheet so that the canvas follows it. */

export interface Palette {
  ground: string;
  hairline: string;
  province: string;
  ink: string;
  muted: string;
  halo: string;
  accent: string;
  data: string;
  surface: string;
  hatch: string;
  font: string;
  dark: boolean;
}

let cached: Palette | null = null;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** The colours now in force. */
export function palette(): Palette {
  if (cached) return cached;
  const style = getComputedStyle(document.documentElement);
  const read = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  cached = {
    ground: read("ground"),
    hairline: read("hairline"),
    province: read("province"),
    ink: read("ink"),
    muted: read("muted"),
    halo: read("halo"),
    accent: read("accent"),
    data: read("data"),
    surface: read("surface"),
    hatch: read("hatch"),
    font: read("font"),
    dark: dark.matches,
  };
  return cached;
}

/** Call back when the reader's light or dark preference changes. */
export function onThemeChange(act: () => void): void {
  dark.addEventListener("change", () => {
    cached = null;
    act();
  });
}

function channels(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

/** A colour between two `#rrggbb` colours; share 0 is the first. */
export function mix(a: string, b: string, share: number): string {
  const other = channels(b);
  return `rgb(${channels(a).map((value, i) => Math.round(value + (other[i] - value) * share)).join(",")})`;
}

/**
 * The ramp as it is drawn, stepped back towards the ground by a share from 0 to 1.
 * On a dark ground strong values are bright, so there all but the colour of zero is turned round.
 */
export function drawnRamp(ramp: string[], back: number): string[] {
  const { dark, ground } = palette();
  if (!dark) return ramp.map((color) => mix(color, ground, back));
  const turned = [ground, ...ramp.slice(1).reverse()];
  return turned.map((color, i) => mix(color, ground, 0.66 - (0.46 * i) / turned.length + 0.25 * back));
}
