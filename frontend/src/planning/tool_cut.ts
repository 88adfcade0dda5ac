/** Cut a unit by a line from border to border: what lies to its left becomes a new unit, or goes to another. */

import { button, h } from "../dom";
import { t } from "../i18n";
import { NOTHING, type Drawing } from "./draft_layer";
import { checkField, choice, textField } from "./fields";
import type { Place } from "./model/grid";
import type { Operation } from "./model/operations";
import { nearestOnArc, type OnArc } from "./model/snapping";
import { NEAR_PX } from "./tool";
import { UnitTool } from "./tool_unit";

/** Stands for the code of a new unit until there is one. */
const NO_CODE = "+";

export class CutTool extends UnitTool {
  private line: Place[] = [];
  private ended = false;
  private hover: Place | null = null;
  private snap: OnArc | null = null;
  private to = "";
  private apart = false;
  private code = "";
  private name = "";

  constructor(bench: ConstructorParameters<typeof UnitTool>[0], private readonly kind: "split" | "transfer") {
    super(bench);
  }

  override hint(): string {
    if (!this.unit) return t("pl.unit_choose");
    if (!this.line.length) return t("pl.cut_start");
    return t(this.ended ? "pl.cut_done" : "pl.cut_line");
  }

  override move(place: Place): void {
    if (!this.unit || this.ended) return;
    this.hover = place;
    this.snap = this.snapped(place);
    this.bench.changed();
  }

  override click(place: Place): void {
    if (!this.unit) return super.click(place);
    if (this.ended) return;
    const snap = this.snapped(place);
    if (this.line.length || snap) this.line.push(snap ? snap.place : this.along(place));
    this.ended = this.line.length > 1 && snap !== null;
    this.hover = this.snap = null;
    this.fill();
    this.look();
  }

  override leave(): void {
    this.hover = this.snap = null;
    this.bench.changed();
  }

  override back(): void {
    this.ended = false;
    this.line.pop();
    this.fill();
    this.look();
  }

  override drawing(): Drawing {
    const line = [...this.line, ...(this.hover && this.line.length && !this.ended ? [this.snap?.place ?? this.hover] : [])];
    return { ...NOTHING, ...this.shown(line), anchors: this.line, snap: this.snap?.place ?? null };
  }

  operation(): Operation | null {
    const { unit, line } = this;
    if (!unit || !this.ended) return null;
    if (this.kind === "transfer") return this.to ? { kind: "transfer", unit, to: this.to, line, apart: this.apart } : null;
    return this.code && this.name ? { kind: "split", unit, line, code: this.code, name: this.name } : null;
  }

  /** Where a new unit has no code yet, ground is shown all the same. */
  protected override trial(): Operation | null {
    if (this.kind === "transfer" || !this.ended) return this.operation();
    return { kind: "split", unit: this.unit, line: this.line, code: this.code || NO_CODE, name: this.name };
  }

  protected override choose(code: string): void {
    this.line = [];
    this.ended = false;
    this.hover = this.snap = null;
    this.to = this.code = this.name = "";
    this.apart = false;
    super.choose(code);
  }

  /** The card stays small, and out of the way, until the cut is drawn. */
  protected more(): HTMLElement[] {
    if (!this.ended) return [];
    const turn = h("div", { class: "row" }, button(t("pl.cut_turn"), () => this.turn(), { class: "button small" }));
    return this.kind === "split" ? [...this.newUnit(), turn] : [this.taker(), this.allowed(), turn];
  }

  private newUnit(): HTMLElement[] {
    const take = (field: "code" | "name") => (value: string): void => {
      this[field] = value;
      this.look();
    };
    return [
      textField("pl-new-name", t("pl.split_name"), this.name, take("name")),
      textField("pl-new-code", t("pl.split_code"), this.code, take("code")),
    ];
  }

  private taker(): HTMLElement {
    const beside = this.options(this.bench.desk.now.neighbours([this.unit]));
    return choice("pl-to", t("pl.transfer_to"), [["", t("pl.unit_none")], ...beside], (code) => {
      this.to = code;
      this.look();
    }, this.to);
  }

  private allowed(): HTMLElement {
    return checkField("pl-apart", t("pl.allow_apart"), this.apart, (apart) => {
      this.apart = apart;
      this.look();
    });
  }

  /** The other side of the line is meant. */
  private turn(): void {
    this.line.reverse();
    this.look();
  }

  private snapped(place: Place): OnArc | null {
    const { desk, view } = this.bench;
    return nearestOnArc(desk.now, place, view.cells(NEAR_PX), ({ left, right }) => left === this.unit || right === this.unit);
  }
}
