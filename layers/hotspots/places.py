"""What places must be like before a method may use them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from layers.errors import EmptyInput, InvalidParameter
from layers.wording import Text

__all__ = ["check_accuracy", "usable_places"]

Array = NDArray[np.float64]

# So many incidents of every hundred may be placed more coarsely than the scale of a method.
_COARSE_SHARE = 0.10

_WIDEN = Text("Mở rộng thời gian, loại vụ việc hoặc phạm vi.", "Widen the period, the categories or the area.")


def usable_places(x_m: Array, y_m: Array) -> tuple[Array, Array]:
    """Refuse places from which no pattern can be told.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.

    Returns
    -------
    tuple of ndarray
        The same, as float64.

    Raises
    ------
    EmptyInput
        With fewer than two incidents or all at one point.
    InvalidParameter
        When the arrays differ in length or hold a place that is not finite.
    """
    x_m, y_m = np.asarray(x_m, dtype=np.float64), np.asarray(y_m, dtype=np.float64)
    if x_m.shape != y_m.shape or not (np.isfinite(x_m).all() and np.isfinite(y_m).all()):
        raise InvalidParameter(
            Text("Có vụ việc chưa có vị trí dùng được.", "Some incidents have no usable place."),
            Text("Chỉ đưa vào các vụ đã có vị trí.", "Pass only incidents that have a place."),
        )
    if len(x_m) < 2:
        raise EmptyInput(
            Text("Cần ít nhất hai vụ có vị trí để tính điểm nóng hoặc mật độ.",
                 "Hotspots and a density need at least two incidents with a place."),
            _WIDEN,
        )  # fmt: skip
    if np.ptp(x_m) == 0 and np.ptp(y_m) == 0:
        raise EmptyInput(
            Text("Mọi vụ việc nằm tại cùng một điểm nên không tính được mật độ hay điểm nóng.",
                 "All incidents lie at one point, so there is no density or hotspot to compute."),
            Text("Kiểm tra cách xác định vị trí, hoặc mở rộng phạm vi.",
                 "Check how the places were found, or widen the area."),
        )  # fmt: skip
    return x_m, y_m


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
