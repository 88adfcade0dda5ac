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

/** A colour faded towards the ground by a share. */
export function fade(color: string, share: number): string {
  if (!share) return color;
  const ground = channels(palette().ground);
  const hex = channels(color).map((value, i) => Math.round(value + (ground[i] - value) * share));
  return `#${hex.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The ramp as it is drawn: on a dark ground strong values are bright, so it is turned round. */
export function drawnRamp(ramp: string[]): string[] {
  const colors = palette();
  if (!colors.dark) return ramp;
  const turned = [...ramp].reverse();
  return turned.map((color, i) => mix(color, colors.ground, 0.6 - (0.4 * i) / turned.length));
}
