/** The layer tree: what is drawn, in groups, each with a switch. Built once, then kept in step. */

import { byId, h, refill } from "../dom";
import { t } from "../i18n";
import { signPicture } from "../layers/signs";
import type { LayerConfig } from "../types";

const GROUPS = ["incidents", "models", "places", "ground"] as const;

/** Which group of the tree a layer stands in. */
export function treeGroup(layer: LayerConfig): (typeof GROUPS)[number] {
  if (layer.kind === "areas") return "ground";
  if (layer.kind !== "symbols") return "incidents";
  return layer.key.startsWith("safezones:") ? "models" : "places";
}

function mark(layer: LayerConfig): Node {
  if (layer.kind === "symbols") return signPicture(layer.symbol ?? "");
  return h("span", { class: `layer-mark mark-${layer.kind}`, "aria-hidden": "true" });
}

/** The tree of the left panel. */
export class LayerTree {
  private visible: string[] = [];
  private readonly updates: (() => void)[] = [];

  constructor(
    private readonly layers: LayerConfig[],
    private readonly change: (visible: string[]) => void,
  ) {
    refill(byId("antt-layers"), ...GROUPS.map((group) => this.group(group)));
  }

  draw(visible: string[]): void {
    this.visible = visible;
    for (const update of this.updates) update();
  }

  private toggle(keys: string[], on: boolean): void {
    const rest = this.visible.filter((key) => !keys.includes(key));
    const wanted = on ? [...rest, ...keys] : rest;
    this.change(this.layers.map(({ key }) => key).filter((key) => wanted.includes(key)));
  }

  private group(group: (typeof GROUPS)[number]): HTMLElement | null {
    const members = this.layers.filter((layer) => treeGroup(layer) === group);
    if (!members.length) return null;
    return h(
      "section",
      { class: "tree-group" },
      h("div", { class: "tree-head" },
        h("h3", {}, t(`layers.group_${group}`)),
        members.length > 3 && this.all(members.map(({ key }) => key))),
      h("ul", {}, ...members.map((layer) => this.row(layer))),
    );
  }

  private all(keys: string[]): HTMLElement {
    const shown = (): boolean => keys.every((key) => this.visible.includes(key));
    const button = h("button", { type: "button", class: "button small plain", click: () => this.toggle(keys, !shown()) });
    this.updates.push(() => {
      button.textContent = shown() ? t("layers.hide_all") : t("layers.show_all");
    });
    return button;
  }

  private row(layer: LayerConfig): HTMLElement {
    const input = h("input", {
      type: "checkbox",
      role: "switch",
      class: "switch",
      value: layer.key,
      change: () => this.toggle([layer.key], input.checked),
    });
    this.updates.push(() => {
      input.checked = this.visible.includes(layer.key);
    });
    return h("li", {},
      h("label", { class: "switch-row" }, mark(layer), h("span", { class: "switch-text" }, layer.title), input));
  }
}
