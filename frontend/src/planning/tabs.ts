/** The tabs beside the map. */

import { byId } from "../dom";

const NAMES = ["figures", "steps", "talk", "plan"] as const;

export type TabName = (typeof NAMES)[number];

/** Let the tabs be opened by pointer and by keys. */
export function listenToTabs(): void {
  const list = byId("pl-tab-figures").parentElement as HTMLElement;
  list.addEventListener("click", (event) => {
    const name = nameOf(event.target);
    if (name) openTab(name);
  });
  list.addEventListener("keydown", (event) => {
    const at = NAMES.indexOf(nameOf(event.target) ?? "figures");
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!step) return;
    event.preventDefault();
    const name = NAMES[(at + step + NAMES.length) % NAMES.length];
    openTab(name);
    byId(`pl-tab-${name}`).focus();
  });
}

function nameOf(target: EventTarget | null): TabName | undefined {
  return NAMES.find((name) => (target as HTMLElement | null)?.id === `pl-tab-${name}`);
}

/** Show one of them. */
export function openTab(name: TabName): void {
  for (const each of NAMES) {
    const tab = byId(`pl-tab-${each}`);
    tab.setAttribute("aria-selected", String(each === name));
    tab.tabIndex = each === name ? 0 : -1;
    byId(`pl-${each}`).hidden = each !== name;
  }
}
