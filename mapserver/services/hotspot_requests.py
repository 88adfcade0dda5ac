"""What may be asked of a hotspot method: one table of options for the page, the command line and jobs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np

from layers.errors import InvalidParameter
from layers.geo import is_metric
from layers.hotspots.methods import METHOD_NAMES
from layers.hotspots.surfaces import KERNELS
from layers.incidents.places import check_epsg
from layers.wording import Text

__all__ = ["OPTIONS", "OPTION_NAMES", "SHAPES", "SLICES", "HotspotRequest", "options_of", "request_of"]

SHAPES = ("square", "hexagon", "units")
SLICES = ("all", "hour", "weekday")
_LARGEST_SEED = 2**32 - 1
_MOST_BANDS = 12
# Metres or days; less is no measure of anything, and numbers near zero overflow what is divided by them.
_LEAST_LENGTH = 0.01
# Incidents know the day they happened on: in a shorter period there would be nothing, or a whole day.
_LEAST_DAYS = 1.0
# With fewer no order of wins and losses is rarer than one in twenty, so nothing could be shown.
_LEAST_PERIODS = 5


@dataclass(frozen=True)
class HotspotRequest:
    """A method and its options; those that the method does not take are not looked at.

    Parameters
    ----------
    method : str
        A key of `METHOD_NAMES`.
    area : str
        ``units``: the units loaded, or the unit of the filter; ``own``: the units that whoever asks answers for;
        ``bbox``: the box around the incidents.
    crs : int or None
        EPSG code of the metric system; None to choose it.
    shape : str
        One of `SHAPES`.
    cell_m : float
        Side of a square, width of a hexagon, metres.
    permutations : int
        How many are drawn at least.
    seed : int
        Of what is drawn.
    bandwidth_m : float or None
        Of a density, metres; None for the stated rule.
    kernel : str
        Of a density.
    by : str
        One of `SLICES`: one density of all incidents, or one for each hour or weekday.
    eps_m, eps_days : float
        Reach of a cluster, metres and days.
    min_points : int
        Incidents that make a cluster.
    step_days : float
        Length of a step of a space–time cube, days.
    distance_m, days : tuple of float
        Upper edges of the rings of near repeats, metres and days.
    rounding_m : float
        Side of a repeat place, metres.
    period_days : float
        Length of a period of the back-test, days.
    periods : int
        Periods of the back-test.
    coverages : tuple of float
        Shares of the area that the back-test marks.
    """

    method: str = "gistar"
    area: str = "units"
    crs: int | None = None
    shape: str = "square"
    cell_m: float = 500.0
    permutations: int = 999
    seed: int = 1
    bandwidth_m: float | None = None
    kernel: str = "gaussian"
    by: str = "all"
    eps_m: float = 300.0
    eps_days: float = 14.0
    min_points: int = 10
    step_days: float = 30.0
    distance_m: tuple[float, ...] = (0.0, 100.0, 200.0, 400.0)
    days: tuple[float, ...] = (7.0, 14.0, 28.0)
    rounding_m: float = 50.0
    period_days: float = 30.0
    periods: int = 6
    coverages: tuple[float, ...] = (0.01, 0.05, 0.1, 0.2)

    def taken(self, *, backtest: bool = False) -> dict[str, object]:
        """List the options that shape the answer.

        Parameters
        ----------
        backtest : bool
            Whether of the back-test.

        Returns
        -------
        dict
            Plain values.
        """
        names = options_of(self.method, backtest=backtest)
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name in names}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


_EVERY = frozenset({"area", "crs"})
_CELLS = frozenset({"shape", "cell_m"})
_CHANCE = frozenset({"permutations", "seed"})
_REACH = frozenset({"eps_m", "min_points"})

# Method -> the options it takes beside those of every method.
OPTIONS: Mapping[str, frozenset[str]] = {
    "gistar": _CELLS | _CHANCE,
    "moran": _CELLS | _CHANCE,
    "density": frozenset({"bandwidth_m", "kernel", "by"}),
    "dbscan": _REACH,
    "stdbscan": _REACH | {"eps_days"},
    "near_repeat": _CHANCE | {"distance_m", "days"},
    "emerging": _CELLS | _CHANCE | {"step_days"},
    "repeats": frozenset({"rounding_m"}),
}
_BACKTEST = _CELLS | {"seed", "period_days", "periods", "coverages"}


def options_of(method: str, *, backtest: bool = False) -> frozenset[str]:
    """List the options that a method takes.

    Parameters
    ----------
    method : str
        A key of `METHOD_NAMES`.
    backtest : bool
        Whether of its back-test.

    Returns
    -------
    frozenset of str
        Names.

    Raises
    ------
    InvalidParameter
        When there is no such method.
    """
    if method not in OPTIONS:
        raise InvalidParameter(
            Text(f"Không có phương pháp “{method}”.", f"There is no method “{method}”."),
            Text(f"Chọn một trong: {', '.join(METHOD_NAMES)}.", f"Choose one of: {', '.join(METHOD_NAMES)}."),
        )
    own = OPTIONS[method] | _EVERY
    return (own - {"permutations", "by"}) | _BACKTEST if backtest else own


def request_of(texts: Mapping[str, str], *, backtest: bool = False) -> HotspotRequest:
    """Read a request from texts.

    Parameters
    ----------
    texts : mapping of str to str
        Option -> as written; ``method`` among them, and nothing that is empty.
    backtest : bool
        Whether a back-test is asked for.

    Returns
    -------
    HotspotRequest
        Typed and checked.

    Raises
    ------
    InvalidParameter
        When an option is not one of the method's or its value is not understood.

    Examples
    --------
    >>> asked = request_of({"method": "dbscan", "eps_m": "250"})
    >>> asked.eps_m, asked.min_points
    (250.0, 10)
    """
    method = texts.get("method", HotspotRequest.method)
    known = options_of(method, backtest=backtest)
    values: dict[str, object] = {"method": method}
    for name, text in texts.items():
        if name != "method":
            if name not in known:
                raise _not_taken(method, name, known)
            values[name] = _READERS[name](name, text)
    return HotspotRequest(**values)  # type: ignore[arg-type] # the readers give what the fields declare


def _not_taken(method: str, name: str, known: frozenset[str]) -> InvalidParameter:
    listed = ", ".join(sorted(known))
    return InvalidParameter(
        Text(f"Phương pháp “{method}” không dùng “{name}”.", f"The method “{method}” takes no “{name}”."),
        Text(f"Dùng một trong: {listed}.", f"Use one of: {listed}."),
    )


def _wrong(name: str, text: str, example: str) -> InvalidParameter:
    return InvalidParameter(
        Text(f"“{name}={text}” không dùng được.", f"“{name}={text}” cannot be used."),
        Text(f"Ví dụ: {name}={example}.", f"Such as {name}={example}."),
    )


def _length(example: str, *, least: float = _LEAST_LENGTH) -> Callable[[str, str], float]:
    def read(name: str, text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not (least <= number < 1e7):
            raise _wrong(name, text, example)
        return number

    return read


def _whole(least: int, most: int, example: str) -> Callable[[str, str], int]:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
            raise _wrong(name, text, example)
        return int(text)

    return read


def _one_of(*choices: str) -> Callable[[str, str], str]:
    def read(name: str, text: str) -> str:
        if text not in choices:
            raise _wrong(name, text, " | ".join(choices))
        return text

    return read


def _rising(example: str, *, most: float = 1e7, zero: bool = False) -> Callable[[str, str], tuple[float, ...]]:
    def read(name: str, text: str) -> tuple[float, ...]:
        try:
            values = tuple(float(part) for part in text.split(","))
        except ValueError as problem:
            raise _wrong(name, text, example) from problem
        starts = values[0] >= 0 if zero else values[0] > 0
        if not (starts and len(values) <= _MOST_BANDS and values[-1] <= most and bool((np.diff(values) > 0).all())):
            raise _wrong(name, text, example)
        return values

    return read


def _metric(name: str, text: str) -> int:
    digits = text.upper().removeprefix("EPSG:")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 6):
        raise _wrong(name, text, "EPSG:9210")
    check_epsg(int(digits))
    if not is_metric(int(digits)):
        raise InvalidParameter(
            Text(f"EPSG:{digits} không phải hệ tọa độ mét dùng để đo.", f"EPSG:{digits} is no system to measure in."),
            Text("Chọn một hệ VN-2000 hoặc UTM, ví dụ EPSG:9210.", "Choose VN-2000 or UTM, such as EPSG:9210."),
        )
    return int(digits)


_READERS: Mapping[str, Callable[[str, str], object]] = {
    "area": _one_of("units", "own", "bbox"),
    "crs": _metric,
    "shape": _one_of(*SHAPES),
    "cell_m": _length("500"),
    "permutations": _whole(19, 99_999, "999"),
    "seed": _whole(0, _LARGEST_SEED, "1"),
    "bandwidth_m": _length("500"),
    "kernel": _one_of(*KERNELS),
    "by": _one_of(*SLICES),
    "eps_m": _length("300"),
    "eps_days": _length("14"),
    "min_points": _whole(2, 100_000, "10"),
    "step_days": _length("30", least=_LEAST_DAYS),
    "distance_m": _rising("0,100,200,400", zero=True),
    "days": _rising("7,14,28"),
    "rounding_m": _length("50"),
    "period_days": _length("30", least=_LEAST_DAYS),
    "periods": _whole(_LEAST_PERIODS, 60, "6"),
    "coverages": _rising("0.01,0.05,0.1,0.2", most=1.0),
}

# Every option of any method.
OPTION_NAMES = tuple(_READERS)
