"""The arithmetic of density surfaces: binning, kernels on a grid, convolution by fast Fourier transform."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["KERNELS", "convolve", "kernel_reach", "kernel_window", "linear_binning", "refinement"]

Array = NDArray[np.float64]

KERNELS = ("gaussian", "quartic")

# Beyond five bandwidths a Gaussian holds less than 4 in a million of its weight.
_REACH_BANDWIDTHS = {"gaussian": 5.0, "quartic": 1.0}

# How many cells a bandwidth must hold for the sum of every kernel to be met within one in a thousand.
_CELLS_IN_BANDWIDTH = {"gaussian": 5.0, "quartic": 40.0}

# Variance along one axis, in squared bandwidths.
_VARIANCE = {"gaussian": 1.0, "quartic": 1 / 8}


def linear_binning(row: Array, column: Array, *, shape: tuple[int, int]) -> Array:
    """Share each incident out among the four nearest cell centres (Wand 1994, section 3).

    Parameters
    ----------
    row, column : ndarray of float, shape (n,)
        Place in cells; 0 is the centre of the first cell.
    shape : tuple of int
        Rows and columns; incidents beyond the outermost centres are left out.

    Returns
    -------
    ndarray of float, shape (rows, columns)
        Incidents, in fractions.

    Examples
    --------
    >>> linear_binning(np.array([0.25]), np.array([0.5]), shape=(2, 2)).tolist()
    [[0.375, 0.375], [0.125, 0.125]]
    """
    rows, columns = shape
    inside = (row >= 0) & (row < rows - 1) & (column >= 0) & (column < columns - 1)
    row, column = row[inside], column[inside]
    first_row, first_column = row.astype(np.int64), column.astype(np.int64)
    north, east = row - first_row, column - first_column
    binned = np.zeros(rows * columns)
    for row_step, row_weight in ((0, 1 - north), (1, north)):
        for column_step, column_weight in ((0, 1 - east), (1, east)):
            cell = (first_row + row_step) * columns + first_column + column_step
            binned += np.bincount(cell, weights=row_weight * column_weight, minlength=rows * columns)
    return binned.reshape(shape)


def kernel_reach(kernel: str, *, bandwidth_m: float, cell_m: float) -> int:
    """Tell how many cells a kernel reaches.

    Parameters
    ----------
    kernel : str
        One of `KERNELS`.
    bandwidth_m, cell_m : float
        Metres.

    Returns
    -------
    int
        Cells to each side.

    Examples
    --------
    >>> kernel_reach("gaussian", bandwidth_m=500, cell_m=100), kernel_reach("quartic", bandwidth_m=500, cell_m=100)
    (25, 5)
    """
    return int(np.ceil(_REACH_BANDWIDTHS[kernel] * bandwidth_m / cell_m))


def refinement(kernel: str, *, bandwidth_m: float, cell_m: float, most: float) -> int:
    """Tell into how many parts a cell is cut along each axis for a surface to be exact enough.

    The number is odd, so that the middle part has the centre of its cell.

    Parameters
    ----------
    kernel : str
        One of `KERNELS`.
    bandwidth_m, cell_m : float
        Metres.
    most : float
        How many parts there is room for.

    Returns
    -------
    int
        1 where the cells are fine enough, or where there is no room for more.

    Examples
    --------
    >>> [refinement("quartic", bandwidth_m=1_000, cell_m=cell_m, most=9) for cell_m in (20, 40, 100, 500)]
    [1, 3, 5, 9]
    """
    wanted = _CELLS_IN_BANDWIDTH[kernel] * cell_m / bandwidth_m
    parts = min(np.ceil(wanted - 1e-9), np.floor(most))
    # The next odd number up, unless there is no room for it.
    odd = int(parts) | 1
    return max(1, odd if odd <= most else odd - 2)


def kernel_window(kernel: str, *, bandwidth_m: float, cell_m: float) -> Array:
    """Evaluate a kernel at cell centres, summing to 1 (Silverman 1986, eq. 4.4 and 4.6).

    Linear binning widens a kernel by cell²/6 on average along each axis; the kernel is narrowed
    by as much.

    Parameters
    ----------
    kernel : str
        One of `KERNELS`.
    bandwidth_m : float
        Standard deviation of the Gaussian, radius of the quartic; metres.
    cell_m : float
        Side of a cell, metres; at most the bandwidth, of the quartic at most half of it.

    Returns
    -------
    ndarray of float, shape (2 * reach + 1, 2 * reach + 1)
        Weights.

    Examples
    --------
    >>> kernel_window("quartic", bandwidth_m=200, cell_m=100).round(3)[1:4, 2].tolist()
    [0.139, 0.356, 0.139]
    """
    reach = kernel_reach(kernel, bandwidth_m=bandwidth_m, cell_m=cell_m)
    steps_m = np.arange(-reach, reach + 1) * cell_m
    squared = (steps_m[:, None] ** 2 + steps_m**2) / (bandwidth_m**2 - cell_m**2 / 6 / _VARIANCE[kernel])
    weights = np.exp(-0.5 * squared) if kernel == "gaussian" else np.maximum(1.0 - squared, 0.0) ** 2
    summed: Array = weights / weights.sum()
    return summed


def convolve(binned: Array, kernel: Array) -> Array:
    """Convolve a grid with a kernel where the kernel lies wholly on the grid.

    Parameters
    ----------
    binned : ndarray of float, shape (rows, columns)
        Not negative.
    kernel : ndarray of float, shape (2 * reach + 1, 2 * reach + 1)
        Weights.

    Returns
    -------
    ndarray of float, shape (rows - 2 * reach, columns - 2 * reach)
        Never negative.

    Examples
    --------
    >>> convolve(np.eye(3), np.ones((3, 3))).round(6).tolist()
    [[3.0]]
    """
    from scipy import fft  # a tenth of a second that only a density has to pay

    # A circle at least as long as the data: what wraps around falls on the cells cut off below.
    size = [fft.next_fast_len(length, real=True) for length in binned.shape]
    product = fft.rfft2(binned, size) * fft.rfft2(kernel, size)
    full = fft.irfft2(product, size)
    reach = kernel.shape[0] // 2
    valid = full[2 * reach : binned.shape[0], 2 * reach : binned.shape[1]]
    # The transform leaves noise of some 1e-16 of the peak around zero, on both sides of it.
    noise = 1e-12 * float(np.abs(valid).max(initial=0.0))
    return np.where(valid > noise, valid, 0.0)
