"""Invented community-safety models and cameras, named by places only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from sample_maker import ground
from sample_maker.ground import Plot
from sample_maker.units import LE_THANH_NGHI, OldWard

_ZONE = dt.timezone(dt.timedelta(hours=7))
_LAST_HEARD = dt.datetime(2026, 10, 31, 23, 55, tzinfo=_ZONE)
_CAMERAS = 120
_CAMERAS_AT_HOME = 14
_STATUSES = (("Đang hoạt động", 0.85), ("Cần củng cố", 0.10), ("Tạm dừng", 0.05))
_CAMERA_STATUSES = (("Đang hoạt động", 0.90), ("Mất tín hiệu", 0.07), ("Đang bảo trì", 0.03))
_HAMLETS = ("Đông", "Đoài", "Thượng", "Hạ", "Trung", "Nội", "Ngoại", "Bắc", "Nam", "Tiền")
_CORNERS = ("Ngã tư", "Ngã ba", "Cổng chợ", "Cầu", "Bến xe", "Công viên", "Cổng trường", "Nhà văn hóa")


@dataclass(frozen=True)
class Recipe:
    """How models of one kind are made.

    Parameters
    ----------
    kind : str
        Slug of the kind.
    count : int
        How many in the city.
    at_home : int
        How many more in Lê Thanh Nghị, the ward the sample is about.
    name : str
        Pattern with ``{number}``, ``{hamlet}`` and ``{place}``.
    households, members : tuple of int
        Smallest and largest number.
    unit_types : tuple of str
        Where models of this kind are found.
    """

    kind: str
    count: int
    at_home: int
    name: str
    households: tuple[int, int]
    members: tuple[int, int]
    unit_types: tuple[str, ...]


_WARD = ("Phường",)
_COMMUNE = ("Xã",)
_ANY = ("Phường", "Xã", "Đặc khu")
RECIPES = (
    Recipe("camera_an_ninh", 30, 4, "Camera an ninh cụm {number} {place}", (60, 420), (3, 12), _ANY),
    Recipe("to_lien_gia_pccc", 30, 6, "Tổ liên gia PCCC số {number} {place}", (5, 15), (10, 45), _WARD),
    Recipe("khu_dan_cu_an_toan", 32, 6, "Khu dân cư số {number} {place}", (90, 520), (7, 25), _ANY),
    Recipe("khu_cong_nhan_tu_quan", 13, 1, "Khu công nhân số {number} {place}", (40, 260), (5, 18), _ANY),
    Recipe("dong_ho_tu_quan", 17, 0, "Dòng họ tự quản thôn {hamlet}, {place}", (25, 180), (5, 15), _COMMUNE),
    Recipe("cau_lac_bo_phap_luat", 19, 2, "Câu lạc bộ pháp luật số {number} {place}", (0, 0), (15, 60), _ANY),
)


def safezones(
    plots: list[Plot], old_wards: list[tuple[OldWard, shapely.Polygon]], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Make the models.

    Parameters
    ----------
    plots : list of Plot
        The units of the city.
    old_wards : list of (OldWard, Polygon)
        Whose names the models of Lê Thanh Nghị still carry.
    rng : numpy.random.Generator
        Source of everything.

    Returns
    -------
    list of dict
        Properties and `geometry` (a point, EPSG:4326) of each model.
    """
    shares = ground.weights(plots) ** 0.7
    home = next(position for position, plot in enumerate(plots) if plot.unit.code == LE_THANH_NGHI)
    taken: dict[tuple[str, str], int] = {}
    made = []
    for recipe in RECIPES:
        fitting = np.array([plot.unit.unit_type in recipe.unit_types for plot in plots])
        weight = shares * fitting
        chosen = rng.choice(len(plots), recipe.count, p=weight / weight.sum()).tolist()
        for position in [*chosen, *[home] * recipe.at_home]:
            plot = plots[position]
            place = shapely.Point(plot.places(1, rng)[0])
            name = _place_name(plot, place, old_wards)
            number = taken[recipe.kind, name] = taken.get((recipe.kind, name), 0) + 1
            hamlet = _HAMLETS[(number + position) % len(_HAMLETS)]
            title = recipe.name.format(number=number, hamlet=hamlet, place=name)
            made.append({"kind": recipe.kind, "name": title, **_figures(recipe, rng), "geometry": place})
    return made


def _place_name(plot: Plot, place: shapely.Point, old_wards: list[tuple[OldWard, shapely.Polygon]]) -> str:
    if plot.unit.code != LE_THANH_NGHI:
        return plot.unit.name
    return next((ward.name for ward, area in old_wards if area.contains(place)), plot.unit.name)


def _figures(recipe: Recipe, rng: np.random.Generator) -> dict[str, Any]:
    established = dt.date(2019, 1, 1) + dt.timedelta(days=int(rng.integers(0, 2700)))
    due = dt.date(2026, 9, 1) + dt.timedelta(days=int(rng.integers(0, 480)))
    households = int(rng.integers(recipe.households[0], recipe.households[1] + 1))
    status = _pick(_STATUSES, rng)
    score = rng.uniform(72, 98) if status == _STATUSES[0][0] else rng.uniform(48, 70)
    return {
        "established_on": established.isoformat(),
        "status": status,
        "households": households or None,
        "members": int(rng.integers(recipe.members[0], recipe.members[1] + 1)),
        "review_due": due.isoformat(),
        "score": round(float(score), 1),
    }


def cameras(plots: list[Plot], rng: np.random.Generator) -> list[dict[str, Any]]:
    """Make the cameras.

    Parameters
    ----------
    plots : list of Plot
        The units of the city.
    rng : numpy.random.Generator
        Source of everything.

    Returns
    -------
    list of dict
        Properties and `geometry` (a point, EPSG:4326) of each camera; angles in degrees
        clockwise from north, range in metres.
    """
    home = next(position for position, plot in enumerate(plots) if plot.unit.code == LE_THANH_NGHI)
    weight = ground.weights(plots) ** 1.4
    chosen = rng.choice(len(plots), _CAMERAS - _CAMERAS_AT_HOME, p=weight / weight.sum()).tolist()
    taken: dict[tuple[str, str], int] = {}
    made = []
    for position in [*chosen, *[home] * _CAMERAS_AT_HOME]:
        plot = plots[position]
        corner = _CORNERS[int(rng.integers(len(_CORNERS)))]
        number = taken[corner, plot.unit.name] = taken.get((corner, plot.unit.name), 0) + 1
        status = _pick(_CAMERA_STATUSES, rng)
        silent_minutes = int(rng.integers(0, 6) if status == "Đang hoạt động" else rng.integers(600, 20_000))
        heard = _LAST_HEARD - dt.timedelta(minutes=silent_minutes)
        made.append(
            {
                "name": f"{corner} số {number} {plot.unit.name}",
                "azimuth_deg": float(rng.integers(0, 24) * 15),
                "field_of_view_deg": float(rng.choice([60, 75, 90, 110])),
                "range_m": float(rng.choice([40, 60, 80, 100, 120])),
                "status": status,
                "last_heard_at": heard.isoformat(),
                "geometry": shapely.Point(plot.places(1, rng)[0]),
            }
        )
    return made


def _pick(options: tuple[tuple[str, float], ...], rng: np.random.Generator) -> str:
    shares = np.array([share for _, share in options])
    return options[int(rng.choice(len(shares), p=shares))][0]
