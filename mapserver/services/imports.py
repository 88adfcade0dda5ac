"""Bringing files into the store: read, check, report, and only then one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from layers.boundaries.prepare import Vintage, prepare
from layers.boundaries.reading import SourceFile, read_boundaries
from layers.boundaries.report import ImportReport
from layers.boundaries.versions import VersionPlan, plan_import
from layers.catalog import UNITS
from layers.errors import Forbidden
from layers.store import ChangeSet, Store
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
        ``commune`` for now.
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
    """

    path: Path
    valid_from: dt.date
    valid_to: dt.date | None = None
    level: str = "commune"
    mapping: Mapping[str, str] = field(default_factory=dict)
    crs: int | None = None
    encoding: str | None = None
    decree: str | None = None
    source: str = ""
    dry_run: bool = False


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
            "unchanged": len(self.plan.unchanged),
            "ended": list(self.plan.ended),
            "columns": dict(self.source.columns),
            "dropped_columns": list(self.source.dropped_columns),
            "crs": self.source.crs,
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
    source = read_boundaries(request.path, mapping=request.mapping, crs=request.crs, encoding=request.encoding)
    vintage = Vintage(
        request.valid_from, request.valid_to, request.level, request.decree, request.source or source.file_name
    )
    frame, report = prepare(source, vintage, now=now, rng=rng)
    with nullcontext() if request.dry_run else store.transaction():
        plan = plan_import(store.read(UNITS), frame, valid_from=request.valid_from, valid_to=request.valid_to)
        if not request.dry_run and not plan.is_empty:
            closing = {row_id: {"valid_to": day} for row_id, day in plan.close.items()}
            store.apply(ChangeSet(UNITS, insert=plan.insert, update=closing, expected_row_version=plan.row_versions))
    return BoundaryResult(report, source, plan)


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
        When both are the same file: GDAL and sqlite3 must not share it (ADR 2).
    """
    if Path(store.address).resolve() == path.resolve():
        raise Forbidden(
            Text("Tệp này chính là kho dữ liệu đang mở.", "This file is the open store itself."),
            Text("Chọn tệp khác, hoặc kho khác bằng --store.", "Choose another file, or another store with --store."),
        )
