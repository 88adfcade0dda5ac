"""Compare every file of the bundle with its checksum; used where there is no sha256sum."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path


def main() -> int:
    """Check the folder this file lies in.

    Returns
    -------
    int
        0 when every file is as it was packed, 1 otherwise.
    """
    home = Path(__file__).resolve().parent
    damaged = []
    for line in (home / "SHA256SUMS").read_text(encoding="ascii").splitlines():
        wanted, _space, name = line.partition("  ")
        path = home / name
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            damaged.append(name)
    for name in damaged:
        print(f"hỏng / damaged: {name}", file=sys.stderr)
    return 1 if damaged else 0


if __name__ == "__main__":
    sys.exit(main())
