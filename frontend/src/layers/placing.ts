/** Where labels go: no two touch, none lies on an obstacle, the more important go first. */

export type Rect = [number, number, number, number];

export interface Wish {
  id: string;
  lines: string[];
  x: number;
  y: number;
  width: number;
  height: number;
  priority: number;
  /** How far the label may stray from its point inside a unit that fills much of the view. */
  reach?: [number, number];
  /** Placed at its point even where there is no room. */
  forced?: boolean;
}

export interface Placed extends Wish {
  rect: Rect;
}

function touches(a: Rect, b: Rect): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function shifts(wish: Wish): [number, number][] {
  const up = wish.height * 0.9;
  const side = wish.width * 0.35;
  const near: [number, number][] = [
    [0, 0], [0, up], [0, -up], [side, 0], [-side, 0], [side, up], [-side, -up], [0, 1.7 * up], [0, -1.7 * up],
  ];
  if (!wish.reach) return near;
  const [x, y] = wish.reach;
  return [...near, [0, y], [0, -y], [x, 0], [-x, 0], [x, y], [-x, -y], [x, -y], [-x, y]];
}

function moved(wish: Wish, dx: number, dy: number): Placed {
  const [x, y, right, down] = [wish.x + dx, wish.y + dy, wish.width / 2, wish.height / 2];
  return { ...wish, x, y, rect: [x - right, y - down, x + right, y + down] };
}

/** Place what fits; each wish is placed at most once, near its point. */
export function placeLabels(wishes: Wish[], obstacles: Rect[]): Placed[] {
  const taken = [...obstacles];
  const placed: Placed[] = [];
  const order = [...wishes].sort((a, b) => b.priority - a.priority || (a.id < b.id ? -1 : 1));
  for (const wish of order) {
    const tries = shifts(wish).map(([dx, dy]) => moved(wish, dx, dy));
    const free = tries.find(({ rect }) => !taken.some((other) => touches(rect, other)));
    const label = free ?? (wish.forced ? tries[0] : undefined);
    if (!label) continue;
    taken.push(label.rect);
    placed.push(label);
  }
  return placed;
}

/** The name without the kind of unit in front: "Phường Lê Thanh Nghị" is labelled "Lê Thanh Nghị". */
export function shortName(name: string, kind: string): string {
  const head = `${kind} `.toLocaleLowerCase("vi");
  return name.toLocaleLowerCase("vi").startsWith(head) ? name.slice(head.length) : name;
}
