"""What one application holds for its requests: store, reader, caches, clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from layers.store import Store
from layers.store.system import SystemStore
from mapserver.services.cache import VersionedCache
from mapserver.services.lineage import UnitNames
from mapserver.services.reader import Reader
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
    reader : Reader
        Reads the store and keeps what it read.
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
    """

    settings: Settings
    store: Store
    reader: Reader
    answers: VersionedCache[bytes]
    clock: Callable[[], dt.datetime]
    system: SystemStore
    unit_levels: UnitLevels
    unit_names: UnitNames

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

    def today(self) -> dt.date:
        """Tell the local day.

        Returns
        -------
        date
            In the store's time zone.
        """
        return self.reader.today(self.clock())
