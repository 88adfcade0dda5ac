"""Hotspots as a job: the same answer as at once, found by the process that does jobs, with the sight of who asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from layers.access.viewer import Viewer
from layers.errors import Forbidden
from layers.geo import Bounds
from layers.records import Filter, Period, UnitRef
from layers.store import Store
from layers.store.system import Job
from layers.store.system_accounts import Accounts
from layers.wording import Text
from mapserver.services.following import Following, Stopped
from mapserver.services.hotspot_maps import Conduct, backtest_hotspots, find_hotspots
from mapserver.services.hotspot_requests import request_of
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.services.sight import seen_by

__all__ = ["HOTSPOTS", "HotspotTask", "do_hotspots"]

HOTSPOTS = "hotspots"


@dataclass(frozen=True)
class HotspotTask:
    """What a person asked for.

    Parameters
    ----------
    asked : Filter
        Which incidents.
    options : mapping of str to str
        Method and options as written.
    backtest : bool
        Whether the back-test alone is wanted.
    who : str
        Who asked, as the history names them.
    account_id : str or None
        Whose sight the work is done with; None where there are no accounts.
    language : str
        Language of the answer.
    timezone : str
        IANA name of the zone that defines a day.
    """

    asked: Filter
    options: Mapping[str, str]
    backtest: bool
    who: str
    account_id: str | None
    language: str
    timezone: str

    def to_plain(self) -> dict[str, object]:
        """Write the task as plain values for the row of a job.

        Returns
        -------
        dict
            As `from_plain` reads it.
        """
        asked, period = self.asked, self.asked.period
        return {
            **vars(self),
            "options": dict(self.options),
            "asked": {
                **vars(asked),
                "as_of": asked.as_of and asked.as_of.isoformat(),
                "period": [day and day.isoformat() for day in (period.since, period.until)],
                "unit": asked.unit and str(asked.unit),
                "bounds": asked.bounds and list(asked.bounds),
            },
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> HotspotTask:
        """Read a task from the row of a job.

        Parameters
        ----------
        plain : mapping
            As `to_plain` wrote it.

        Returns
        -------
        HotspotTask
            The same task.
        """
        asked = dict(plain["asked"])
        asked |= {name: tuple(asked[name]) for name in ("categories", "severities", "statuses")}
        asked |= {
            "as_of": _day(asked["as_of"]),
            "period": Period(*(_day(day) for day in asked["period"])),
            "unit": UnitRef.parse(asked["unit"]) if asked["unit"] else None,
            "bounds": Bounds(*asked["bounds"]) if asked["bounds"] else None,
        }
        return cls(**{**plain, "asked": Filter(**asked)})


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def do_hotspots(
    store: Store, job: Job, following: Following, *, accounts: Accounts, now: dt.datetime
) -> dict[str, object]:
    """Find hotspots, or test a method, for a job.

    Parameters
    ----------
    store : Store
        The store of record.
    job : Job
        With a `HotspotTask` as its request.
    following : Following
        How the work is followed.
    accounts : Accounts
        Whose sight the work may be done with.
    now : datetime
        The moment.

    Returns
    -------
    dict
        What the page would have been answered; ``state`` is ``cancelled`` when it was stopped.

    Raises
    ------
    AnttError
        When it cannot be done, or who asked may no longer see anything.
    """
    task = HotspotTask.from_plain(job.request)
    reader = _reader_of(store, task, accounts, now=now)
    request = request_of(task.options, backtest=task.backtest)
    conduct = Conduct(following, is_sent=True)
    following.tell(0, 1)
    try:
        if task.backtest:
            return backtest_hotspots(reader, task.asked, request, now=now, conduct=conduct).as_json(task.language)
        return find_hotspots(reader, task.asked, request, now=now, conduct=conduct).as_geojson(task.language)
    except Stopped:
        return {"state": "cancelled"}


def _reader_of(store: Store, task: HotspotTask, accounts: Accounts, *, now: dt.datetime) -> Reader:
    whole = Reader(store, task.timezone)
    if task.account_id is None and not accounts.any():
        return whole
    account = None if task.account_id is None else accounts.by_id(task.account_id)
    if account is None or account.disabled:
        raise Forbidden(
            Text("Tài khoản yêu cầu tác vụ này không còn hiệu lực.", "The account that asked for this is closed."),
            Text("Đăng nhập bằng tài khoản khác rồi làm lại.", "Sign in with another account and repeat it."),
        )
    viewer = Viewer(account.login, account.role, account.area, account.account_id)
    return seen_by(whole, viewer, Publication(store), today=whole.today(now))
