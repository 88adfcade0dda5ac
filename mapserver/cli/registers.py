"""Opening what the system file keeps about people, for a command."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from layers.store import unopened
from layers.store.system_file import IN_PROCESS, SystemFile, system_path
from mapserver.cli.run import Run
from mapserver.services.registers import Registers

__all__ = ["reading_registers", "writing_registers"]


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
    path = _path(run)
    return Registers.of(SystemFile(path if Path(path).exists() else IN_PROCESS), run.settings)


def writing_registers(run: Run) -> Registers:
    """Open the registers to write, making the system file when it is first needed.

    Parameters
    ----------
    run : Run
        How the command was called.

    Returns
    -------
    Registers
        Of the store's system file.
    """
    return Registers.of(SystemFile(_path(run)), run.settings)


def _path(run: Run) -> str:
    with closing(unopened(run.settings.store)) as store:
        return system_path(store.address)
