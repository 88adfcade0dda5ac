/** The layer tree: what is drawn, in groups, each with a switch. */

import { byId, h, refill } from "../dom";
import { t } from "../i18n";
import { signPicture } from "../layers/signs";
import type { LayerConfig } from "../types";

/** Which group of the tree a layer stands in. */
export function treeGroup(layer: LayerConfig): "incidents" | "models" | "places" | "ground" {
  if (layer.kind === "areas") return "ground";
  if (layer.kind !== "symbols") return "incidents";
  return layer.key.startsWith("safezones:") ? "models" : "places";
}

function mark(layer: LayerConfig): Node {
  if (layer.kind === "symbols") return signPicture(layer.symbol ?? "");
  return h("span", { class: `layer-mark mark-${layer.kind}`, "aria-hidden": "true" });
}

function row(layer: LayerConfig, on: boolean, toggle: (key: string) => void): HTMLElement {
  return h(
    "li",
    {},
    h(
      "label",
      { class: "switch-row" },
      mark(layer),
      h("span", { class: "switch-text" }, layer.title),
      h("input", {
        type: "checkbox",
        role: "switch",
        class: "switch",
        value: layer.key,
        checked: on,
        change: () => toggle(layer.key),
      }),
    ),
  );
}

/** The tree of the left panel. */
export class LayerTree {
  constructor(
    private readonly layers: LayerConfig[],
    private readonly change: (visible: string[]) => void,
  ) {}

  draw(visible: string[]): void {
    const box = byId("antt-layers");
    const focused = (document.activeElement as HTMLInputElement | null)?.value;
    const inside = box.contains(document.activeElement);
    const toggle = (keys: string[], on: boolean): void => {
      const rest = visible.filter((key) => !keys.includes(key));
      const wanted = on ? [...rest, ...keys] : rest;
      this.change(this.layers.map(({ key }) => key).filter((key) => wanted.includes(key)));
    };
    const groups = (["incidents", "models", "places", "ground"] as const).map((group) => {
      const members = this.layers.filter((layer) => treeGroup(layer) === group);
      if (!members.length) return null;
      const keys = members.map(({ key }) => key);
      const shown = keys.filter((key) => visible.includes(key)).length;
      const all = shown === keys.length;
      return h(
        "section",
        { class: "tree-group" },
        h(
          "div",
          { class: "tree-head" },
          h("h3", {}, t(`layers.group_${group}`)),
          keys.length > 3 &&
            h("button", { type: "button", class: "button small plain", value: `all-${group}`, click: () => toggle(keys, !all) },
              all ? t("layers.hide_all") : t("layers.show_all")),
        ),
        h("ul", {}, ...members.map((layer) =>
          row(layer, visible.includes(layer.key), (key) => toggle([key], !visible.includes(key))))),
      );
    });
    refill(box, ...groups);
    if (inside && focused) box.querySelector<HTMLElement>(`[value="${CSS.escape(focused)}"]`)?.focus();
  }
}
