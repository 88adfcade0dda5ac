"""Where a result comes from: its inputs as one hash, its parameters, its seed and the program's version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers import __version__
from layers.incidents.identity import fingerprints

__all__ = ["Provenance", "hash_of_arrays", "hash_of_places"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Provenance:
    """What is needed to make a result again and to see that it is the same.

    Parameters
    ----------
    inputs_hash : str
        Hexadecimal SHA-256 that stands for the inputs.
    parameters : mapping of str to value
        Every choice that shaped the result.
    seed : int or None
        Of the random draws; None where there are none.
    version : str
        Of the program.
    """

    inputs_hash: str
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    seed: int | None = None
    version: str = __version__


def hash_of_arrays(*arrays: NDArray[Any]) -> str:
    """Hash arrays whose order matters, such as counts by cell.

    Parameters
    ----------
    *arrays : ndarray
        Numbers of any shape.

    Returns
    -------
    str
        64 hexadecimal digits, equal for equal arrays on every machine.

    Examples
    --------
    >>> hash_of_arrays(np.array([1, 2])) == hash_of_arrays(np.array([2, 1]))
    False
    """
    digest = sha256()
    for array in arrays:
        # Little-endian 64-bit numbers, so that another machine or integer width gives the same hash.
        plain = np.ascontiguousarray(array, dtype="<f8" if array.dtype.kind == "f" else "<i8")
        digest.update(f"{plain.dtype.str}{plain.shape}".encode())
        digest.update(plain.tobytes())
    return digest.hexdigest()


def hash_of_places(x_m: Array, y_m: Array) -> str:
    """Hash places whose order does not matter.

    The hash of a set is the hash of the sums of its members' hashes, which costs a tenth of sorting.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north, metres.

    Returns
    -------
    str
        64 hexadecimal digits, equal for the same places in any order.

    Examples
    --------
    >>> x_m, y_m = np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 7.0])
    >>> hash_of_places(x_m, y_m) == hash_of_places(x_m[::-1], y_m[::-1])
    True
    """
    # Adding zero makes the two zeros one.
    east, north = ((values + 0.0).view(np.int64) for values in (np.asarray(x_m, float), np.asarray(y_m, float)))
    sums = [fingerprints([east, north]).sum(dtype=np.uint64), fingerprints([north, east]).sum(dtype=np.uint64)]
    return hash_of_arrays(np.array([len(east)]), np.array(sums, dtype=np.uint64).view(np.int64))
