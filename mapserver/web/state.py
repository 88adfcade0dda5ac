"""What one application holds for its requests: store, readers, caches, clock, registers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, g, has_request_context

from layers.access.viewer import ANYBODY
from layers.store import Store
from layers.store.system import SystemStore
from layers.store.system_audit import AuditChain
from mapserver.services.audit_views import ViewLog
from mapserver.services.cache import VersionedCache
from mapserver.services.lineage import UnitNames
from mapserver.services.own_ground import OwnGround
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.services.registers import Registers
from mapserver.services.sight import seen_by
from mapserver.services.unit_levels import UnitLevels
from mapserver.settings import Settings

__all__ = ["State"]

_NAME = "antt"


@dataclass(frozen=True)
class State:
    """Held by an application; two applications share nothing.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    store : Store
        The store of record.
    whole_reader : Reader
        Reads the store whatever the rights of who asks; for what decides about rights, never for an answer by itself.
    answers : VersionedCache
        Finished answers.
    clock : callable
        Tells the moment, with its time zone.
    system : SystemStore
        Keeps what is not map data: jobs.
    unit_levels : UnitLevels
        Units generalised for each zoom.
    unit_names : UnitNames
        Every name units ever had, and their families.
    registers : Registers
        Accounts, sessions, tokens, limits.
    audit : AuditChain
        The records of who did what.
    views : ViewLog
        Records who saw exact points.
    publication : Publication
        The counts that whoever has no right to exact points is given.
    plan_desk : PlanDesk
        Where plans lie open.
    """

    settings: Settings
    store: Store
    whole_reader: Reader
    answers: VersionedCache[bytes]
    clock: Callable[[], dt.datetime]
    system: SystemStore
    unit_levels: UnitLevels
    unit_names: UnitNames
    registers: Registers
    audit: AuditChain
    views: ViewLog
    publication: Publication
    plan_desk: PlanDesk

    @classmethod
    def of(cls, app: Flask) -> State:
        """Find the state of an application.

        Parameters
        ----------
        app : Flask
            The application.

        Returns
        -------
        State
            What `attach` put there.
        """
        state: State = app.extensions[_NAME]
        return state

    def attach(self, app: Flask) -> None:
        """Put the state into an application.

        Parameters
        ----------
        app : Flask
            The application.
        """
        app.extensions[_NAME] = self

    @property
    def reader(self) -> Reader:
        """Reads what the viewer of this request may see; where nobody was let in, what a resident may."""
        if not has_request_context():
            return self.whole_reader
        if "reader" not in g:
            g.reader = seen_by(self.whole_reader, g.get("viewer", ANYBODY), self.publication, today=self.today())
        found: Reader = g.reader
        return found

    @property
    def ground(self) -> OwnGround | None:
        """Tells of single records whether the viewer of this request sees them; None for whoever sees everything."""
        if self.reader is self.whole_reader:
            return None
        return OwnGround(self.whole_reader, g.get("viewer", ANYBODY), self.today())

    def today(self) -> dt.date:
        """Tell the local day.

        Returns
        -------
        date
            In the store's time zone.
        """
        return self.whole_reader.today(self.clock())
