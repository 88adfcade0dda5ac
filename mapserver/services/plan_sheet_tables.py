"""The tables of a change sheet: ground that changes hands, figures before and after, old wards divided, lineage."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from layers.boundaries.standards import Standing
from layers.errors import InvalidParameter
from layers.planning.lineage import Decision, publication
from layers.planning.measures import PEOPLE, Base
from layers.wording import Text
from mapserver.rendering.plan_sheet import Cell, SheetColumn, SheetRow, SheetTable
from mapserver.rendering.print_words import number
from mapserver.rendering.unit_words import CONFIDENCES, KINDS, METHODS, VERDICTS
from mapserver.services.plan_compare import Transferred
from mapserver.services.plan_figures import PlanFigures, measured, titled
from mapserver.services.plan_opened import OpenedPlan
from mapserver.services.plan_points import HOUSEHOLDS, INCIDENTS_KIND, MODELS

__all__ = ["figures_table", "lineage_table", "splits_table", "transfers_table"]

_M2_PER_HA, _M2_PER_KM2 = 10_000, 1_000_000
_COUNTED = (PEOPLE, HOUSEHOLDS, INCIDENTS_KIND, MODELS)
_UNIT = SheetColumn(Text("Đơn vị", "Unit"), 46)
_PEOPLE = SheetColumn(Text("Dân số", "People"), 23, decimals=0)
_HOUSEHOLDS = SheetColumn(Text("Số hộ", "Households"), 20, decimals=0)
_INCIDENTS = SheetColumn(Text("Vụ việc (công bố)", "Incidents (published)"), 26, decimals=1)
_MODELS = SheetColumn(Text("Mô hình", "Models"), 17, decimals=0)
_BEFORE, _NOW, _CHANGE = Text("Trước", "Before"), Text("Sau", "After"), Text("Chênh lệch", "Change")
# Where a plan that has no first day yet is taken to begin; no row says it.
_SOME_DAY = dt.date(9999, 1, 1)
_FORMERLY = Text("trước là {name}", "formerly {name}")
_LEAST = Text("từ {area} km², {people} dân", "{area} km², {people} people")
_TOGETHER = Text("Cộng", "Together")
_CONTIGUOUS, _APART = Text("liền", "one piece"), Text("{parts} phần", "{parts} parts")


def transfers_table(transfers: Sequence[Transferred], language: str) -> SheetTable:
    """List the ground that changes hands.

    Parameters
    ----------
    transfers : sequence of Transferred
        From `plan_compare.transfers_of`.
    language : str
        Language of the words in cells.

    Returns
    -------
    SheetTable
        One row for each pair of units, the largest first, and their sum.
    """
    columns = (
        SheetColumn(Text("Từ", "From"), 62), SheetColumn(Text("Đến", "To"), 62),
        SheetColumn(Text("Diện tích (ha)", "Area (ha)"), 30, decimals=2), _PEOPLE, _HOUSEHOLDS, _INCIDENTS, _MODELS,
    )  # fmt: skip
    ordered = sorted(transfers, key=lambda one: (-one.gain.area_m2, one.gain.giver, one.gain.taker))
    rows = [SheetRow((one.giver_name, one.taker_name, *_carried(one))) for one in ordered]
    if len(rows) > 1:
        sums = [_sum([row.cells[place] for row in rows]) for place in range(2, len(columns))]
        rows.append(SheetRow((_TOGETHER.in_language(language), "", *sums), bold=True, opens=True))
    return SheetTable(Text("Đất chuyển giao", "Ground that changes hands"), columns, tuple(rows))


def _carried(one: Transferred) -> tuple[Cell, ...]:
    return (one.gain.area_m2 / _M2_PER_HA, *(one.gain.counts.get(kind) for kind in _COUNTED))


def _sum(cells: Sequence[Cell]) -> Cell:
    known = [cell for cell in cells if isinstance(cell, (int, float))]
    return float(sum(known)) if len(known) == len(cells) else None


def figures_table(figures: PlanFigures, language: str) -> SheetTable:
    """Lay out the figures of the units that change, and of all together.

    Parameters
    ----------
    figures : PlanFigures
        The figures.
    language : str
        Language of the words in cells.

    Returns
    -------
    SheetTable
        Before, after and change of each unit; then the sums of the whole area, which a plan cannot change.
    """
    columns = (
        _UNIT, SheetColumn(Text("", ""), 22), SheetColumn(Text("Diện tích (km²)", "Area (km²)"), 23, decimals=3),
        _PEOPLE, _HOUSEHOLDS, _INCIDENTS,
        SheetColumn(Text("Vụ trên 1.000 dân", "Incidents per 1,000"), 24, decimals=2), _MODELS,
        SheetColumn(Text("Độ gọn", "Compactness"), 18, decimals=3), SheetColumn(Text("Liền khoảnh", "Contiguity"), 22),
        SheetColumn(Text("Tiêu chuẩn", "Standard"), 38),
    )  # fmt: skip
    rows = [row for code in figures.changed for row in _unit_rows(figures, code, language)]
    if rows:
        rows += _whole_rows(figures, language)
    return SheetTable(Text("Số liệu các đơn vị thay đổi", "Figures of the units that change"), columns, tuple(rows))


def _unit_rows(figures: PlanFigures, code: str, language: str) -> list[SheetRow]:
    old = figures.base.units.get(code)
    name, former = titled(figures.unit(code)), ""
    if old is not None and titled(old) != name:
        # On a line of its own: both names have to be read in full.
        former = _FORMERLY.in_language(language).format(name=titled(old))
    before, now = figures.before.get(code), figures.now.get(code)
    cells = [None if found is None else _cells(measured(found), language) for found in (before, now)]
    standing = (figures.standing_before.get(code), figures.standing_now.get(code))
    rows: list[SheetRow] = []
    for words, told, judged in zip((_BEFORE, _NOW), cells, standing, strict=True):
        if told is None or judged is None:
            continue
        lead = former if rows else f"{name} ({code})"
        verdict = VERDICTS[str(judged.overall)].in_language(language)
        rows.append(SheetRow((lead, words.in_language(language), *told, verdict), opens=not rows, follows=bool(rows)))
    if cells[0] is not None and cells[1] is not None:
        change = [_difference(old_cell, new_cell) for old_cell, new_cell in zip(*cells, strict=True)]
        asked = _asked(standing[1], language)
        rows.append(SheetRow(("", _CHANGE.in_language(language), *change, asked), bold=True, signed=True, follows=True))
    return rows


def _asked(standing: Standing | None, language: str) -> str:
    """Say what the standard asks, where the data tell which one holds."""
    least = {(each.min_area_km2, each.min_population) for each in standing.standards} if standing else set()
    if len(least) != 1:
        return ""
    ((area_km2, people),) = least
    told = (number(area_km2, language, decimals=1), number(people, language))
    return _LEAST.in_language(language).format(area=told[0], people=told[1])


def _cells(told: Mapping[str, object], language: str) -> tuple[Cell, ...]:
    parts = _CONTIGUOUS if told["parts"] == 1 else Text(*(words.format(parts=told["parts"]) for words in _APART))
    numbers = [
        told[name] for name in ("population", HOUSEHOLDS, INCIDENTS_KIND, "incident_rate", MODELS, "compactness")
    ]  # fmt: skip
    plain = [float(value) if isinstance(value, (int, float)) else None for value in numbers]
    area_m2 = told["area_m2"]
    assert isinstance(area_m2, float)  # noqa: S101 - `measured` always knows it
    return (area_m2 / _M2_PER_KM2, *plain, parts.in_language(language))


def _difference(old: Cell, new: Cell) -> Cell:
    if isinstance(old, str) or isinstance(new, str):
        return ""
    return None if old is None or new is None else new - old


def _whole_rows(figures: PlanFigures, language: str) -> list[SheetRow]:
    totals = figures.as_json(language)["totals"]
    assert isinstance(totals, dict)  # noqa: S101 - made by `PlanFigures.as_json`
    now = totals["now"]
    area_m2, people, incidents = (now[name] for name in ("area_m2", "population", INCIDENTS_KIND))
    rate = incidents / people * 1000 if incidents is not None and people else None
    whole = Text("Toàn phạm vi phương án", "The whole area of the plan").in_language(language)
    cells = (area_m2 / _M2_PER_KM2, people, now[HOUSEHOLDS], incidents, rate, now[MODELS], "", "", "")
    return [SheetRow((whole, _NOW.in_language(language), *cells), bold=True, opens=True)]


def splits_table(figures: PlanFigures) -> SheetTable:
    """List the old wards whose ground lies in several units.

    Parameters
    ----------
    figures : PlanFigures
        The figures.

    Returns
    -------
    SheetTable
        One row for each old ward that a unit which changes has a part of.
    """
    columns = (SheetColumn(Text("Xã, phường cũ", "Old ward"), 80), SheetColumn(Text("Nay thuộc", "Lies in"), 197))
    changed = set(figures.changed)
    rows = [
        SheetRow((name, ", ".join(titled(figures.unit(code)) for code in codes)))
        for name, codes in figures.old_split.items()
        if changed & set(codes)
    ]
    return SheetTable(Text("Xã, phường cũ nằm trong nhiều đơn vị", "Old wards in several units"), columns, tuple(rows))


def lineage_table(opened: OpenedPlan, base: Base, language: str) -> SheetTable:
    """List where each unit goes: the lineage that publishing writes, or would write.

    Parameters
    ----------
    opened : OpenedPlan
        The plan.
    base : Base
        What is known of the units it starts from.
    language : str
        Language of the words in cells.

    Returns
    -------
    SheetTable
        Without a row where the plan changes nothing.
    """
    columns = (
        SheetColumn(Text("Đơn vị cũ", "Old unit"), 30), SheetColumn(Text("Tên cũ", "Old name"), 40),
        SheetColumn(Text("Đơn vị mới", "New unit"), 30), SheetColumn(Text("Tên mới", "New name"), 40),
        SheetColumn(Text("Kiểu", "Kind"), 22), SheetColumn(Text("Phần diện tích (%)", "Share of area (%)"), 22, 3),
        SheetColumn(Text("Phần dân số (%)", "Share of people (%)"), 22, 3),
        SheetColumn(Text("Cách tính dân số", "How people were found"), 30),
        SheetColumn(Text("Độ tin cậy", "Confidence"), 20),
    )  # fmt: skip
    rows = tuple(_link_row(opened, link, language) for link in _links(opened, base))
    return SheetTable(Text("Kế thừa", "Lineage"), columns, rows)


def _links(opened: OpenedPlan, base: Base) -> list[dict[str, object]]:
    decision = Decision(opened.record.effective_on or _SOME_DAY, opened.record.decree)
    try:
        # The ids are not kept, so that any seed does.
        made = publication(
            base, opened.topology, decision, now=opened.record.last_at, rng=np.random.default_rng(0)
        )  # fmt: skip
    except InvalidParameter:
        return []
    return [{str(name): value for name, value in row.items()} for row in made.links.to_dict("records")]


def _link_row(opened: OpenedPlan, link: Mapping[str, object], language: str) -> SheetRow:
    old_name, new_name = str(link["from_version"]), str(link["to_version"])
    old, new = (name.partition("@")[0] for name in (old_name, new_name))
    people = link["population_share"]
    return SheetRow(
        (
            old_name,
            titled(opened.base.units[old]),
            new_name if opened.record.effective_on else new,
            titled(opened.topology.units[new]),
            KINDS[str(link["kind"])].in_language(language),
            float(str(link["area_share"])) * 100,
            None if pd.isna(people) else float(str(people)) * 100,  # type: ignore[call-overload]
            METHODS[str(link["population_method"])].in_language(language),
            CONFIDENCES[str(link["confidence"])].in_language(language),
        )
    )
