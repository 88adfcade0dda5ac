/** The outlines that tell categories and kinds apart, also without colour. */

type Path = { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void; closePath(): void };
type RoundPath = Path & { arc(x: number, y: number, r: number, from: number, to: number): void };

function polygon(path: Path, x: number, y: number, radius: number, corners: [number, number][]): void {
  corners.forEach(([dx, dy], i) => {
    if (i) path.lineTo(x + dx * radius, y + dy * radius);
    else path.moveTo(x + dx * radius, y + dy * radius);
  });
  path.closePath();
}

const star: [number, number][] = Array.from({ length: 10 }, (_, i) => {
  const reach = i % 2 ? 0.5 : 1.15;
  return [reach * Math.sin((i * Math.PI) / 5), -reach * Math.cos((i * Math.PI) / 5)];
});

const CORNERS: Record<string, [number, number][]> = {
  square: [[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
  triangle: [[0, -1.15], [1.12, 0.88], [-1.12, 0.88]],
  triangle_down: [[0, 1.15], [1.12, -0.88], [-1.12, -0.88]],
  diamond: [[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]],
  hexagon: [[-0.55, -0.98], [0.55, -0.98], [1.1, 0], [0.55, 0.98], [-0.55, 0.98], [-1.1, 0]],
  pentagon: [[0, -1.1], [1.05, -0.34], [0.65, 0.9], [-0.65, 0.9], [-1.05, -0.34]],
  shield: [[-0.95, -0.95], [0.95, -0.95], [0.95, 0.2], [0.55, 0.75], [0, 1.15], [-0.55, 0.75], [-0.95, 0.2]],
  cross: [
    [-0.4, -1.1], [0.4, -1.1], [0.4, -0.4], [1.1, -0.4], [1.1, 0.4], [0.4, 0.4],
    [0.4, 1.1], [-0.4, 1.1], [-0.4, 0.4], [-1.1, 0.4], [-1.1, -0.4], [-0.4, -0.4],
  ],
  star,
};

/** Add a shape with about this radius round a point; an unknown name gives a circle. */
export function addShape(path: RoundPath, shape: string, x: number, y: number, radius: number): void {
  const corners = CORNERS[shape];
  if (corners) {
    polygon(path, x, y, radius, corners);
    return;
  }
  path.moveTo(x + radius, y);
  path.arc(x, y, radius, 0, 2 * Math.PI);
  path.closePath();
}

/** The same shape as SVG path data. */
export function shapeData(shape: string, x: number, y: number, radius: number): string {
  const parts: string[] = [];
  addShape(
    {
      moveTo: (px, py) => parts.push(`M${px.toFixed(2)} ${py.toFixed(2)}`),
      lineTo: (px, py) => parts.push(`L${px.toFixed(2)} ${py.toFixed(2)}`),
      closePath: () => parts.push("Z"),
      arc: (px, py, r) =>
        parts.push(`A${r} ${r} 0 1 1 ${px - r} ${py}A${r} ${r} 0 1 1 ${px + r} ${py}`),
    },
    shape, x, y, radius,
  );
  return parts.join("");
}
