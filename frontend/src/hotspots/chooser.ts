/** The tab of the left panel: which method, and the few things that can be set about it. */

import { button, byId, h, refill, type Child } from "../dom";
import { formatLength, formatNumber } from "../format";
import { t } from "../i18n";
import type { ViewState } from "../state";
import { METHODS, settingsNow, valueOf, withValue, type Method, type Setting } from "./methods";

/** A value of a setting in words. */
export function valueText({ name, kind }: Setting, value: string): string {
  if (value === "") return t("hot.by_rule");
  if (kind === "metres") return formatLength(Number(value));
  if (kind === "days") return t("time.days", { n: formatNumber(Number(value)) });
  return kind === "number" ? formatNumber(Number(value)) : t(`hot.${name}_${value}`);
}

export interface ChooserActs {
  choose(method: Method): void;
  set(settings: string[]): void;
  off(): void;
}

/** The tab. */
export class Chooser {
  private readonly box = byId("antt-hotspots");
  private readonly inputs: HTMLInputElement[];
  private readonly about = h("p", { class: "muted hot-about" });
  private readonly fields = h("div", { class: "hot-settings" });
  private readonly options = h("details", { class: "hot-options" }, h("summary", {}, t("hot.options")), this.fields);
  private readonly off: HTMLButtonElement;
  private shown = "";

  constructor(private readonly acts: ChooserActs) {
    this.inputs = METHODS.map((method) => h("input", {
      type: "radio", name: "antt-hot", value: method, change: () => acts.choose(method),
    }));
    this.off = button(t("hot.off"), () => acts.off(), { class: "button" });
    refill(this.box,
      h("p", { class: "muted" }, t("hot.intro")),
      h("fieldset", {}, h("legend", { class: "hidden-text" }, t("hot.method")),
        ...METHODS.map((method, i) => h("label", { class: "check hot-method" }, this.inputs[i],
          h("span", {}, t(`hot.method_${method}`), h("span", { class: "muted" }, t(`hot.known_as_${method}`)))))),
      this.about, this.options, this.off);
  }

  draw(method: Method | null, { hotWith }: ViewState): void {
    for (const input of this.inputs) input.checked = input.value === method;
    this.off.hidden = this.about.hidden = this.options.hidden = method === null;
    // Nothing is taken away under the hand that has just chosen.
    const shown = `${method} ${hotWith.join()}`;
    if (method === null || shown === this.shown) return;
    this.shown = shown;
    this.about.textContent = t(`hot.about_${method}`);
    const held = (document.activeElement as HTMLSelectElement | null)?.name;
    refill(this.fields, ...settingsNow(method, hotWith).map((setting) => this.field(setting, hotWith)));
    if (held) this.fields.querySelector<HTMLElement>(`[name="${held}"]`)?.focus();
  }

  private field(setting: Setting, chosen: string[]): Child {
    const now = valueOf(setting, chosen);
    const values = setting.values.includes(now) ? setting.values : [...setting.values, now];
    const inOrder = setting.kind === "words" ? values : [...values].sort((a, b) => Number(a) - Number(b));
    const id = `antt-hot-${setting.name}`;
    const select = h("select", { id, name: setting.name, change: () => this.acts.set(withValue(setting, select.value, chosen)) },
      ...inOrder.map((value) => h("option", { value, selected: value === now }, valueText(setting, value))));
    return h("label", { for: id }, t(`hot.set_${setting.name}`), select);
  }
}
