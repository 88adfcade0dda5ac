"""A colleague at another desk, who writes incidents through the API while a page is open."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping
from typing import Any

# In phường Lê Thanh Nghị of the sample.
LAT, LON = 20.9351, 106.3153


def send(
    address: str, path: str, body: Mapping[str, object], *, method: str = "POST", version: int = 0
) -> dict[str, Any]:
    """Write through the API, as a colleague at another desk would."""
    headers = {"X-ANTT-Request": "1", "Content-Type": "application/json", "If-Match": f'"{version}"'}
    asked = urllib.request.Request(
        f"{address}/api/v1/incidents{path}", data=json.dumps(body).encode(), method=method, headers=headers
    )
    with urllib.request.urlopen(asked, timeout=20) as answer:
        record: dict[str, Any] = json.load(answer)
        return record


def entered(address: str, lon: float = LON, lat: float = LAT, **changes: object) -> dict[str, Any]:
    """A record as the other desk keeps it."""
    body = {"category": "trom_cap", "occurred_from": "2026-10-01 15:30", "lon": lon, "lat": lat, "status": "moi"}
    return send(address, "", body | changes)


def kept(address: str, record_id: str) -> dict[str, Any]:
    """The record as it is kept now."""
    with urllib.request.urlopen(f"{address}/api/v1/incidents/{record_id}", timeout=20) as answer:
        record: dict[str, Any] = json.load(answer)
        return record
