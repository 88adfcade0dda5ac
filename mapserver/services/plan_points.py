"""What is counted on the ground of plans: people, households, incidents as published, models; cameras for few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from layers.access.policy import Sight
from layers.access.viewer import Viewer
from layers.boundaries.versions import version_names
from layers.catalog import CAMERAS, PEOPLE_POINTS, SAFEZONES, SYNTHETIC
from layers.masking.audit import intervals
from layers.masking.cube import MonthOfCube
from layers.masking.lattice import SIDE, SpreadCounts, last_months, spread_over_cells
from layers.planning.arcs import OUTSIDE, Topology
from layers.planning.faces import polygons_of, shapes_lonlat
from layers.planning.measures import PEOPLE, Base
from layers.planning.plans import mark_of
from layers.planning.points import PlacedPoints, placed
from layers.wording import Text
from mapserver.services.published_files import Publication, Published
from mapserver.services.reader import Reader

__all__ = ["CAMERAS_KIND", "HOUSEHOLDS", "INCIDENTS_KIND", "MODELS", "PlanPoints", "cameras_of", "people_in",
           "points_of", "population_of"]  # fmt: skip

HOUSEHOLDS, INCIDENTS_KIND, MODELS, CAMERAS_KIND = "households", "incidents", "models", "cameras"
_MONTHS = 12
# Places tried along each side of the box around a unit.
_ACROSS = 8


@dataclass(frozen=True, eq=False)
class PlanPoints:
    """What is counted in the units that a plan starts from, and where it comes from.

    Parameters
    ----------
    area_m2 : mapping of str to float
        Geodesic area of each unit, by code; kept here because measuring it takes longer than counting.
    kinds : mapping of str to PlacedPoints
        ``people, households, incidents, models``, those there are data of; placed in the borders a plan starts from.
    notes : tuple of Text
        Which data, which period, what is withheld; one sentence for each.
    """

    area_m2: Mapping[str, float]
    kinds: Mapping[str, PlacedPoints]
    notes: tuple[Text, ...]

    def counted(self, cameras: PlacedPoints | None) -> dict[str, PlacedPoints]:
        """Add the cameras for somebody who may count them.

        Parameters
        ----------
        cameras : PlacedPoints or None
            From `cameras_of`.

        Returns
        -------
        dict of str to PlacedPoints
            By kind.
        """
        return {**self.kinds, **({} if cameras is None else {CAMERAS_KIND: cameras})}


def points_of(whole: Reader, publication: Publication, base: Topology) -> PlanPoints:
    """Place what is counted in the units that a plan starts from.

    Incidents are those of the published counts, whoever asks, so that a line drawn across a cell tells nothing that
    the published cell does not. Cameras are not among them: see `cameras_of`.

    Parameters
    ----------
    whole : Reader
        The store, not narrowed to a viewer; numbers of people and models are seen alike by everybody who plans.
    publication : Publication
        The published counts.
    base : Topology
        The borders.

    Returns
    -------
    PlanPoints
        What lies outside all units is left out. Kept until the data or the release change.

    Raises
    ------
    FileUnreadable
        When what was published is damaged.
    """
    versions, current = whole.store.versions(), publication.current()
    release = "" if current is None else current.name
    key = ("plan points", mark_of(base), release, *(versions[one.key] for one in (PEOPLE_POINTS, SAFEZONES)))
    made = whole.tables.get_or_make(key, lambda: _points(whole, current, base))
    assert isinstance(made, PlanPoints)  # noqa: S101 - tells mypy what this key holds
    return made


def _points(whole: Reader, current: Published | None, base: Topology) -> PlanPoints:
    population = population_of(whole.all_units(), base)
    people, of_people = people_in(whole.symbols(PEOPLE_POINTS), base, population)
    incidents, of_incidents = _incidents(current, base)
    models = _inside(_places(whole.symbols(SAFEZONES)), base)
    of_models = Text(
        f"Mô hình: {len(models.unit)} mô hình có vị trí; mô hình là vùng được tính tại một điểm bên trong.",
        f"Models: {len(models.unit)} with a place in the area; one that is an area counts at a place inside it.",
    )
    areas = Base.of(base, {}, {}).area_m2
    return PlanPoints(areas, {**people, **incidents, MODELS: models}, (*of_people, of_incidents, of_models))


def population_of(versions: pd.DataFrame, base: Topology) -> dict[str, float | None]:
    """Tell the published population of the units that a plan starts from.

    Parameters
    ----------
    versions : DataFrame
        Unit versions; geometries are not needed.
    base : Topology
        The borders.

    Returns
    -------
    dict of str to float or None
        By code; None where it is not known.
    """
    told = versions[(versions["level"] == base.level) & versions["population"].notna()]
    known = dict(zip(version_names(told), told["population"].astype(float).tolist(), strict=True))
    return {code: known.get(unit.origin) for code, unit in base.units.items()}


def people_in(
    frame: gpd.GeoDataFrame, base: Topology, population: Mapping[str, float | None]
) -> tuple[dict[str, PlacedPoints], tuple[Text, ...]]:
    """Place the numbers of people and households, if there are some in every unit.

    Parameters
    ----------
    frame : GeoDataFrame
        Rows of `catalog.PEOPLE_POINTS`.
    base : Topology
        The borders.
    population : mapping of str to float or None
        From `population_of`.

    Returns
    -------
    tuple of dict and tuple of Text
        Points by kind, none where people have to be spread by area, and where the numbers come from.
    """
    inside = _inside(_places(frame, weight=_numbers(frame, "people")), base)
    lacking = _without(inside, population)
    if not len(inside.unit) or lacking:
        return {}, (_people_by_ground(lacking if len(inside.unit) else 0, len(base.units)),)
    found = {PEOPLE: inside}
    notes = [
        Text(f"Dân số: {len(inside.unit)} điểm dân cư đã nạp, tính theo nơi ở.",
             f"People: {len(inside.unit)} points loaded, counted where they live."),
    ]  # fmt: skip
    if frame["households"].notna().any():
        found[HOUSEHOLDS] = _inside(_places(frame, weight=_numbers(frame, "households")), base)
    if frame["source"].eq(SYNTHETIC).any():
        notes.append(Text("Dân cư theo tổ dân phố là dữ liệu mô phỏng.", "Numbers of people by block are synthetic."))
    return found, tuple(notes)


def cameras_of(seen: Reader, viewer: Viewer, base: Topology) -> PlacedPoints | None:
    """Place the cameras, for somebody who sees all of them.

    Parameters
    ----------
    seen : Reader
        What the viewer may see.
    viewer : Viewer
        Who asks.
    base : Topology
        The borders.

    Returns
    -------
    PlacedPoints or None
        None where a camera of any unit is more than a number to the viewer.
    """
    if viewer.sight(CAMERAS.key, list(base.units)) is not Sight.EXACT:
        return None
    return _inside(_places(seen.symbols(CAMERAS)), base)


def _numbers(frame: gpd.GeoDataFrame, column: str) -> NDArray[np.float64]:
    return np.asarray(frame[column].astype("Float64").fillna(0.0), dtype=np.float64)


def _without(inside: PlacedPoints, population: Mapping[str, float | None]) -> int:
    """Count the units in which no point lies though people live there or may."""
    held = set(inside.unit)
    return sum(1 for code, people in population.items() if people != 0 and code not in held)


def _people_by_ground(lacking: int, units: int) -> Text:
    said = Text("Dân số: theo số công bố; phần đất chuyển giao ước tính theo diện tích.",
                "People: as published; of ground that changes hands estimated by its area.")  # fmt: skip
    if not lacking:
        return said
    return Text(f"{said.vi} Điểm dân cư đã nạp chưa đủ ({lacking}/{units} đơn vị chưa có) nên không dùng.",
                f"{said.en} The points loaded are not used: {lacking} of {units} units have none.")  # fmt: skip


def _incidents(current: Published | None, base: Topology) -> tuple[dict[str, PlacedPoints], Text]:
    months = () if current is None else last_months(current.cube, _MONTHS)
    if not months:
        return {}, Text("Vụ việc: chưa có số liệu công bố nên không tính.",
                        "Incidents: nothing is published yet, so none are counted.")  # fmt: skip
    apart = _by_unit(months, base)
    points = _joined([_spread(spread_over_cells(months), base), _over_units(apart, base)])
    return {INCIDENTS_KIND: points}, _of_incidents(months, sum(apart.values()))


def _spread(counts: SpreadCounts, base: Topology) -> PlacedPoints:
    """Keep the pieces of the plan's units; a place of theirs that falls outside is put at the piece's own."""
    home = placed(counts.home_lon, counts.home_lat, counts.weight, topology=base)
    kept = home.unit != OUTSIDE
    lon, lat = counts.lon[kept].ravel(), counts.lat[kept].ravel()
    points = placed(lon, lat, np.repeat(counts.weight[kept], SIDE**2), topology=base)
    out = points.unit == OUTSIDE
    at_home = [np.repeat(values[kept], SIDE**2) for values in (counts.home_lon, counts.home_lat, home.unit)]
    lon, lat, unit = (np.where(out, own, found) for own, found in zip(at_home, (lon, lat, points.unit), strict=True))
    return PlacedPoints(lon, lat, points.weight, unit)


def _by_unit(months: tuple[MonthOfCube, ...], base: Topology) -> dict[str, int]:
    """Find what the published totals of the plan's units have beyond their published cells."""
    codes = {unit.origin: code for code, unit in base.units.items()}
    found: dict[str, int] = {}
    for month in months:
        rest = intervals(month).rest.clip(min=0).sum(axis=1).tolist()
        for name, count in zip(month.units, rest, strict=True):
            if count and name in codes:
                found[codes[name]] = found.get(codes[name], 0) + int(count)
    return found


def _over_units(counts: Mapping[str, int], base: Topology) -> PlacedPoints:
    """Spread counts of whole units evenly over their ground."""
    codes = sorted(counts)
    parts = [
        _over_ground(code, shape, counts[code])
        for code, shape in zip(codes, shapes_lonlat(polygons_of(base, codes)), strict=True)
    ]
    return _joined(parts)


def _over_ground(code: str, shape: shapely.Geometry, count: int) -> PlacedPoints:
    west, south, east, north = shape.bounds
    middle = (np.arange(_ACROSS) + 0.5) / _ACROSS
    lon, lat = (axis.ravel() for axis in np.meshgrid(west + middle * (east - west), south + middle * (north - south)))
    inside = shapely.contains_xy(shape, lon, lat)
    lon, lat = lon[inside], lat[inside]
    if not len(lon):
        place = shapely.point_on_surface(shape)
        lon, lat = np.array([place.x]), np.array([place.y])
    return PlacedPoints(lon, lat, np.full(len(lon), count / len(lon)), np.full(len(lon), code, dtype=object))


def _joined(parts: Sequence[PlacedPoints]) -> PlacedPoints:
    empty = PlacedPoints(np.empty(0), np.empty(0), np.empty(0), np.empty(0, dtype=object))
    columns = ([getattr(part, name) for part in (empty, *parts)] for name in ("lon", "lat", "weight", "unit"))
    return PlacedPoints(*(np.concatenate(column) for column in columns))


def _of_incidents(months: tuple[MonthOfCube, ...], apart: int) -> Text:
    first, last = (f"{month.first_day:%m/%Y}" for month in (months[0], months[-1]))
    cell_m = max(month.rule.grid.cell_m for month in months)
    k = min(month.rule.k for month in months)
    more_vi = f" {apart} vụ chỉ công bố theo đơn vị được rải đều trên đơn vị." if apart else ""
    more_en = f" {apart} published by unit alone are spread evenly over their unit." if apart else ""
    return Text(
        f"Vụ việc theo số liệu công bố tháng {first}–{last}: ô {cell_m} m, mỗi ô rải đều; "
        f"số nhỏ hơn {k} được giữ kín.{more_vi}",
        f"Incidents as published for {first}–{last}: cells of {cell_m} m, each spread evenly; "
        f"numbers below {k} are withheld.{more_en}",
    )


def _places(
    frame: gpd.GeoDataFrame, weight: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Longitude, latitude and weight of each feature, at a point inside it."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    return shapely.get_x(points), shapely.get_y(points), np.ones(len(frame)) if weight is None else weight


def _inside(
    places: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]], base: Topology
) -> PlacedPoints:
    found = placed(*places[:2], places[2], topology=base)
    kept = found.unit != OUTSIDE
    return PlacedPoints(found.lon[kept], found.lat[kept], found.weight[kept], found.unit[kept])
