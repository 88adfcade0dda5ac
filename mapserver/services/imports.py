"""Bringing files into the store: read, check, report, and only then one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np

from layers.boundaries.locate import locate
from layers.boundaries.placing import CrsFinding
from layers.boundaries.prepare import Vintage, prepare
from layers.boundaries.reading import SourceFile, read_boundaries
from layers.boundaries.report import ImportReport
from layers.boundaries.versions import VersionPlan, plan_import
from layers.catalog import SCHEMATIC, UNITS
from layers.errors import Conflict, Forbidden
from layers.store import ChangeSet, Query, Store
from layers.wording import Text

__all__ = ["BoundaryRequest", "BoundaryResult", "import_boundaries", "refuse_store_file"]


@dataclass(frozen=True)
class BoundaryRequest:
    """What to import as boundaries.

    Parameters
    ----------
    path : Path
        The file.
    valid_from : date
        First day the boundaries are in force.
    valid_to : date or None
        First day they are no longer.
    level : str
        ``commune`` or ``beat``; provinces are dissolved from communes, never loaded beside them.
    scope : tuple of str
        Codes of the parents that the file speaks for; those of its units when empty.
    mapping : mapping of str to str
        Field -> column, where the columns cannot be guessed.
    crs : int or None
        EPSG code, where the file does not say it.
    encoding : str or None
        Encoding of the file's texts, where it is not told by the file.
    decree : str or None
        The document that set the boundaries.
    source : str
        Where the file comes from.
    dry_run : bool
        Whether only the report is made.
    partial : bool
        Whether units in force may end although the file does not cover their ground.
    """

    path: Path
    valid_from: dt.date
    valid_to: dt.date | None = None
    level: str = "commune"
    scope: tuple[str, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: int | None = None
    encoding: str | None = None
    decree: str | None = None
    source: str = ""
    dry_run: bool = False
    partial: bool = False


@dataclass(frozen=True)
class BoundaryResult:
    """What an import of boundaries found and did.

    Parameters
    ----------
    report : ImportReport
        What was found.
    source : SourceFile
        The file as read: its coordinate system, the columns used and left out.
    plan : VersionPlan
        Unit versions added, ended and already loaded.
    """

    report: ImportReport
    source: SourceFile
    plan: VersionPlan

    def as_json(self) -> dict[str, object]:
        """Write the result as plain values.

        Returns
        -------
        dict
            The report with what was done.
        """
        return self.report.to_json() | {
            "inserted": len(self.plan.insert),
            "closed": len(self.plan.close),
            "filled": len(self.plan.fill),
            "unchanged": len(self.plan.unchanged),
            "ended": list(self.plan.ended),
            "columns": dict(self.source.columns),
            "dropped_columns": list(self.source.dropped_columns),
            "crs": (self.source.finding or CrsFinding(None, self.source.crs)).to_json(),
            "encoding": {"used": self.source.encoding.used, "score": self.source.encoding.score},
        }


def import_boundaries(
    store: Store, request: BoundaryRequest, *, now: dt.datetime, rng: np.random.Generator
) -> BoundaryResult:
    """Read a boundary file, mend and check it, and keep it as unit versions.

    Parameters
    ----------
    store : Store
        The store of record.
    request : BoundaryRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    BoundaryResult
        With `dry_run` nothing is kept.

    Raises
    ------
    AnttError
        When the file cannot be used; the store is then as it was.
    """
    refuse_store_file(store, request.path)
    source = read_boundaries(
        request.path, mapping=request.mapping, crs=request.crs, encoding=request.encoding, known=_known(store)
    )
    vintage = Vintage(
        request.valid_from, request.valid_to, request.level, request.decree, request.source or source.file_name
    )
    frame, report = prepare(source, vintage, now=now, rng=rng)
    with nullcontext() if request.dry_run else store.transaction():
        existing = store.read(UNITS)
        plan = plan_import(
            existing, frame, valid_from=request.valid_from, valid_to=request.valid_to, scope=request.scope
        )
        if not request.partial:
            _refuse_lost_ground(plan, existing, frame)
        if not request.dry_run and not plan.is_empty:
            store.apply(
                ChangeSet(UNITS, insert=plan.insert, update=plan.updates, expected_row_version=plan.row_versions)
            )
    return BoundaryResult(report, source, plan)


def _known(store: Store) -> gpd.GeoDataFrame | None:
    """Read the borders that tell where a file belongs; any vintage will do, schematic ones excepted."""
    loaded = store.read(UNITS, Query(columns=("source",))) if store.count(UNITS) else None
    if loaded is None:
        return None
    surveyed = loaded[(loaded["source"] != SCHEMATIC) & loaded.geometry.notna()]
    return surveyed if len(surveyed) else None


def _refuse_lost_ground(plan: VersionPlan, existing: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame) -> None:
    ending = existing[existing["id"].isin(plan.close) & existing["code"].isin(plan.ended)]
    ending = ending[ending.geometry.notna()]
    middle = ending.representative_point()
    covered = locate(middle.x.to_numpy(), middle.y.to_numpy(), incoming) >= 0
    lost = ending[~covered]
    if len(lost):
        names = ", ".join(f"{name} ({code})" for name, code in zip(lost["name"][:5], lost["code"][:5], strict=True))
        raise Conflict(
            Text(
                f"Tệp chỉ phủ một phần: {len(lost)} đơn vị đang có hiệu lực sẽ mất mà không có gì thay ({names}…).",
                f"The file covers only a part: {len(lost)} units in force would end with nothing in their place "
                f"({names}…).",
            ),
            Text(
                "Nạp tệp đủ cả tỉnh; nếu đúng là muốn kết thúc chúng, thêm --partial.",
                "Import a file of the whole province; if they are really to end, add --partial.",
            ),
        )


def refuse_store_file(store: Store, path: Path) -> None:
    """Refuse to read the live store as if it were a file from elsewhere.

    Parameters
    ----------
    store : Store
        The open store.
    path : Path
        The file to import.

    Raises
    ------
    Forbidden
        When both are the same file, under whatever name: GDAL and sqlite3 must not share it (ADR 2).
    """
    if _same_file(store, path):
        raise Forbidden(
            Text("Tệp này chính là kho dữ liệu đang mở.", "This file is the open store itself."),
            Text("Chọn tệp khác, hoặc kho khác bằng --store.", "Choose another file, or another store with --store."),
        )


def _same_file(store: Store, path: Path) -> bool:
    parts = [Path(f"{store.address}{suffix}") for suffix in ("", "-wal", "-shm")]
    return any(part.exists() and path.exists() and part.samefile(path) for part in parts)
