/** The frame of the page: panels that can be put away, sheets on a phone, dialogs and menus. */

import { byId, isNarrow } from "../dom";

export type Sheet = "map" | "layers" | "filters" | "time" | "ward";

/** The shell; `moved` is called when panels have changed place, so that labels can give way. */
export class Shell {
  private readonly root = byId("antt");

  constructor(private readonly moved: () => void) {
    for (const name of ["layers", "filters"] as const)
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
  open(name: "layers" | "filters"): void {
    this.tab(name);
    this.left(true);
    if (isNarrow()) this.sheet(name);
    byId(`antt-tab-${name}`).focus();
  }

  /** On a phone, bring one sheet up; a second call puts it away. */
  sheet(name: Sheet): void {
    const next = this.root.dataset.sheet === name ? "map" : name;
    if (next === "layers" || next === "filters") {
      this.tab(next);
      byId("antt-left").hidden = false;
    }
    this.root.dataset.sheet = next;
    this.markSheet(next);
    this.moved();
  }

  /** Bring the sheet of the unit up, or put it away. */
  wardSheet(open: boolean): void {
    byId<HTMLButtonElement>("antt-sheet-ward").disabled = !open;
    this.root.classList.toggle("with-ward", open);
    if (open) this.root.dataset.sheet = "ward";
    else if (this.root.dataset.sheet === "ward") this.root.dataset.sheet = "map";
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

  private tab(name: "layers" | "filters"): void {
    for (const other of ["layers", "filters"] as const) {
      const tab = byId(`antt-tab-${other}`);
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      byId(`antt-${other}`).hidden = other !== name;
    }
    this.root.dataset.tab = name;
  }

  private onTabKey(event: KeyboardEvent): void {
    const tab = (event.target as HTMLElement).id;
    if (!tab.startsWith("antt-tab-") || !/^Arrow(Left|Right)$/.test(event.key)) return;
    const other = tab === "antt-tab-layers" ? "filters" : "layers";
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
