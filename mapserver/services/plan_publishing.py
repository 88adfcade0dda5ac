"""Putting a plan in force: old versions end, new ones begin, lineage joins them, and the geometry is frozen."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from layers.boundaries.repairs import Repair, find_repairs
from layers.boundaries.snapping import snap_to_grid
from layers.boundaries.versions import in_force, version_names
from layers.catalog import LINEAGE, PEOPLE_POINTS, UNITS
from layers.geo import CRS_LONLAT
from layers.planning import plan_refusals
from layers.planning.arcs import Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.lineage import Decision, Publication, publication
from layers.planning.measures import Base
from layers.planning.plans import mark_of
from layers.store import ChangeSet, Query, Store
from layers.store.base import Author
from mapserver.services import plan_publishing_refusals as refusals
from mapserver.services.plan_opened import OpenedPlan
from mapserver.services.plan_points import people_in, population_of

__all__ = ["PublishRequest", "Published", "frozen_hash", "publish"]


@dataclass(frozen=True)
class PublishRequest:
    """The act that puts a plan in force.

    Parameters
    ----------
    effective_on : date
        First day of the new units.
    decree : str or None
        The document; wards need one, beats do not.
    source : str
        Kept as the source of the new versions; the plan's name when empty.
    """

    effective_on: dt.date
    decree: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Published:
    """What publishing wrote.

    Parameters
    ----------
    record : mapping of str to object
        What the plan's own row has to say: ``effective_on, decree, frozen_hash``.
    ended, made : tuple of str
        Outside names of the versions that end, and that begin, on that day.
    links : int
        Rows of lineage between them.
    """

    record: Mapping[str, object]
    ended: tuple[str, ...]
    made: tuple[str, ...]
    links: int


def publish(
    store: Store,
    opened: OpenedPlan,
    asked: PublishRequest,
    *,
    who: str,
    now: dt.datetime,
    rng: np.random.Generator,
) -> Published:
    """End the versions that a plan changes and begin those it makes, in one commit.

    The plan's own row is left to the caller, who joins both in one transaction.

    Parameters
    ----------
    store : Store
        The store of record.
    opened : OpenedPlan
        The plan, with the borders that were approved.
    asked : PublishRequest
        The act.
    who : str
        Who publishes.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    Published
        What was written. From the first day on every map follows by itself.

    Raises
    ------
    InvalidParameter
        When wards are to change without a document, or the plan changes nothing.
    Conflict
        When the borders were not approved, the units it starts from are not what they were, the day does not lie
        in the time of the versions that would end or behind that of the base, or a new unit has the code of another.
        Nothing is changed then.
    CheckFailed
        When the resulting units have defects that nobody decided on. Nothing is changed then.
    """
    decree = (asked.decree or "").strip() or None
    if opened.topology.level == "commune" and decree is None:
        raise refusals.without_decree()
    if opened.record.approved_mark != mark_of(opened.topology):
        raise refusals.not_approved()
    _refuse_defects(opened)
    source = asked.source or opened.record.name
    with store.transaction():
        held = _held(store, opened.base)
        _refuse_changed_base(opened, held)
        made = publication(
            _known(store, opened.base), opened.topology, Decision(asked.effective_on, decree, source), now=now, rng=rng
        )
        if asked.effective_on <= opened.record.base_as_of:
            raise refusals.before_its_base(asked.effective_on, opened.record.base_as_of)
        ending = _ending(held, made, asked.effective_on)
        _refuse_taken_codes(store, made, level=opened.base.level, day=asked.effective_on)
        return _written(store, made, ending, author=Author(who, f"Ban hành phương án {opened.record.name}", now))


def frozen_hash(units: gpd.GeoDataFrame) -> str:
    """Hash the geometry of units, so that anybody can tell whether it is still what was published.

    Parameters
    ----------
    units : GeoDataFrame
        Unit versions with ``code``, in any order.

    Returns
    -------
    str
        SHA-256 in hexadecimal digits, of each code and its normalised geometry as little-endian WKB, by code.

    Examples
    --------
    >>> square = gpd.GeoDataFrame({"code": ["1"]}, geometry=[shapely.box(0, 0, 1, 1)])
    >>> turned = square.set_geometry(shapely.reverse(square.geometry.to_numpy()))
    >>> frozen_hash(square) == frozen_hash(turned)
    True
    """
    ordered = units.sort_values("code")
    shapes = shapely.normalize(ordered.geometry.to_numpy())
    digest = hashlib.sha256()
    for code, content in zip(ordered["code"], shapely.to_wkb(shapes, byte_order=1), strict=True):
        digest.update(str(code).encode() + b"\0" + content)
    return digest.hexdigest()


def _held(store: Store, base: Topology) -> gpd.GeoDataFrame:
    """Read the versions of the plan's level that belong to its parents, whenever they are in force."""
    parents = sorted({unit.parent for unit in base.units.values()})
    frames = [
        store.read(UNITS, Query(where=(("level", base.level), ("parent", parent or None)))) for parent in parents
    ]  # fmt: skip
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=CRS_LONLAT)


def _refuse_changed_base(opened: OpenedPlan, held: gpd.GeoDataFrame) -> None:
    found = in_force(held, opened.record.base_as_of)
    found = found[found.geometry.notna()].sort_values("code")
    base = opened.base
    expected = sorted(base.units.values(), key=lambda unit: unit.code)
    if len(expected) == 1 and base.level == "beat" and not len(found):
        # A ward without beats is planned as one beat, which no version stands for.
        return
    told = list(zip(version_names(found), found["name"], found["unit_type"], strict=True))
    same = told == [(unit.origin, unit.name, unit.unit_type) for unit in expected]
    shapes = shapes_lonlat(polygons_of(base, [unit.code for unit in expected]))
    if not same or not shapely.equals(snap_to_grid(found.geometry.to_numpy()), shapes).all():
        raise plan_refusals.other_base(opened.record.base_mark, "")


def _refuse_defects(opened: OpenedPlan) -> None:
    defects = find_repairs(_frame(opened.topology))
    if not defects:
        return
    # A gap that somebody decided to leave was there at the opening and cannot have moved.
    left = {shapely.normalize(card.shape).wkb for card in find_repairs(_frame(opened.base)) if card.kind != "overlap"}
    fresh: list[Repair] = [card for card in defects if shapely.normalize(card.shape).wkb not in left]
    if fresh:
        raise refusals.unresolved(fresh)


def _frame(topology: Topology) -> gpd.GeoDataFrame:
    units = sorted(topology.units.values(), key=lambda unit: unit.code)
    shapes = shapes_lonlat(polygons_of(topology, [unit.code for unit in units]))
    told = {"code": [unit.code for unit in units], "name": [unit.name for unit in units]}
    return gpd.GeoDataFrame(told, geometry=shapes, crs=CRS_LONLAT)


def _known(store: Store, base: Topology) -> Base:
    population = population_of(store.read(UNITS, Query(where=(("level", base.level),), geometry=False)), base)
    people, _notes = people_in(store.read(PEOPLE_POINTS), base, population)
    return Base.of(base, population, people)


def _ending(held: gpd.GeoDataFrame, made: Publication, day: dt.date) -> gpd.GeoDataFrame:
    """Find the versions that end; they must be in force up to that day with nothing recorded behind it."""
    names = version_names(held)
    ending = held[np.isin(names, made.ended)]
    closed = ending[ending["valid_to"].fillna("") != ""]
    if len(closed):
        until = dt.date.fromisoformat(min(closed["valid_to"]))
        raise refusals.begun_already(day, version_names(closed), until=until)
    return ending


def _refuse_taken_codes(store: Store, made: Publication, *, level: str, day: dt.date) -> None:
    wanted = ("code", "valid_from", "valid_to")
    others = store.read(UNITS, Query(where=(("level", level),), columns=wanted, geometry=False))
    others = others[others["code"].isin(set(made.units["code"])) & ~np.isin(version_names(others), made.ended)]
    later = (others["valid_to"].fillna("") == "") | (others["valid_to"].fillna("") > day.isoformat())
    if later.any():
        raise refusals.code_taken(version_names(others[later]))


def _written(store: Store, made: Publication, ending: gpd.GeoDataFrame, *, author: Author) -> Published:
    day, decree = str(made.units["valid_from"].iloc[0]), made.units["decree"].iloc[0]
    ids = _texts(ending["id"])
    change = ChangeSet(
        UNITS,
        insert=made.units,
        update={version: {"valid_to": day} for version in ids},
        expected_row_version=dict(zip(ids, ending["row_version"].astype(int).tolist(), strict=True)),
    )
    store.apply(change, author)
    ended = tuple(sorted(version_names(ending)))
    links = made.links[made.links["from_version"].isin(ended)]
    if len(links):
        store.apply(ChangeSet(LINEAGE, insert=links), author)
    record = {"effective_on": day, "decree": decree, "frozen_hash": frozen_hash(made.units)}
    return Published(record, ended, tuple(version_names(made.units)), len(links))


def _texts(values: Iterable[object]) -> list[str]:
    return [str(value) for value in values]
