/** Small builders for elements. Text only ever enters as text nodes. */

type Value = string | number | boolean | null | undefined | ((event: never) => void);
export type Child = Node | string | null | undefined | false;

function fill(node: Element, props: Record<string, Value>, children: Child[]): void {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value as EventListener);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
}

/** An HTML element; a function among the properties listens to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Record<string, Value> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  fill(node, props, children);
  return node;
}

/** An SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  props: Record<string, Value> = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(node, props, children);
  return node;
}

/** The element of the shell with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const node = document.getElementById(id);
  if (!node) throw new Error(`#${id}`);
  return node as T;
}

/** Put new children in place of the old ones. */
export function refill(node: Element, ...children: Child[]): void {
  node.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
}

/** A push button. */
export function button(
  label: string,
  act: () => void,
  props: Record<string, Value> = {},
): HTMLButtonElement {
  return h("button", { type: "button", class: "button", click: act, ...props }, label);
}

/** The button that puts something away. */
export function closeButton(label: string, act: () => void): HTMLButtonElement {
  const cross = svg("svg", { viewBox: "0 0 20 20", width: 18, height: 18, "aria-hidden": "true" }, svg("path", { d: "m5 5 10 10M15 5 5 15" }));
  return h("button", { type: "button", class: "icon-button", "aria-label": label, click: act }, cross);
}

/** Whether the page is as narrow as a phone. */
export function isNarrow(): boolean {
  return window.matchMedia("(max-width: 720px)").matches;
}

/** Whether the reader asked for no movement. */
export function isStill(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Run at most once per drawn frame. */
export function perFrame(act: () => void): () => void {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      act();
    });
  };
}

/** Run when calls have paused for a while. */
export function afterPause(act: () => void, pause_ms: number): () => void {
  let timer = 0;
  return () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(act, pause_ms);
  };
}
