"""Run the program as ``python -m mapserver`` or ``antt``."""

from __future__ import annotations

from mapserver.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
