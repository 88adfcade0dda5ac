/** Fields of the forms and cards on the pages of plans. */

import { h } from "../dom";

/** A choice among options of code and words. */
export function choice(id: string, label: string, options: [string, string][], act: (value: string) => void, chosen = ""): HTMLElement {
  const select = h("select", { id, change: () => act(select.value) }, ...options.map(([value, words]) => h("option", { value }, words)));
  if (chosen) select.value = chosen;
  return h("div", { class: "pl-field" }, h("label", { for: id }, label), select);
}

/** A line of text to fill in. */
export function textField(id: string, label: string, value: string, act: (value: string) => void): HTMLElement {
  const input = h("input", { type: "text", id, value, autocomplete: "off", maxlength: 120, input: () => act(input.value.trim()) });
  return h("div", { class: "pl-field" }, h("label", { for: id }, label), input);
}

/** A box to tick. */
export function checkField(id: string, label: string, checked: boolean, act: (checked: boolean) => void): HTMLElement {
  const box = h("input", { type: "checkbox", id, checked, change: () => act(box.checked) });
  return h("label", { class: "pl-check", for: id }, box, label);
}
