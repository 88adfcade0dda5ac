"""Corrected rows that came over the network, tried again by a job."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from layers.errors import AnttError
from layers.geo import Bounds
from layers.store import Store
from layers.store.system import Job
from mapserver.services.boundary_uploads import named_as_sent
from mapserver.services.own_rows import rows_of_importer
from mapserver.services.quarantine import RetryRequest, expire, retry_quarantine

__all__ = ["RETRY", "do_retry", "retry_task"]

RETRY = "retry_quarantine"


def retry_task(request: RetryRequest, importer: dict[str, object], *, name: str, days: int) -> dict[str, object]:
    """Write down what is to be tried again.

    Parameters
    ----------
    request : RetryRequest
        The file and whose rows it may hold.
    importer : dict
        Who sends it, as `importer_json` wrote it.
    name : str
        What the sender calls the file.
    days : int
        How long a row is kept in the quarantine.

    Returns
    -------
    dict
        Plain values.
    """
    region = None if request.region is None else list(request.region)
    return {
        "path": str(request.path), "who": request.who, "whose": request.whose, "region": region,
        "importer": importer, "name": name, "days": days,
    }  # fmt: skip


def do_retry(store: Store, job: Job, *, now: dt.datetime, rng: np.random.Generator) -> dict[str, object]:
    """Try the rows of a job again.

    Parameters
    ----------
    store : Store
        The store of record.
    job : Job
        Its request is a `retry_task`.
    now : datetime
        The moment.
    rng : numpy.random.Generator
        Source of the ids.

    Returns
    -------
    dict
        The counts.

    Raises
    ------
    AnttError
        When the file is not one of the quarantine's, or holds rows of somebody else.
    """
    asked: dict[str, Any] = dict(job.request)
    expire(store, now=now, days=asked["days"])
    request = RetryRequest(
        Path(asked["path"]),
        asked["who"],
        None if asked["region"] is None else Bounds(*asked["region"]),
        own=rows_of_importer(store, asked["importer"], now=now),
        whose=asked["whose"],
    )
    try:
        return dict(retry_quarantine(store, request, now=now, rng=rng).as_dict())
    except AnttError as problem:
        raise named_as_sent(problem, request.path, asked["name"]) from problem
