"""Incidents as arrays of metres and days: what every method asks of them, in one place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.wording import Text

__all__ = ["Points", "check_accuracy", "check_positive", "spread_points", "usable_points"]

Array = NDArray[np.float64]

# So many incidents of every hundred may be placed more coarsely than the scale of a method.
_COARSE_SHARE = 0.10


class Points(NamedTuple):
    """Incidents with a place and a day.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in a metric system.
    day : ndarray of float, shape (n,)
        Days since any fixed day; parts of a day are allowed.
    """

    x_m: Array
    y_m: Array
    day: Array

    @property
    def xy_m(self) -> Array:
        """Places side by side, metres, shape (n, 2)."""
        return np.column_stack([self.x_m, self.y_m])

    def canonical_order(self) -> NDArray[np.int64]:
        """Give the order by east, north and day, so that no result depends on the order of rows.

        Returns
        -------
        ndarray of int64, shape (n,)
            Numbers of rows.
        """
        return np.lexsort((self.day, self.y_m, self.x_m)).astype(np.int64)


def usable_points(x_m: Array, y_m: Array, day: Array | None = None, *, least: int) -> Points:
    """Check incidents before a method works on them.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.
    day : ndarray of float, shape (n,), optional
        Days since any fixed day; 0 for all when left out.
    least : int
        How many incidents the method needs.

    Returns
    -------
    Points
        The incidents as floating-point numbers.

    Raises
    ------
    InvalidParameter
        When the columns differ in length or hold something that is not finite.
    EmptyInput
        With fewer incidents than needed.

    Examples
    --------
    >>> usable_points(np.array([1, 2]), np.array([3, 4]), least=2).day
    array([0., 0.])
    """
    x_m, y_m = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    days = np.zeros(x_m.shape) if day is None else np.asarray(day, dtype=np.float64)
    alike = x_m.ndim == 1 and x_m.shape == y_m.shape == days.shape
    if not (alike and all(np.isfinite(column).all() for column in (x_m, y_m, days))):
        raise InvalidParameter(
            Text("Có vụ việc chưa có vị trí hoặc ngày dùng được.", "Some incidents have no usable place or day."),
            Text("Chỉ đưa vào các vụ đã có vị trí và ngày.", "Pass only incidents that have a place and a day."),
        )
    if len(x_m) < least:
        raise EmptyInput(
            Text(f"Có {len(x_m)} vụ; phương pháp này cần ít nhất {least} vụ.",
                 f"There are {len(x_m)} incidents; this method needs at least {least}."),
            Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area."),
        )  # fmt: skip
    return Points(x_m, y_m, days)


def spread_points(x_m: Array, y_m: Array) -> Points:
    """Check incidents before a method that needs more than one place.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.

    Returns
    -------
    Points
        Two or more, not all at one point.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or all at one point.
    InvalidParameter
        When the columns differ in length or hold a place that is not finite.
    """
    points = usable_points(x_m, y_m, least=2)
    if np.ptp(points.x_m) == 0 and np.ptp(points.y_m) == 0:
        raise EmptyInput(
            Text("Mọi vụ việc nằm tại cùng một điểm nên không tính được mật độ hay điểm nóng.",
                 "All incidents lie at one point, so there is no density or hotspot to compute."),
            Text("Kiểm tra cách xác định vị trí, hoặc mở rộng phạm vi.",
                 "Check how the places were found, or widen the area."),
        )  # fmt: skip
    return points


def check_positive(name: str, value: float) -> None:
    """Refuse a length, a duration or a number that is not more than zero.

    Parameters
    ----------
    name : str
        Name of the parameter.
    value : float
        Its value.

    Raises
    ------
    InvalidParameter
        When it is not finite or not more than zero.
    """
    if not (np.isfinite(value) and value > 0):
        raise InvalidParameter(
            Text(f"{name} = {value:g} không dùng được.", f"{name} = {value:g} cannot be used."),
            Text("Chọn một số lớn hơn 0.", "Choose a number greater than 0."),
        )


def check_accuracy(accuracy_m: Array, *, scale_m: float) -> None:
    """Refuse places that are coarser than what shall be told from them.

    Parameters
    ----------
    accuracy_m : ndarray of float, shape (n,)
        How far each incident may be from its place, metres; nan where that is not known.
    scale_m : float
        Side of a cell or bandwidth, metres.

    Raises
    ------
    InvalidParameter
        When more than one in ten of the known accuracies is coarser than the scale.

    Examples
    --------
    >>> check_accuracy(np.array([20.0, 30.0, np.nan]), scale_m=100)
    >>> check_accuracy(np.array([1000.0, 1000.0]), scale_m=100)
    Traceback (most recent call last):
    layers.errors.InvalidParameter: 2 of 2 incidents are placed only to within more than 100 m.
    """
    known_m = accuracy_m[np.isfinite(accuracy_m)]
    coarse = int((known_m > scale_m).sum())
    if coarse <= _COARSE_SHARE * len(known_m):
        return
    least_m = float(np.quantile(known_m, 1 - _COARSE_SHARE, method="higher"))
    raise InvalidParameter(
        Text(f"{coarse} trong {len(known_m)} vụ chỉ có vị trí với sai số trên {scale_m:g} m.",
             f"{coarse} of {len(known_m)} incidents are placed only to within more than {scale_m:g} m."),
        Text(f"Chọn cỡ ô hoặc bán kính từ {least_m:.0f} m, hoặc chỉ lấy các vụ có vị trí chính xác hơn.",
             f"Choose cells or a bandwidth of {least_m:.0f} m or more, or only incidents placed more exactly."),
    )  # fmt: skip
