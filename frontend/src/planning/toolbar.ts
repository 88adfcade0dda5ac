/** The tools of the editor, each with its key; undo and redo. */

import { button, byId, h, refill } from "../dom";
import { t } from "../i18n";
import type { Workbench } from "./bench";
import type { Desk } from "./desk";
import { orProblem } from "./notices";
import type { Bench, Tool } from "./tool";
import { CutTool } from "./tool_cut";
import { HandlesTool, NodeTool } from "./tool_move";
import { RedrawTool } from "./tool_redraw";
import { MergeTool, RenameTool, RetypeTool } from "./tool_unit";

interface Entry {
  name: string;
  key: string;
  make: (bench: Bench) => Tool;
}

const TOOLS: Entry[] = [
  { name: "redraw", key: "R", make: (bench) => new RedrawTool(bench) },
  { name: "vertices", key: "V", make: (bench) => new HandlesTool(bench) },
  { name: "node", key: "N", make: (bench) => new NodeTool(bench) },
  { name: "split", key: "S", make: (bench) => new CutTool(bench, "split") },
  { name: "merge", key: "M", make: (bench) => new MergeTool(bench) },
  { name: "transfer", key: "T", make: (bench) => new CutTool(bench, "transfer") },
  { name: "rename", key: "D", make: (bench) => new RenameTool(bench) },
  { name: "retype", key: "L", make: (bench) => new RetypeTool(bench) },
];

const UNDO = { undo: "Z", redo: "Y" } as const;

function typing(target: EventTarget | null): boolean {
  return Boolean((target as HTMLElement | null)?.closest("input:not([type=range], [type=checkbox]), select, textarea, dialog[open]"));
}

export class Toolbar {
  private taken: string | null = null;
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor(private readonly desk: Desk, private readonly bench: Workbench) {
    for (const { name, key } of TOOLS) this.add(name, key, () => this.take(name), { "aria-pressed": "false" });
    for (const what of ["undo", "redo"] as const) this.add(what, UNDO[what], () => void this.step(what), {});
    const tools = TOOLS.map(({ name }) => this.buttons.get(name) as HTMLButtonElement);
    const steps = (["undo", "redo"] as const).map((name) => this.buttons.get(name) as HTMLButtonElement);
    refill(byId("pl-tools"), ...tools, h("div", { class: "pl-steps-row" }, ...steps));
    document.addEventListener("keydown", (event) => this.key(event));
    this.refresh();
  }

  /** What the plan is decides what is offered. */
  refresh(): void {
    const { record, plan } = this.desk;
    const may = record.may.edit;
    byId("pl-tools").hidden = !may;
    const reading = byId("pl-reading");
    reading.hidden = may;
    reading.textContent = t(record.state === "draft" ? "pl.reading_right" : "pl.reading_state");
    if (!may) this.take(null);
    for (const [name, stack] of [["undo", plan.done], ["redo", plan.undone]] as const) {
      (this.buttons.get(name) as HTMLButtonElement).disabled = !stack.length;
    }
  }

  /** Take a tool in hand; the one in hand is put away. */
  take(name: string | null): void {
    if (!name && !this.taken) return;
    this.taken = name === this.taken ? null : name;
    for (const { name: each } of TOOLS) this.buttons.get(each)?.setAttribute("aria-pressed", String(each === this.taken));
    const found = TOOLS.find(({ name: each }) => each === this.taken);
    this.bench.take(found ? found.make(this.bench) : null);
  }

  private add(name: string, key: string, act: () => void, props: Record<string, string>): void {
    const label = t(`pl.tool_${name}`);
    const made = button(label, act, { class: "button pl-tool", title: `${t(`pl.tool_${name}_tip`)} (${key})`, "aria-keyshortcuts": key, "data-tool": name, ...props });
    made.append(h("kbd", { "aria-hidden": "true" }, key));
    this.buttons.set(name, made);
  }

  private async step(what: "undo" | "redo"): Promise<void> {
    // What is being drawn is taken back before what was done.
    const wasDrawing = this.bench.isBusy;
    this.bench.drop();
    if (wasDrawing && what === "undo") return;
    await orProblem(() => this.desk.step(what));
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.altKey || typing(event.target) || !this.desk.record.may.edit) return;
    if (this.bench.key(event) || this.named(event)) event.preventDefault();
  }

  private named(event: KeyboardEvent): boolean {
    const key = event.key.toUpperCase();
    const step = (["undo", "redo"] as const).find((what) => UNDO[what] === key);
    if (step) return event.repeat || void this.step(event.shiftKey && step === "undo" ? "redo" : step), true;
    if (event.ctrlKey || event.metaKey) return false;
    if (event.key === "Escape" && this.taken) return this.take(null), true;
    const found = TOOLS.find((tool) => tool.key === key);
    if (found && (found.name !== this.taken)) return this.take(found.name), true;
    return false;
  }
}
