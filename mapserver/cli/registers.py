"""Opening what the system file keeps about people, for a command; what it changes there is recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from layers.store import unopened
from layers.store.system_audit import Action, AuditChain, Entry
from layers.store.system_file import IN_PROCESS, SystemFile, system_path
from mapserver.cli.run import Run
from mapserver.clock import utc_now
from mapserver.services.audit import chain_of
from mapserver.services.authors import os_user
from mapserver.services.registers import Registers

__all__ = ["changing_registers", "reading_registers", "record_export"]


def reading_registers(run: Run) -> Registers:
    """Open the registers to read; a system file that does not exist yet is empty and stays unmade.

    Parameters
    ----------
    run : Run
        How the command was called.

    Returns
    -------
    Registers
        Of the store's system file.
    """
    path = system_path(_address(run))
    return Registers.of(SystemFile(path if Path(path).exists() else IN_PROCESS), run.settings)


@contextmanager
def changing_registers(run: Run, action: Action) -> Iterator[tuple[Registers, dict[str, object]]]:
    """Open the registers for one change that is kept together with its record, or not at all.

    The system file and the key of the history are made when they are first needed.

    Parameters
    ----------
    run : Run
        How the command was called.
    action : Action
        What is done.

    Yields
    ------
    tuple of Registers and dict
        The registers of the store's system file, and the record's `what` to complete.

    Raises
    ------
    InvalidParameter
        When there is no place for the key of the history.
    StoreUnreachable
        When the system file, or the key, cannot be written.
    """
    chain = _chain(run)
    with chain.with_record(_entry(action)) as what:
        yield Registers.of(chain.file, run.settings), what


def record_export(run: Run, what: Mapping[str, object]) -> None:
    """Record that data leave the store, as soon as there are accounts; before they do.

    Parameters
    ----------
    run : Run
        How the command was called.
    what : mapping
        Plain values: which data, by which filter.

    Raises
    ------
    AnttError
        When it cannot be recorded: then nothing is written either.
    """
    if reading_registers(run).accounts.any():
        _chain(run).append(_entry(Action.EXPORT, what))


def _chain(run: Run) -> AuditChain:
    return chain_of(run.settings, _address(run))


def _entry(action: Action, what: Mapping[str, object] | None = None) -> Entry:
    return Entry(utc_now(), os_user(), action, what or {}, address="this_machine")


def _address(run: Run) -> str:
    with closing(unopened(run.settings.store)) as store:
        return store.address
