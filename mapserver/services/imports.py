"""Bringing files into the store: read, check, report, and only then one commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import numpy as np

from layers.boundaries.locate import locate
from layers.boundaries.prepare import Vintage, prepare
from layers.boundaries.reading import read_boundaries
from layers.boundaries.versions import VersionPlan, in_force, plan_import, staying
from layers.catalog import SCHEMATIC, UNITS
from layers.errors import AnttError, Conflict, Forbidden, InvalidParameter
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from layers.wording import Text
from mapserver.services.boundary_results import BoundaryResult, Incoming, Outlook
from mapserver.services.imports_beats import renested, scope_of, wards_on

__all__ = [
    "BoundaryRequest",
    "check_boundaries",
    "import_boundaries",
    "keep_boundaries",
    "read_incoming",
    "refuse_store_file",
]


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
        Codes of the parents (provinces, or the wards of beats) that the file speaks for; those of its units
        when empty.
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
    return keep_boundaries(store, request, read_incoming(store, request, now=now, rng=rng))


def read_incoming(store: Store, request: BoundaryRequest, *, now: dt.datetime, rng: np.random.Generator) -> Incoming:
    """Read a boundary file, mend and check it, and keep nothing.

    Parameters
    ----------
    store : Store
        The store of record; its borders tell where the file belongs.
    request : BoundaryRequest
        What to import.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    Incoming
        Its units and what was found.

    Raises
    ------
    AnttError
        When the file cannot be used.
    """
    refuse_store_file(store, request.path)
    wards = wards_on(store, request.valid_from) if request.level == "beat" else None
    source = read_boundaries(
        request.path, mapping=request.mapping, crs=request.crs, encoding=request.encoding, known=_known(store)
    )
    vintage = Vintage(
        request.valid_from, request.valid_to, request.level, request.decree, request.source or source.file_name
    )
    frame, report = prepare(source, vintage, now=now, rng=rng, wards=wards)
    return Incoming(source, frame, report, wards)


def keep_boundaries(
    store: Store, request: BoundaryRequest, incoming: Incoming, *, author: Author | None = None
) -> BoundaryResult:
    """Keep the units of a file that was read, in one commit.

    Parameters
    ----------
    store : Store
        The store of record.
    request : BoundaryRequest
        What to import; with `dry_run` nothing is kept.
    incoming : Incoming
        As `read_incoming` gave it.
    author : Author, optional
        Who imports and why; the store's own account when left out.

    Returns
    -------
    BoundaryResult
        What was done.

    Raises
    ------
    InvalidParameter, Conflict
        When the units do not fit what is loaded; the store is then as it was.
    """
    with nullcontext() if request.dry_run else store.transaction():
        existing = store.read(UNITS)
        plan = _planned(existing, request, incoming)
        if not request.dry_run and not plan.is_empty:
            changes = ChangeSet(UNITS, insert=plan.insert, update=plan.updates, expected_row_version=plan.row_versions)
            store.apply(changes, author)
    return BoundaryResult(incoming, plan, _outlook(existing, request, incoming, plan=plan))


def check_boundaries(store: Store, request: BoundaryRequest, incoming: Incoming) -> BoundaryResult:
    """Say what keeping the units of a file would do, a refusal included, and keep nothing.

    Parameters
    ----------
    store : Store
        The store of record.
    request : BoundaryRequest
        What would be imported.
    incoming : Incoming
        As `read_incoming` gave it.

    Returns
    -------
    BoundaryResult
        Its `refusal` tells why the import would not be done.
    """
    existing = store.read(UNITS)
    refusal: AnttError | None = None
    try:
        plan = _planned(existing, request, incoming)
    except (Conflict, InvalidParameter) as problem:
        plan, refusal = VersionPlan(incoming.frame.iloc[:0], {}, {}, (), ()), problem
    return BoundaryResult(incoming, plan, _outlook(existing, request, incoming, plan=plan), refusal)


def _planned(existing: gpd.GeoDataFrame, request: BoundaryRequest, incoming: Incoming) -> VersionPlan:
    scope: Collection[str] = request.scope
    if incoming.wards is not None:
        scope = scope_of(scope, incoming.wards)
        existing = renested(existing, incoming.wards, request.valid_from)
    plan = plan_import(existing, incoming.frame, valid_from=request.valid_from, valid_to=request.valid_to, scope=scope)
    if not request.partial:
        _refuse_lost_ground(plan, existing, incoming.frame)
    _refuse_shared_ground(plan, existing, incoming.frame, request=request)
    return plan


def _outlook(existing: gpd.GeoDataFrame, request: BoundaryRequest, incoming: Incoming, *, plan: VersionPlan) -> Outlook:
    held = in_force(existing[existing["level"] == request.level], request.valid_from)
    closing = held[held["id"].isin(plan.close)].sort_values("code")
    parents = {str(code) for code in incoming.frame["parent"].dropna()}
    return Outlook(
        tuple(request.scope) or tuple(sorted(parents)),
        tuple(zip(closing["code"], closing["name"], strict=True)),
        len(held) - len(closing),
    )


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
                "Nạp tệp đủ cả tỉnh (địa bàn: đủ cả phường, xã); nếu đúng là muốn kết thúc chúng, thêm --partial.",
                "Import a file of the whole province (of beats: the whole ward); if they are really to end, "
                "add --partial.",
            ),
        )


def _refuse_shared_ground(
    plan: VersionPlan, existing: gpd.GeoDataFrame, incoming: gpd.GeoDataFrame, *, request: BoundaryRequest
) -> None:
    """Refuse a file that would put units over others that stay in force, such as those of a province it took in."""
    if plan.is_empty:
        return
    kept = staying(existing, plan, level=request.level, valid_from=request.valid_from, valid_to=request.valid_to)
    kept = kept[kept.geometry.notna()]
    middle = kept.representative_point()
    over = kept[locate(middle.x.to_numpy(), middle.y.to_numpy(), incoming) >= 0]
    if not len(over):
        return
    names = ", ".join(f"{name} ({code})" for name, code in zip(over["name"][:5], over["code"][:5], strict=True))
    parents = sorted({*over["parent"].dropna(), *incoming["parent"].dropna()})
    scope = " ".join(f"--scope {code}" for code in parents)
    raise Conflict(
        Text(
            f"{len(over)} đơn vị đã nạp vẫn còn hiệu lực trên đất của tệp này ({names}…).",
            f"{len(over)} units loaded before stay in force on the ground of this file ({names}…).",
        ),
        _shared_ground_hint(scope, first=min(over["valid_from"]), request=request),
    )


def _shared_ground_hint(scope: str, *, first: str, request: BoundaryRequest) -> Text:
    if first > request.valid_from.isoformat():
        return Text(
            f"Tệp cũ hơn các đơn vị đó (có hiệu lực từ {first}): thêm --valid-to {first}.",
            f"The file is older than those units (in force from {first}): add --valid-to {first}.",
        )
    return Text(
        f"Thêm {scope} nếu tệp thay cả các đơn vị đó; hoặc nạp ranh giới cũ với --valid-to {request.valid_from}.",
        f"Add {scope} if the file replaces them too; or import the older boundaries with "
        f"--valid-to {request.valid_from}.",
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
