/** One field of a form with its label and what is wrong with it. */

import { h, type Child } from "../dom";

type Input = HTMLInputElement | HTMLSelectElement;

export interface Field<T extends Input = Input> {
  node: HTMLElement;
  input: T;
  /** Say what is wrong; null when nothing is. */
  refuse(message: string | null): void;
}

/** Wrap an input with its label. */
export function labelled<T extends Input>(input: T, label: string): Field<T> {
  const error = h("p", { class: "field-error", id: `${input.id}-error`, hidden: true });
  input.setAttribute("aria-describedby", error.id);
  const refuse = (message: string | null): void => {
    error.hidden = message === null;
    error.textContent = message;
    input.setAttribute("aria-invalid", String(message !== null));
  };
  input.addEventListener("input", () => refuse(null));
  const title = h("label", { for: input.id }, label);
  return { node: h("div", { class: "record-field" }, title, input, error), input, refuse };
}

/** A field for text. */
export function textField(name: string, label: string, props: Record<string, string> = {}): Field<HTMLInputElement> {
  const input = h("input", { id: `antt-record-${name}`, name, type: "text", autocomplete: "off", ...props });
  return labelled(input, label);
}

/** A field with a list to choose from. */
export function choiceField(name: string, label: string, options: Child[]): Field<HTMLSelectElement> {
  return labelled(h("select", { id: `antt-record-${name}`, name }, ...options), label);
}
