/** Keys for the whole page. Nothing is taken while the reader types or a dialog is open. */

import type { Map as LeafletMap } from "leaflet";

export interface KeyActs {
  search(): void;
  layers(): void;
  filters(): void;
  hotspots(): void;
  table(): void;
  record(): void;
  help(): void;
  close(): void;
}

const PAN_PX = 90;
const PANS: Record<string, [number, number]> = {
  ArrowLeft: [-PAN_PX, 0],
  ArrowRight: [PAN_PX, 0],
  ArrowUp: [0, -PAN_PX],
  ArrowDown: [0, PAN_PX],
};

function typing(target: EventTarget | null): boolean {
  const node = target as HTMLElement | null;
  return Boolean(node?.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog[open]"));
}

function onMap(target: EventTarget | null): boolean {
  const node = target as HTMLElement | null;
  return node === document.body || Boolean(node?.closest(".leaflet-container"));
}

/** Listen for the keys of the page. */
export function keyboard(map: LeafletMap, acts: KeyActs): void {
  const named: Record<string, () => void> = {
    "/": acts.search,
    l: acts.layers,
    f: acts.filters,
    h: acts.hotspots,
    t: acts.table,
    n: acts.record,
    "?": acts.help,
    "+": () => map.zoomIn(),
    "=": () => map.zoomIn(),
    "-": () => map.zoomOut(),
    "−": () => map.zoomOut(),
    escape: acts.close,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const pan = onMap(event.target) ? PANS[event.key] : undefined;
    const act = named[event.key.toLowerCase()];
    // A map that still glides after a drag would go on to where it was going.
    if (pan) map.stop().panBy(pan, { animate: false });
    else if (act) act();
    else return;
    event.preventDefault();
  });
}
