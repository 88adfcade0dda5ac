"""Lineage of units: importing it, showing a unit's family, and finding units by every name they had."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from layers.boundaries.families import Families, Version
from layers.boundaries.gazetteer import Entry, Gazetteer
from layers.boundaries.lineage import Change, LineagePlan, plan_lineage
from layers.boundaries.lineage_conflicts import contradicted
from layers.boundaries.lineage_table import LineageTable, read_lineage
from layers.boundaries.people_points import read_people
from layers.catalog import LINEAGE, UNITS
from layers.errors import Conflict
from layers.records import UnitRef, new_ids
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author, ImportRecord, QuarantinedRow
from layers.wording import Text

__all__ = ["LineageRequest", "LineageResult", "UnitFamily", "UnitNames", "import_lineage"]

_LINK_COLUMNS = [name for name in LINEAGE.schema.names if name not in {"id", "row_version", "geometry"}]
_WITHOUT_SHAPES = Query(geometry=False)
_FEW = 5


@dataclass(frozen=True)
class LineageRequest:
    """What to import as lineage.

    Parameters
    ----------
    path : Path
        The table.
    change : Change
        Its day, its document and its source; an empty source is the file's name.
    mapping : mapping of str to str
        Field -> column, where the headings cannot be guessed.
    who : str
        Who imports.
    population : Path or None
        A table of points with their number of people, for the shares of units that were divided.
    dry_run : bool
        Whether only the result is told.
    replace : bool
        Whether links kept earlier that the table leaves no room for are removed; otherwise it is refused.
    """

    path: Path
    change: Change
    mapping: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    population: Path | None = None
    dry_run: bool = False
    replace: bool = False


@dataclass(frozen=True)
class LineageResult:
    """What an import of lineage found and did.

    Parameters
    ----------
    table : LineageTable
        The table as read.
    plan : LineagePlan
        Versions and links.
    inserted, updated, unchanged, removed : int
        Links added, brought up to date, there already just so, and taken away.
    """

    table: LineageTable
    plan: LineagePlan
    inserted: int
    updated: int
    unchanged: int
    removed: int = 0

    def as_json(self) -> dict[str, object]:
        """Write the result as plain values.

        Returns
        -------
        dict
            Counts, rows set aside and the columns used.
        """
        links = self.plan.links
        return {
            "read": len(self.table.rows),
            "accepted": len(links),
            "quarantined": [
                {"row": rejected.row.row, "reason": rejected.reason, **rejected.row.raw}
                for rejected in self.plan.rejected
            ],
            "units_added": len(self.plan.units),
            "units_closed": len(self.plan.close),
            "split": len(self.plan.split),
            "inserted": self.inserted,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "kinds": dict(sorted(Counter(links["kind"]).items())),
            "methods": dict(sorted(Counter(links["method"]).items())),
            "population_methods": dict(sorted(Counter(links["population_method"]).items())),
            "columns": dict(self.table.columns),
        }


@dataclass(frozen=True)
class UnitFamily:
    """A unit version with where it came from and what it went into.

    Parameters
    ----------
    version : Version
        The unit.
    families : Families
        Every link.
    """

    version: Version
    families: Families

    def as_json(self) -> dict[str, object]:
        """Write it as plain values.

        Returns
        -------
        dict
            The unit's facts, ``ancestors`` and ``descendants``.
        """
        version, name = self.version, self.version.reference
        return {
            "unit": name,
            "code": version.code,
            "name": version.name,
            "unit_type": version.unit_type,
            "parent_name": version.parent_name,
            "valid_from": version.valid_from,
            "valid_to": version.valid_to,
            "decree": version.decree,
            "ancestors": [relative.as_json() for relative in self.families.ancestors(name)],
            "descendants": [relative.as_json() for relative in self.families.descendants(name)],
        }


class UnitNames:
    """Families and gazetteer of one store, made anew when its units or its lineage change.

    Parameters
    ----------
    store : Store
        The store of record.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._held: tuple[tuple[int, int], Families, Gazetteer] | None = None

    def family(self, asked: UnitRef, *, as_of: dt.date) -> UnitFamily:
        """Show a unit's family.

        Parameters
        ----------
        asked : UnitRef
            A code where it is certain, or ``code@valid_from``.
        as_of : date
            The day that makes a bare code certain.

        Returns
        -------
        UnitFamily
            Ancestors and descendants.

        Raises
        ------
        NotFound
            When there is no such unit.
        InvalidParameter
            When a bare code could mean several.
        """
        families = self.families()
        return UnitFamily(families.find(asked, as_of), families)

    def families(self) -> Families:
        """Give every version with the links between them.

        Returns
        -------
        Families
            As the store holds them now.
        """
        return self._read()[0]

    def search(self, text: str, *, as_of: dt.date, limit: int = 10) -> list[Entry]:
        """Find units by every name and code they ever had.

        Parameters
        ----------
        text : str
            As typed.
        as_of : date
            Among equal answers those in force on this day come first.
        limit : int
            The most answers wanted.

        Returns
        -------
        list of Entry
            Best first.
        """
        return self._read()[1].search(text, as_of=as_of, limit=limit)

    def _read(self) -> tuple[Families, Gazetteer]:
        with self._lock:
            versions = self._store.versions()
            key = (versions[UNITS.key], versions[LINEAGE.key])
            if self._held is None or self._held[0] != key:
                families = Families(self._store.read(UNITS, _WITHOUT_SHAPES), self._store.read(LINEAGE))
                self._held = (key, families, Gazetteer(families))
            return self._held[1], self._held[2]


def import_lineage(
    store: Store, request: LineageRequest, *, now: dt.datetime, rng: np.random.Generator
) -> LineageResult:
    """Read a table of old and new units and keep its versions and links in one commit.

    Loading a table again adds nothing; shares that can be measured since then are brought up to date.

    Parameters
    ----------
    store : Store
        The store of record.
    request : LineageRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    LineageResult
        With `dry_run` nothing is kept.

    Raises
    ------
    AnttError
        When the table cannot be used; the store is then as it was.
    """
    table = read_lineage(request.path, mapping=request.mapping)
    points = None if request.population is None else read_people(request.population)
    change = replace(request.change, source=request.change.source or request.path.name)
    with nullcontext() if request.dry_run else store.transaction():
        plan = plan_lineage(table.rows, store.read(UNITS), change, now=now, rng=rng, points=points)
        held = store.read(LINEAGE)
        gone = _contradicted(held, plan.links, request)
        new, updates, expected = _against(held, plan.links)
        same = len(plan.links) - len(new) - len(updates)
        result = LineageResult(table, plan, len(new), len(updates), same, len(gone))
        if not request.dry_run:
            author = Author(request.who, f"lineage {request.path.name}", now)
            _keep_units(store, plan, author)
            if len(new) or updates or gone:
                changes = ChangeSet(LINEAGE, insert=new, update=updates, expected_row_version=expected, delete=gone)
                store.apply(changes, author)
            _keep_ledger(store, request, result, now=now, rng=rng)
    return result


def _contradicted(held: gpd.GeoDataFrame, links: gpd.GeoDataFrame, request: LineageRequest) -> tuple[str, ...]:
    """Name the links to remove; refuse the table where nobody asked for that."""
    gone = contradicted(held, links)
    if len(gone) and not request.replace:
        named = [f"{old} → {new}" for old, new in zip(gone["from_version"], gone["to_version"], strict=True)]
        listed = ", ".join(named[:_FEW]) + ("…" if len(named) > _FEW else "")
        raise Conflict(
            Text(f"Bảng trái với {len(gone)} dòng kế thừa đã nạp: {listed}.",
                 f"The table contradicts {len(gone)} links loaded before: {listed}."),
            Text("Nếu bảng này đúng, thêm --replace để thay các dòng đó.",
                 "If this table is right, add --replace to put it in their place."),
        )  # fmt: skip
    return tuple(gone["id"])


def _against(
    held: gpd.GeoDataFrame, links: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, dict[str, object]], dict[str, int]]:
    known = {
        (row["from_version"], row["to_version"]): row
        for row in held[["id", "row_version", *_LINK_COLUMNS]].to_dict("records")
    }
    new, updates, expected = [], {}, {}
    for place, link in enumerate(links[_LINK_COLUMNS].to_dict("records")):
        there = known.get((link["from_version"], link["to_version"]))
        if there is None:
            new.append(place)
            continue
        changed = {str(name): value for name, value in link.items() if not _same(value, there[name])}
        if changed:
            updates[str(there["id"])] = changed
            expected[str(there["id"])] = int(there["row_version"])
    return links.iloc[new].reset_index(drop=True), updates, expected


def _same(one: object, other: object) -> bool:
    return one == other or (_is_missing(one) and _is_missing(other))


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and bool(pd.isna(value)))


def _keep_units(store: Store, plan: LineagePlan, author: Author) -> None:
    closing: dict[str, dict[str, object]] = {version: {"valid_to": day} for version, day in plan.close.items()}
    if len(plan.units) or closing:
        store.apply(ChangeSet(UNITS, insert=plan.units, update=closing, expected_row_version=plan.row_versions), author)


def _keep_ledger(
    store: Store, request: LineageRequest, result: LineageResult, *, now: dt.datetime, rng: np.random.Generator
) -> None:
    # A table that brought nothing new is not one more import.
    if not (result.inserted or result.updated or result.plan.rejected):
        return
    (import_id,) = new_ids(1, now=now, rng=rng)
    counts = {
        "read": len(result.table.rows),
        "accepted": result.inserted,
        "updated": result.updated,
        "quarantined": len(result.plan.rejected),
        "unplaced": 0,
        "duplicates": result.unchanged,
        "unmapped_category": 0,
    }
    store.keep_import(
        ImportRecord(
            import_id,
            LINEAGE.key,
            request.change.source or request.path.name,
            request.path.name,
            hashlib.sha256(request.path.read_bytes()).hexdigest(),
            request.who,
            now,
            now,
            state="done",
            rows_done=len(result.table.rows),
            counts=counts,
            mapping=dict(result.table.columns),
            options={"on": request.change.on.isoformat()},
        )
    )
    store.quarantine(
        [QuarantinedRow(import_id, one.row.row, (one.reason,), one.row.raw) for one in result.plan.rejected]
    )
