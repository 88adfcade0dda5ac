/** A canvas that covers the view with a margin, follows zoom animations and redraws when at rest. */

import * as L from "leaflet";

interface Framed {
  _bounds: L.Bounds;
  _container: HTMLCanvasElement;
  _zoom: number | undefined;
}

type RendererPrototype = {
  _update(this: L.Renderer): void;
  getEvents(this: L.Renderer): Record<string, L.LeafletEventHandlerFn>;
};

/** Canvases that have to be drawn; one is drawn a frame, so that panning stays smooth. */
const behind = new Set<() => void>();

function catchUp(): void {
  const [first] = behind;
  if (!first) return;
  behind.delete(first);
  first();
  if (behind.size) requestAnimationFrame(catchUp);
}

/** Act once the canvases that wait for it have been drawn. */
export function later(act: () => void): void {
  if (!behind.size) requestAnimationFrame(catchUp);
  behind.add(act);
}

/** What a drawing needs to know about the view. */
export interface Frame {
  ctx: CanvasRenderingContext2D;
  /** Device pixels along one pixel of the page. */
  density: number;
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
  /** Size of what the reader sees. */
  viewWidth: number;
  viewHeight: number;
}

/** Base of the drawn layers. Uses Leaflet's own renderer frame, which knows panning and zooming. */
export abstract class CanvasLayer extends L.Renderer {
  /** Whether the drawing depends on where the view stands, and not on the map alone. */
  protected readonly followsView: boolean = false;
  private ctx: CanvasRenderingContext2D | null = null;
  private readonly again = (): void => this.redraw();

  constructor(pane: string, padding = 0.25) {
    super({ pane, padding });
  }

  /** What is drawn reaches beyond the view, so a short pan draws nothing anew. */
  override getEvents(): Record<string, L.LeafletEventHandlerFn> {
    const events = (L.Renderer.prototype as unknown as RendererPrototype).getEvents.call(this);
    const check = (spare: number) => (): void => {
      if (!this.covers(spare)) later(this.again);
    };
    return { ...events, move: check(0), moveend: this.followsView ? () => later(this.again) : check(0.4) };
  }

  /** Draw everything; the canvas is empty when this is called. */
  protected abstract draw(frame: Frame): void;

  /** Whether there is nothing to draw; the canvas then takes no room and costs nothing on screen. */
  protected idle(): boolean {
    return false;
  }

  /** Draw again in one of the next frames; asking twice draws once. */
  redrawSoon(): void {
    later(this.again);
  }

  /** Draw again now, for instance when data changed. */
  redraw(): void {
    if (this.ctx) (this as unknown as { _update(): void })._update();
  }

  /** Whether the canvas still holds the view, with a share of its margin to spare. */
  private covers(spare: number): boolean {
    const map = this._map as L.Map & { _animatingZoom?: boolean };
    const { _bounds: drawn, _zoom: zoom } = this as unknown as Framed;
    if (!map || map._animatingZoom) return true;
    if (!drawn || zoom !== map.getZoom()) return false;
    const size = map.getSize();
    const margin = size.multiplyBy((this.options.padding ?? 0) * spare);
    const corner = map.containerPointToLayerPoint([0, 0]);
    return drawn.contains(L.bounds(corner.subtract(margin), corner.add(size).add(margin)));
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
    const room = this.idle() ? L.point(0, 0) : size;
    const density = window.devicePixelRatio > 1 ? 2 : 1;
    L.DomUtil.setPosition(canvas, corner);
    canvas.width = density * room.x;
    canvas.height = density * room.y;
    canvas.style.width = `${room.x}px`;
    canvas.style.height = `${room.y}px`;
    this.ctx.setTransform(density, 0, 0, density, 0, 0);
    const origin = map.getPixelOrigin();
    const view = map.containerPointToLayerPoint([0, 0]);
    const seen = map.getSize();
    this.draw({
      ctx: this.ctx,
      density,
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
      viewWidth: seen.x,
      viewHeight: seen.y,
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
