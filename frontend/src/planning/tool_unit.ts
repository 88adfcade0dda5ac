/** Tools that work on whole units: merge, rename, change the type. */

import { h } from "../dom";
import { t } from "../i18n";
import { NOTHING, type Drawing } from "./draft_layer";
import { checkField, choice, textField } from "./fields";
import type { Place } from "./model/grid";
import type { Operation } from "./model/operations";
import { Tool } from "./tool";

const TYPES = ["Phường", "Xã", "Đặc khu"];

/** A tool that begins with the choice of a unit, on the map or in a list. */
export abstract class UnitTool extends Tool {
  protected unit = "";
  private readonly box = h("div", { class: "pl-fields" });

  started(): boolean {
    return true;
  }

  override get begun(): boolean {
    return this.unit !== "";
  }

  hint(): string {
    return t(this.unit ? "pl.unit_fill" : "pl.unit_choose");
  }

  override fields(): HTMLElement[] {
    this.fill();
    return [this.box];
  }

  override click(place: Place): void {
    const code = this.bench.unitAt(place);
    if (code) this.choose(code);
  }

  drop(): void {
    this.choose("");
  }

  /** The fields beside the unit itself. */
  protected abstract more(): HTMLElement[];

  protected choose(code: string): void {
    this.unit = code;
    this.bench.choose(code || null);
    this.fill();
    this.look();
  }

  /** Units by name, for a list. */
  protected options(codes: Iterable<string>): [string, string][] {
    const { units } = this.bench.desk.now;
    const named = [...codes].flatMap((code): [string, string][] => {
      const unit = units.get(code);
      return unit ? [[code, `${unit.unit_type} ${unit.name}`]] : [];
    });
    return named.sort(([, a], [, b]) => a.localeCompare(b, "vi"));
  }

  protected fill(): void {
    const all = this.options(this.bench.desk.now.units.keys());
    const own = choice("pl-unit", t("pl.unit"), [["", t("pl.unit_none")], ...all], (code) => this.choose(code), this.unit);
    // Arrow keys go through a list whose field is made anew with every choice.
    const focused = this.box.contains(document.activeElement) ? document.activeElement?.id : null;
    this.box.replaceChildren(own, ...(this.unit ? this.more() : []));
    if (focused) document.getElementById(focused)?.focus();
  }
}

/** All ground of one unit goes to a neighbour. */
export class MergeTool extends UnitTool {
  private into = "";
  private apart = false;

  override click(place: Place): void {
    const code = this.bench.unitAt(place);
    if (!code) return;
    if (!this.unit || code === this.unit || !this.bench.desk.now.neighbours([code]).has(this.unit)) this.choose(code);
    else {
      this.into = code;
      this.fill();
      this.look();
    }
  }

  override drawing(): Drawing {
    return { ...NOTHING, ...this.shown([]) };
  }

  operation(): Operation | null {
    return this.unit && this.into ? { kind: "merge", unit: this.unit, into: this.into, apart: this.apart } : null;
  }

  protected override choose(code: string): void {
    this.into = "";
    this.apart = false;
    super.choose(code);
  }

  protected more(): HTMLElement[] {
    const beside = this.options(this.bench.desk.now.neighbours([this.unit]));
    const field = choice("pl-into", t("pl.merge_into"), [["", t("pl.unit_none")], ...beside], (code) => {
      this.into = code;
      this.look();
    }, this.into);
    return [field, checkField("pl-apart", t("pl.allow_apart"), this.apart, (apart) => {
      this.apart = apart;
      this.look();
    })];
  }
}

/** Another name. */
export class RenameTool extends UnitTool {
  private name = "";

  operation(): Operation | null {
    const old = this.bench.desk.now.units.get(this.unit)?.name;
    return this.unit && this.name && this.name !== old ? { kind: "rename", unit: this.unit, name: this.name } : null;
  }

  protected more(): HTMLElement[] {
    this.name = this.bench.desk.now.units.get(this.unit)?.name ?? "";
    return [textField("pl-unit-name", t("pl.new_name"), this.name, (name) => {
      this.name = name;
      this.look();
    })];
  }
}

/** Another type. */
export class RetypeTool extends UnitTool {
  private type = "";

  operation(): Operation | null {
    const old = this.bench.desk.now.units.get(this.unit)?.unit_type;
    return this.unit && this.type && this.type !== old ? { kind: "retype", unit: this.unit, unit_type: this.type } : null;
  }

  protected more(): HTMLElement[] {
    const { level, units } = this.bench.desk.now;
    this.type = units.get(this.unit)?.unit_type ?? "";
    const others = level === "commune" ? TYPES : [...units.values()].map(({ unit_type }) => unit_type);
    const known = [...new Set([this.type, ...others])].map((type): [string, string] => [type, type]);
    return [choice("pl-unit-type", t("pl.new_type"), known, (type) => {
      this.type = type;
      this.look();
    })];
  }
}
