"""The change sheet of a plan: its maps, tables and provenance, made from what is recorded whenever it is asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import geopandas as gpd
import numpy as np
from numpy.typing import NDArray

from layers.geo import CRS_LONLAT
from layers.planning.arcs import Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.measures import PEOPLE
from layers.records import vi_date
from layers.wording import Text
from mapserver.rendering.plan_sheet import PlanSheet
from mapserver.rendering.print_map import pages_to_pdf
from mapserver.rendering.print_plan import draw_sheets
from mapserver.rendering.print_words import number
from mapserver.rendering.unit_words import LEVELS
from mapserver.services.plan_compare import Transferred, as_base, transfers_of
from mapserver.services.plan_figures import PlanFigures, base_of, figures_of
from mapserver.services.plan_opened import OpenedPlan, PlanFacts, in_force, marking
from mapserver.services.plan_points import INCIDENTS_KIND, MODELS, PlanPoints
from mapserver.services.plan_sheet_tables import figures_table, lineage_table, splits_table, transfers_table
from mapserver.services.provenance import notices
from mapserver.services.reader import Reader
from mapserver.services.tables import UnitTable

__all__ = ["change_sheet", "sheet_pdf"]

_M2_PER_HA = 10_000
_NOT_YET = Text("chưa có", "none yet")
_COUNTED = (
    (PEOPLE, Text("người", "people")),
    (INCIDENTS_KIND, Text("vụ việc", "incidents")),
    (MODELS, Text("mô hình", "models")),
)


def change_sheet(
    whole: Reader, opened: OpenedPlan, points: PlanPoints, *, today: dt.date, language: str = "vi"
) -> PlanSheet:
    """Gather what the sheet of a plan says; without cameras, because a sheet is passed on.

    Parameters
    ----------
    whole : Reader
        The store, not narrowed to a viewer.
    opened : OpenedPlan
        The plan.
    points : PlanPoints
        What is counted.
    today : date
        Tells whether the plan is in force.
    language : str
        Language of the words in cells, ``vi`` or ``en``.

    Returns
    -------
    PlanSheet
        The same for the same plan, data, release and day.
    """
    record = opened.record
    figures = figures_of(whole, opened, points, today=today)
    transfers = transfers_of(as_base(opened), opened, points.counted(None))
    changed = set(figures.changed)
    return PlanSheet(
        title=_title(record, today),
        subtitle=_subtitle(record),
        marking=marking(record, today),
        in_force=in_force(record, today),
        facts=_facts(record, language),
        summary=_summary(figures, transfers),
        before=_units(opened.base, changed),
        after=_units(opened.topology, changed),
        moved=_shapes([one.shape for one in transfers]),
        transfers=transfers_table(transfers, language),
        figures=figures_table(figures, language),
        splits=splits_table(figures),
        lineage=lineage_table(opened, base_of(whole, opened.base, points), language),
        notes=(*_notices(whole, opened), *figures.notes),
        as_of=record.last_at.astimezone(whole.timezone),
    )


def sheet_pdf(sheet: PlanSheet, language: str = "vi") -> bytes:
    """Print a change sheet.

    Parameters
    ----------
    sheet : PlanSheet
        From `change_sheet`.
    language : str
        ``vi`` or ``en``.

    Returns
    -------
    bytes
        A PDF file of A4 pages; the same sheet gives the same bytes.
    """
    return pages_to_pdf(draw_sheets(sheet, language=language))


def _title(record: PlanFacts, today: dt.date) -> Text:
    if in_force(record, today):
        return Text(f"Thay đổi địa giới: {record.name}", f"Change of boundaries: {record.name}")
    return Text(f"Phương án địa giới: {record.name}", f"Boundary plan: {record.name}")


def _subtitle(record: PlanFacts) -> Text:
    level, day = LEVELS[record.level], record.base_as_of
    return Text(f"{record.parent_name} · {level.vi} · ranh giới gốc ngày {vi_date(day)}",
                f"{record.parent_name} · {level.en} · from the boundaries of {day}")  # fmt: skip


def _facts(record: PlanFacts, language: str) -> tuple[tuple[Text, str], ...]:
    day = record.effective_on
    begins = _NOT_YET if day is None else Text(vi_date(day), str(day))
    none = _NOT_YET.in_language(language)
    return (
        (Text("Văn bản", "Decree"), record.decree or none),
        (Text("Có hiệu lực từ", "In force from"), begins.in_language(language)),
        (Text("Người lập", "Author"), record.author),
        (Text("Mã kiểm ranh giới", "Hash of the borders"), record.frozen_hash or none),
    )


def _summary(figures: PlanFigures, transfers: Sequence[Transferred]) -> tuple[Text, ...]:
    units = len(figures.changed)
    hectares = sum(one.gain.area_m2 for one in transfers) / _M2_PER_HA
    vi, en = (number(hectares, language, decimals=1) for language in ("vi", "en"))
    said = [
        Text(f"{units} đơn vị thay đổi", f"{units} units change"),
        Text(f"{vi} ha chuyển giao", f"{en} ha change hands"),
    ]
    for kind, words in _COUNTED:
        counts = [one.gain.counts[kind] for one in transfers if kind in one.gain.counts]
        if counts:
            told = (number(sum(counts), language) for language in ("vi", "en"))
            said.append(Text(*(f"{count} {word}" for count, word in zip(told, words, strict=True))))
    return tuple(said)


def _units(topology: Topology, changed: Collection[str]) -> gpd.GeoDataFrame:
    units = sorted(topology.units.values(), key=lambda unit: unit.code)
    codes = [unit.code for unit in units]
    told = {"code": codes, "label": [unit.name for unit in units], "changed": [code in changed for code in codes]}
    return gpd.GeoDataFrame(told, geometry=shapes_lonlat(polygons_of(topology, codes)), crs=CRS_LONLAT)


def _shapes(shapes: Sequence[object]) -> NDArray[np.object_]:
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return held


def _notices(whole: Reader, opened: OpenedPlan) -> tuple[Text, ...]:
    table = whole.units(opened.record.base_as_of, opened.base.level)
    ours = table.frame[table.frame["code"].isin(set(opened.base.units))]
    return notices(UnitTable(ours, ()))
