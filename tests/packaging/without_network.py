"""Run a command where there is no network but this machine's loopback.

Started as ``python without_network.py COMMAND…`` inside a new network namespace: it brings
loopback up, makes sure that nothing else is there, and becomes the command.
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
INTERFACE_UP_AND_RUNNING = 0x41


def main() -> None:
    """Bring loopback up and become the command."""
    names = [name for _index, name in socket.if_nameindex()]
    if names != ["lo"]:
        raise SystemExit(f"this is not an empty network namespace: {names}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", INTERFACE_UP_AND_RUNNING)
        fcntl.ioctl(probe, SIOCSIFFLAGS, request)
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 - the point is to become the command


if __name__ == "__main__":
    main()
