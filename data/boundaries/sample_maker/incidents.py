"""Invented incidents with the patterns a real list shows: places, hours, week, Tết, and flaws."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from layers import catalog
from sample_maker import ground
from sample_maker.ground import Plot
from sample_maker.units import LE_THANH_NGHI

COLUMNS = (
    "Số hồ sơ",
    "Ngày xảy ra",
    "Giờ",
    "Loại vụ việc",
    "Mức độ",
    "Trạng thái",
    "Kinh độ",
    "Vĩ độ",
    "Phường, xã",
    "Ghi chú",
)
FIRST_DAY = dt.date(2024, 7, 1)
LAST_DAY = dt.date(2026, 10, 31)
_COUNT = 6000
_WITHOUT_PLACE = 40
_WITHOUT_HOUR = 0.06
# Rows whose date nobody can read, so that a first import shows what quarantine is.
_BAD_DATES = {1200: "31/02/2025", 3100: "không rõ", 4700: "45/13/2025"}
_TET = (dt.date(2025, 1, 29), dt.date(2026, 2, 17))
_WEEK = np.array([0.98, 0.95, 0.96, 1.00, 1.12, 1.20, 1.08])
_GROWTH_A_YEAR = 0.06
_NOTES = ("Dữ liệu mô phỏng", "Tiếp nhận tại trụ sở", "Tiếp nhận qua điện thoại", "Tổ tuần tra báo về", "")
_SEVERITIES = (("Ít nghiêm trọng", 0.74), ("Nghiêm trọng", 0.22), ("Rất nghiêm trọng", 0.04))


@dataclass(frozen=True)
class Habit:
    """How one category behaves.

    Parameters
    ----------
    slug : str
        Of the category; its Vietnamese title is what is written.
    share : float
        Of all incidents outside clusters.
    peaks : tuple of (float, float, float)
        Hour, width in hours and size of each daily peak over an even ground of 0.15.
    """

    slug: str
    share: float
    peaks: tuple[tuple[float, float, float], ...]


_EVENING = (20.5, 2.2, 1.0)
HABITS = (
    Habit("trom_cap", 0.29, ((20.5, 2.8, 0.8), (2.5, 1.8, 0.6), (12.5, 1.5, 0.3))),
    Habit("tai_nan_giao_thong", 0.18, ((18.0, 1.8, 1.0), (7.0, 1.2, 0.6), (22.0, 1.5, 0.5))),
    Habit("gay_roi", 0.12, ((21.5, 1.8, 1.4),)),
    Habit("ma_tuy", 0.09, ((22.0, 2.5, 0.9), (15.0, 2.5, 0.4))),
    Habit("te_nan_xa_hoi", 0.08, ((21.0, 2.2, 1.0), (15.0, 2.0, 0.4))),
    Habit("co_y_gay_thuong_tich", 0.06, (_EVENING,)),
    Habit("kinh_te", 0.05, ((10.0, 2.0, 1.0), (15.0, 2.0, 1.0))),
    Habit("moi_truong_attp", 0.045, ((9.5, 2.0, 1.0), (16.0, 2.0, 0.6))),
    Habit("chay_no", 0.035, ((19.0, 2.5, 0.8), (13.0, 2.0, 0.5))),
    Habit("cuop", 0.025, (_EVENING,)),
    Habit("khac", 0.025, ((10.0, 3.0, 0.6), _EVENING)),
)


@dataclass(frozen=True)
class Cluster:
    """A place where more happens than around it.

    Parameters
    ----------
    unit_code : str
        The unit it lies in.
    shift : tuple of float
        Its middle, degrees east and north of the unit's middle.
    spread_m : float
        Standard deviation of the distance.
    count : int
        How many incidents it adds.
    mainly : str
        Slug of the category that makes up two thirds of it.
    """

    unit_code: str
    shift: tuple[float, float]
    spread_m: float
    count: int
    mainly: str


CLUSTERS = (
    Cluster(LE_THANH_NGHI, (0.0, 0.0), 230.0, 340, "trom_cap"),
    Cluster("11383", (0.002, -0.001), 260.0, 70, "gay_roi"),
    Cluster("11359", (0.0, 0.001), 240.0, 130, "trom_cap"),
    Cluster("11413", (-0.004, 0.002), 320.0, 110, "ma_tuy"),
    Cluster("11581", (0.003, 0.0), 340.0, 100, "tai_nan_giao_thong"),
    Cluster("11560", (0.0, -0.003), 360.0, 90, "tai_nan_giao_thong"),
    Cluster("10549", (0.002, 0.002), 330.0, 70, "trom_cap"),
    Cluster("11455", (0.0, 0.0), 300.0, 70, "gay_roi"),
)


def rows(plots: list[Plot], rng: np.random.Generator) -> list[dict[str, str]]:
    """Make the table of incidents.

    Parameters
    ----------
    plots : list of Plot
        The units of the city.
    rng : numpy.random.Generator
        Source of everything.

    Returns
    -------
    list of dict of str to str
        One per incident in the order of their days; coordinates in degrees.
    """
    position, places, category = _where_and_what(plots, rng)
    order = rng.permutation(_COUNT)
    position, places, category = position[order], places[order], category[order]
    days = np.sort(rng.choice(len(_day_weights()), _COUNT, p=_day_weights()))
    unplaced = set(rng.choice(_COUNT, _WITHOUT_PLACE, replace=False).tolist())
    serial: dict[int, int] = {}
    made = []
    for row in range(_COUNT):
        day = FIRST_DAY + dt.timedelta(days=int(days[row]))
        serial[day.year] = serial.get(day.year, 0) + 1
        lon, lat = ("", "") if row in unplaced else (f"{value:.5f}" for value in places[row])
        values = (
            f"HP-{day.year}-{serial[day.year]:05d}",
            _BAD_DATES.get(row, f"{day:%d/%m/%Y}"),
            _time(HABITS[category[row]], rng),
            _title(HABITS[category[row]].slug),
            _severity(rng),
            _status(day, rng),
            lon,
            lat,
            plots[position[row]].title,
            _NOTES[int(rng.integers(len(_NOTES)))],
        )
        made.append(dict(zip(COLUMNS, values, strict=True)))
    return made


def _where_and_what(
    plots: list[Plot], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    slugs = [habit.slug for habit in HABITS]
    shares = np.array([habit.share for habit in HABITS])
    position_by_code = {plot.unit.code: position for position, plot in enumerate(plots)}
    scattered = rng.multinomial(_COUNT - sum(cluster.count for cluster in CLUSTERS), ground.weights(plots))
    positions, places, categories = [], [], []
    for position, count in enumerate(scattered):
        positions.append(np.full(count, position))
        places.append(plots[position].places(int(count), rng))
        categories.append(rng.choice(len(HABITS), count, p=shares / shares.sum()))
    for cluster in CLUSTERS:
        position = position_by_code[cluster.unit_code]
        positions.append(np.full(cluster.count, position))
        places.append(_cluster_places(plots[position], cluster, rng))
        other = rng.choice(len(HABITS), cluster.count, p=shares / shares.sum())
        mainly = slugs.index(cluster.mainly)
        categories.append(np.where(rng.uniform(size=cluster.count) < 2 / 3, mainly, other))
    return np.concatenate(positions), np.vstack(places), np.concatenate(categories)


def _cluster_places(plot: Plot, cluster: Cluster, rng: np.random.Generator) -> NDArray[np.float64]:
    middle = plot.area_lonlat.centroid
    place = (middle.x + cluster.shift[0], middle.y + cluster.shift[1])
    return plot.around(place, cluster.spread_m, cluster.count, rng=rng)


def _day_weights() -> NDArray[np.float64]:
    days = [FIRST_DAY + dt.timedelta(days=passed) for passed in range((LAST_DAY - FIRST_DAY).days + 1)]
    week = np.array([_WEEK[day.weekday()] for day in days])
    growth = 1 + _GROWTH_A_YEAR * np.arange(len(days)) / 365.25
    from_tet = np.array([min(abs((day - tet).days - 1.5) for tet in _TET) for day in days])
    weights = week * growth * (1 - 0.6 * np.exp(-((from_tet / 4.0) ** 2)))
    return np.asarray(weights / weights.sum())


def _time(habit: Habit, rng: np.random.Generator) -> str:
    if rng.uniform() < _WITHOUT_HOUR:
        return ""
    hours = np.arange(24) + 0.5
    weight = np.full(24, 0.15)
    for peak, width, size in habit.peaks:
        apart = np.abs(hours - peak)
        weight += size * np.exp(-0.5 * (np.minimum(apart, 24 - apart) / width) ** 2)
    hour = int(rng.choice(24, p=weight / weight.sum()))
    # People write round minutes down.
    minute = int(rng.choice(np.arange(0, 60, 5))) if rng.uniform() < 0.7 else int(rng.integers(60))
    return f"{hour:02d}:{minute:02d}"


def _title(slug: str) -> str:
    titles = {category.slug: category.title.vi for category in catalog.categories() if not category.sensitive}
    return titles[slug]


def _severity(rng: np.random.Generator) -> str:
    shares = np.array([share for _, share in _SEVERITIES])
    return _SEVERITIES[int(rng.choice(len(shares), p=shares))][0]


def _status(day: dt.date, rng: np.random.Generator) -> str:
    age_days = (LAST_DAY - day).days
    if rng.uniform() < np.exp(-age_days / 120):
        return "Mới tiếp nhận" if age_days < 10 else "Đang xử lý"
    return "Đã kết thúc"
