/** A canvas that covers the view with a margin, follows zoom animations and redraws when at rest. */

import * as L from "leaflet";

interface Framed {
  _bounds: L.Bounds;
  _container: HTMLCanvasElement;
}

type RendererPrototype = { _update(this: L.Renderer): void };

/** What a drawing needs to know about the view. */
export interface Frame {
  ctx: CanvasRenderingContext2D;
  /** Pixels along the whole world at this zoom. */
  world: number;
  /** Pixel position of the unit square's origin on the canvas. */
  originX: number;
  originY: number;
  width: number;
  height: number;
  zoom: number;
  /** Position of the canvas in the layer space of the map. */
  cornerX: number;
  cornerY: number;
  /** Position on the canvas of the top left corner of what the reader sees. */
  viewX: number;
  viewY: number;
}

/** Base of the drawn layers. Uses Leaflet's own renderer frame, which knows panning and zooming. */
export abstract class CanvasLayer extends L.Renderer {
  private ctx: CanvasRenderingContext2D | null = null;

  constructor(pane: string, padding = 0.25) {
    super({ pane, padding });
  }

  /** Draw everything; the canvas is empty when this is called. */
  protected abstract draw(frame: Frame): void;

  /** Draw again now, for instance when data changed. */
  redraw(): void {
    if (this.ctx) (this as unknown as { _update(): void })._update();
  }

  protected _initContainer(): void {
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    (this as unknown as Framed)._container = canvas;
    this.ctx = canvas.getContext("2d");
  }

  protected _destroyContainer(): void {
    (this as unknown as Framed)._container.remove();
    this.ctx = null;
  }

  protected _updatePaths(): void {
    // The base class calls this for vector paths; a drawn layer has none.
  }

  protected _update(): void {
    const map = this._map as L.Map & { _animatingZoom?: boolean };
    if (!map || map._animatingZoom || !this.ctx) return;
    (L.Renderer.prototype as unknown as RendererPrototype)._update.call(this);
    const { _bounds: bounds, _container: canvas } = this as unknown as Framed;
    const corner = bounds.min as L.Point;
    const size = bounds.getSize();
    const density = window.devicePixelRatio > 1 ? 2 : 1;
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = density * size.x;
    canvas.height = density * size.y;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    this.ctx.setTransform(density, 0, 0, density, 0, 0);
    const origin = map.getPixelOrigin();
    const view = map.containerPointToLayerPoint([0, 0]);
    this.draw({
      ctx: this.ctx,
      world: 256 * 2 ** map.getZoom(),
      originX: -origin.x - corner.x,
      originY: -origin.y - corner.y,
      width: size.x,
      height: size.y,
      zoom: map.getZoom(),
      cornerX: corner.x,
      cornerY: corner.y,
      viewX: view.x - corner.x,
      viewY: view.y - corner.y,
    });
  }
}

/** Make a pane that lets the pointer through. */
export function quietPane(map: L.Map, name: string, order: number): string {
  const pane = map.createPane(name);
  pane.style.zIndex = String(order);
  pane.style.pointerEvents = "none";
  return name;
}

/** A rectangle on the canvas: left, top, right, bottom. */
export type Rect = [number, number, number, number];

/** Whether two rectangles touch. */
export function overlap(a: Rect, b: Rect): boolean {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
