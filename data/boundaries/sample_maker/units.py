"""The units to draw: public facts, and the faces the drawn map is made of."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from layers import geo

HAI_PHONG = "31"
PLANE_EPSG = 9213  # VN-2000 / TM-3, meridian 106°30', the one that runs through the middle of the city.
SPECIAL_ZONES = ("11914", "11948")
LE_THANH_NGHI = "10532"
TAN_HUNG = "10537"
FORMED_FROM_LE_THANH_NGHI = "Thanh Bình, Tân Bình, Lê Thanh Nghị và một phần Trần Phú"


@dataclass(frozen=True)
class Unit:
    """One unit as the table of facts has it.

    Parameters
    ----------
    code, name, unit_type : str
        Official code, name without its type, type.
    province_code, province_name : str
        Of the province it belongs to.
    area_km2 : float
        Published area.
    population : int
        Published population.
    seat_lonlat : tuple of float
        A place in the unit, degrees, two decimals.
    """

    code: str
    name: str
    unit_type: str
    province_code: str
    province_name: str
    area_km2: float
    population: int
    seat_lonlat: tuple[float, float]


@dataclass(frozen=True)
class OldWard:
    """One piece of an old ward, drawn as a face of its own inside a new unit.

    Parameters
    ----------
    code, name : str
        Of the old ward.
    unit_code : str
        The new unit that the piece lies in.
    area_share : float
        Share of the new unit's area, between 0 and 1; schematic.
    offset_m : tuple of float
        Place of the piece, metres east and north of the seat of Lê Thanh Nghị; schematic.
    """

    code: str
    name: str
    unit_code: str
    area_share: float
    offset_m: tuple[float, float]


OLD_WARDS = (
    OldWard("10531", "Thanh Bình", LE_THANH_NGHI, 0.33, (-800.0, 800.0)),
    OldWard("10532", "Tân Bình", LE_THANH_NGHI, 0.39, (-350.0, -900.0)),
    OldWard("10534", "Lê Thanh Nghị", LE_THANH_NGHI, 0.19, (1000.0, 450.0)),
    OldWard("10528", "Trần Phú", LE_THANH_NGHI, 0.09, (1150.0, -750.0)),
    OldWard("10528", "Trần Phú", TAN_HUNG, 0.045, (1750.0, -1350.0)),
)


@dataclass(frozen=True)
class Face:
    """One area of the drawn coverage: a whole unit, or a piece of one.

    Parameters
    ----------
    unit_code : str
        The new unit it belongs to.
    old_ward : OldWard or None
        The old ward it is a piece of, where that is drawn.
    area_m2 : float
        The geodesic area it is to have.
    seat_m : tuple of float
        Where it is, metres in `PLANE_EPSG`.
    """

    unit_code: str
    old_ward: OldWard | None
    area_m2: float
    seat_m: tuple[float, float]


def read_units(path: Path, province_code: str | None = None) -> list[Unit]:
    """Read the table of facts.

    Parameters
    ----------
    path : Path
        ``units_2025.csv``.
    province_code : str, optional
        Only units of this province.

    Returns
    -------
    list of Unit
        In the order of the table.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [_unit(row) for row in rows if province_code in (None, row["province_code"])]


def _unit(row: dict[str, str]) -> Unit:
    return Unit(
        row["code"],
        row["name"],
        row["unit_type"],
        row["province_code"],
        row["province_name"],
        float(row["area_km2_published"]),
        int(row["population"]),
        (float(row["seat_lon"]), float(row["seat_lat"])),
    )


def to_plane(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Put places on the drawing plane.

    Parameters
    ----------
    lonlat : ndarray of float, shape (n, 2)
        Degrees.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Metres in `PLANE_EPSG`.
    """
    x_m, y_m = geo.transform_xy(lonlat[:, 0], lonlat[:, 1], from_epsg=4326, to_epsg=PLANE_EPSG)
    return np.column_stack([x_m, y_m])


def to_degrees(plane_m: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring places of the drawing plane back to degrees, rounded as they are written.

    Parameters
    ----------
    plane_m : ndarray of float, shape (n, 2)
        Metres in `PLANE_EPSG`.

    Returns
    -------
    ndarray of float, shape (n, 2)
        Degrees with six decimals.
    """
    lon, lat = geo.transform_xy(plane_m[:, 0], plane_m[:, 1], from_epsg=PLANE_EPSG, to_epsg=4326)
    degrees: NDArray[np.float64] = np.column_stack([lon, lat])
    return np.asarray(np.round(degrees, 6), dtype=np.float64)


def faces_of(units: list[Unit]) -> list[Face]:
    """List the faces of the mainland coverage: units, two of them cut into their pieces.

    Parameters
    ----------
    units : list of Unit
        Of the city; the special zones are islands and are left out.

    Returns
    -------
    list of Face
        Their areas sum to the published areas.
    """
    seats_m = to_plane(np.array([unit.seat_lonlat for unit in units]))
    seat_by_code = {unit.code: seat for unit, seat in zip(units, seats_m, strict=True)}
    faces = []
    for unit in units:
        if unit.code in SPECIAL_ZONES:
            continue
        pieces = [ward for ward in OLD_WARDS if ward.unit_code == unit.code]
        rest = 1.0 - sum(ward.area_share for ward in pieces)
        area_m2 = unit.area_km2 * 1e6
        for ward in pieces:
            east_m, north_m = seat_by_code[LE_THANH_NGHI] + np.array(ward.offset_m)
            faces.append(Face(unit.code, ward, area_m2 * ward.area_share, (float(east_m), float(north_m))))
        if rest > 1e-9:
            east_m, north_m = seat_by_code[unit.code]
            faces.append(Face(unit.code, None, area_m2 * rest, (float(east_m), float(north_m))))
    return faces
