/** The first three steps: which file, how its texts read, where its places lie. */

import { h, type Child } from "../dom";
import { formatLength, formatNumber } from "../format";
import { t } from "../i18n";
import type { CrsFinding, SystemFit, TextReading } from "./types";
import type { Desk } from "./wizard";

const KINDS = ".zip,.shp,.shx,.dbf,.prj,.cpg,.tab,.dat,.map,.id,.ind,.mif,.mid,.gpkg,.geojson,.json,.fgb,.kml,.kmz,.gml,.dwg,.dgn,.dxf";
const ENCODINGS: Record<string, string> = { "utf-8": "Unicode (UTF-8)", tcvn3: "TCVN3 (ABC)", cp1258: "Windows-1258" };

/** A choice among rows of a table: the first cell holds the button. */
export function radioRow(
  group: string, value: string, props: { checked: boolean; change: () => void; label: string }, ...cells: Child[]
): HTMLElement {
  const id = `${group}-${value || "auto"}`.replace(/[^\w-]/g, "-");
  const input = h("input", { type: "radio", name: group, id, value, checked: props.checked, change: props.change });
  return h("tr", {}, h("td", {}, input), h("th", { scope: "row" }, h("label", { for: id }, props.label)), ...cells.map((cell) => h("td", {}, cell)));
}

function table(heads: string[], rows: HTMLElement[]): HTMLElement {
  return h(
    "div", { class: "bd-scroll" },
    h("table", { class: "bd-table" }, h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))), h("tbody", {}, ...rows)),
  );
}

/** Step 1: the file. */
export function fileStep(desk: Desk): Child[] {
  const input = h("input", {
    type: "file", multiple: true, accept: KINDS, id: "bd-file", class: "bd-file-input",
    change: (event: Event) => desk.choose([...((event.target as HTMLInputElement).files ?? [])]),
  });
  const names = desk.files.map((file) => file.name).join(", ");
  return [
    h("p", { class: "bd-lead" }, t("bd.file_lead")),
    h("p", {}, h("label", { for: "bd-file", class: "button" }, t("bd.choose_file")), input, h("span", { class: "bd-chosen" }, names || t("bd.no_file"))),
    h("ul", { class: "bd-notes" }, h("li", {}, t("bd.file_kinds")), h("li", {}, t("bd.file_drawings")), h("li", {}, t("bd.file_nothing"))),
  ];
}

function share(score: number | null): string {
  return score === null ? t("bd.no_marks") : `${formatNumber(score * 100, 1)} %`;
}

function title(encoding: string): string {
  return ENCODINGS[encoding] ?? encoding;
}

/** Step 2: the text. */
export function textStep(desk: Desk): Child[] {
  const found = desk.found;
  if (!found) return [h("p", {}, t("bd.not_read"))];
  const names = h("p", { class: "bd-names", id: "bd-names" }, ...found.sample_names.map((name) => h("span", {}, name)));
  const lead = [h("p", { class: "bd-lead" }, t("bd.text_lead")), names];
  if (found.encodings.length < 2) {
    return [...lead, h("p", {}, t("bd.text_sure", { encoding: title(found.encoding.used), score: share(found.encoding.score) }))];
  }
  const row = (reading: TextReading): HTMLElement =>
    radioRow(
      "bd-encoding", reading.encoding,
      {
        label: title(reading.encoding),
        checked: (desk.choices.encoding || found.encoding.used) === reading.encoding,
        change: () => {
          desk.change({ encoding: reading.encoding });
          desk.recheck();
        },
      },
      share(reading.score), reading.sample.join(", "),
    );
  return [
    ...lead,
    table(["", t("bd.encoding"), t("bd.score"), t("bd.sample")], found.encodings.map(row)),
    h("p", { class: "muted" }, t("bd.score_note")),
  ];
}

/** What speaks for the system that was used, in one sentence. */
export function evidence(crs: CrsFinding): string {
  if (crs.evidence_m === null) return t("bd.crs_unchecked");
  const values = { length: formatLength(Math.round(crs.evidence_m)), n: formatNumber(crs.matched) };
  return crs.against === "borders" ? t("bd.crs_by_borders", values) : t("bd.crs_by_seats", values);
}

/** What a person has to know of the system; the note of the command line names its options. */
function warning(crs: CrsFinding, asked: string): string | null {
  if (!asked && crs.declared && crs.declared !== crs.used) return t("bd.crs_corrected", { declared: crs.declared, used: crs.used });
  return crs.note;
}

function crsTable(desk: Desk, crs: CrsFinding | null): HTMLElement {
  const choose = (code: string) => () => {
    desk.change({ crs: code });
    desk.recheck();
  };
  const asked = desk.choices.crs;
  const automatic = radioRow("bd-crs", "", { label: t("bd.crs_auto"), checked: asked === "", change: choose("") }, crs && asked === "" ? crs.used : "", "");
  const rows = (crs?.candidates ?? []).map((fit: SystemFit) => {
    const [code, far] = [fit.epsg === null ? "" : `EPSG:${fit.epsg}`, formatLength(Math.round(fit.evidence_m))];
    if (!code) return h("tr", { class: "muted" }, h("td", {}), h("th", { scope: "row" }, fit.title), h("td", {}, fit.crs), h("td", { class: "bd-figure" }, far));
    return radioRow("bd-crs", code, { label: fit.title, checked: asked === code, change: choose(code) }, code, h("span", { class: "bd-figure" }, far));
  });
  return table(["", t("bd.crs_system"), t("bd.crs_code"), t("bd.crs_evidence")], [automatic, ...rows]);
}

/** Step 3: the coordinate system. */
export function crsStep(desk: Desk): Child[] {
  const crs = desk.found?.crs ?? null;
  const note = crs && warning(crs, desk.choices.crs);
  const other = h("input", {
    type: "text", id: "bd-crs-other", value: desk.choices.crs, placeholder: "EPSG:9210", autocomplete: "off", spellcheck: "false",
    change: (event: Event) => desk.change({ crs: (event.target as HTMLInputElement).value.trim() }),
  });
  const used = crs && (crs.candidates.find((fit) => fit.crs === crs.used)?.title ?? "");
  const facts = crs && [
    h("dt", {}, t("bd.crs_declared")), h("dd", {}, crs.declared ?? t("bd.crs_none")),
    h("dt", {}, t("bd.crs_used")), h("dd", { id: "bd-crs-used" }, `${crs.used}${used ? ` – ${used}` : ""}`),
    h("dt", {}, t("bd.crs_evidence")), h("dd", {}, evidence(crs)),
  ];
  return [
    h("p", { class: "bd-lead" }, t("bd.crs_lead")),
    facts ? h("dl", { class: "bd-facts" }, ...facts) : null,
    note ? h("p", { class: "bd-warning" }, note) : null,
    crsTable(desk, crs),
    crs?.against === "seats" ? h("p", { class: "muted" }, t("bd.crs_seats_note")) : null,
    h("p", { class: "bd-field" }, h("label", { for: "bd-crs-other" }, t("bd.crs_other")), other),
  ];
}
