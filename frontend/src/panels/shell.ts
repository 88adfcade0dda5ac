/** The frame of the page: panels that can be put away, sheets on a phone, dialogs and menus. */

import { byId, isNarrow } from "../dom";

const TABS = ["layers", "filters", "hotspots"] as const;
export type Tab = (typeof TABS)[number];
export type Sheet = Tab | "map" | "time" | "ward";

const isTab = (name: string): name is Tab => TABS.includes(name as Tab);

/** The shell; `moved` is called when panels have changed place, so that labels can give way. */
export class Shell {
  private readonly root = byId("antt");
  /** What the sheet of details can show. */
  private readonly details = new Set<"ward" | "hotspots">();

  constructor(private readonly moved: () => void, private readonly tabbed: (name: Tab) => void) {
    for (const name of TABS)
      byId(`antt-tab-${name}`).addEventListener("click", () => this.tab(name));
    byId("antt-left").addEventListener("keydown", (event) => this.onTabKey(event));
    byId("antt-left-close").addEventListener("click", () => this.left(false));
    byId("antt-left-open").addEventListener("click", () => this.left(true));
    byId("antt-time-fold").addEventListener("click", () => this.foldTime());
    for (const item of document.querySelectorAll<HTMLElement>("[data-sheet-button]"))
      item.addEventListener("click", () => this.sheet(item.dataset.sheetButton as Sheet));
    for (const item of document.querySelectorAll<HTMLElement>("[data-close-dialog]"))
      item.addEventListener("click", () => item.closest("dialog")?.close());
    document.addEventListener("click", (event) => this.closeMenus(event.target as Node));
  }

  /** Open the left panel at a tab; on a phone as a sheet. */
  open(name: Tab): void {
    this.tab(name);
    this.left(true);
    if (isNarrow()) this.sheet(name);
    byId(`antt-tab-${name}`).focus();
  }

  /** On a phone, bring one sheet up; a second call puts it away. */
  sheet(name: Sheet): void {
    const next = this.root.dataset.sheet === name ? "map" : name;
    if (isTab(next)) {
      this.tab(next);
      byId("antt-left").hidden = false;
    }
    this.root.dataset.sheet = next;
    this.markSheet(next);
    this.moved();
  }

  /** Bring the sheet of the unit up, or put it away. */
  wardSheet(open: boolean): void {
    this.detail("ward", open);
  }

  /** Bring the sheet of the hotspots' results up, or put it away. */
  hotspotSheet(open: boolean): void {
    this.detail("hotspots", open);
  }

  private detail(name: "ward" | "hotspots", open: boolean): void {
    if (open) this.details.add(name);
    else this.details.delete(name);
    byId<HTMLButtonElement>("antt-sheet-ward").disabled = !this.details.size;
    this.root.classList.toggle(`with-${name}`, open);
    if (open) this.root.dataset.sheet = "ward";
    else if (this.root.dataset.sheet === "ward" && !this.details.size) this.root.dataset.sheet = "map";
    this.markSheet(this.root.dataset.sheet as Sheet);
    this.moved();
  }

  /** Close what is open on top; false when nothing was. */
  closeTop(): boolean {
    const menus = document.querySelectorAll<HTMLDetailsElement>("details.menu[open]");
    menus.forEach((menu) => {
      menu.open = false;
    });
    if (menus.length) return true;
    if (!isNarrow() || this.root.dataset.sheet === "map") return false;
    this.root.dataset.sheet = "map";
    this.markSheet("map");
    return true;
  }

  private markSheet(name: Sheet): void {
    for (const item of document.querySelectorAll<HTMLElement>("[data-sheet-button]"))
      item.setAttribute("aria-pressed", String(item.dataset.sheetButton === name));
  }

  /** Show a tab of the left panel. */
  tab(name: Tab): void {
    for (const other of TABS) {
      const tab = byId(`antt-tab-${other}`);
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      byId(`antt-${other}`).hidden = other !== name;
    }
    this.root.dataset.tab = name;
    this.tabbed(name);
  }

  private onTabKey(event: KeyboardEvent): void {
    const at = TABS.findIndex((name) => (event.target as HTMLElement).id === `antt-tab-${name}`);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (at < 0 || !step) return;
    const other = TABS[(at + step + TABS.length) % TABS.length];
    this.tab(other);
    byId(`antt-tab-${other}`).focus();
    event.preventDefault();
  }

  private left(open: boolean): void {
    byId("antt-left").hidden = !open;
    byId("antt-left-open").hidden = open;
    this.root.classList.toggle("left-closed", !open);
    if (!open && isNarrow()) {
      this.root.dataset.sheet = "map";
      this.markSheet("map");
    }
    byId(open ? "antt-left-close" : "antt-left-open").focus({ preventScroll: true });
    this.moved();
  }

  private foldTime(): void {
    const folded = this.root.classList.toggle("time-folded");
    byId("antt-time-fold").setAttribute("aria-expanded", String(!folded));
    this.moved();
  }

  private closeMenus(target: Node): void {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]"))
      if (!menu.contains(target)) menu.open = false;
  }
}
