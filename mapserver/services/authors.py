"""Who makes a change, as far as the operating system can tell."""

from __future__ import annotations

import getpass

__all__ = ["os_user"]

_UNKNOWN = "unknown"


def os_user() -> str:
    """Name the operating-system user that this process runs as.

    Returns
    -------
    str
        The user's name; ``unknown`` where the system has none for it, as in a container.
    """
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return _UNKNOWN
