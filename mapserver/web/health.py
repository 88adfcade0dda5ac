"""Whether the program lives, and which data it answers from."""

from __future__ import annotations

from flask import Blueprint, Response, current_app

from layers import __version__
from mapserver.services.serving_conditions import READY, readiness
from mapserver.web.responses import dump_json
from mapserver.web.state import State

__all__ = ["bp"]

bp = Blueprint("health", __name__)


@bp.get("/healthz")
def healthz() -> Response:
    """Say whether the store can be read.

    Returns
    -------
    Response
        200, or 503 through the table of errors.
    """
    State.of(current_app).store.versions()
    return Response(dump_json({"status": "ok"}), mimetype="application/json")


@bp.get("/readyz")
def readyz() -> Response:
    """Say whether requests can be answered and changes be kept.

    Returns
    -------
    Response
        200, or 503; ``checks`` names what is wrong, without a path.
    """
    state = State.of(current_app)
    checks = readiness(state.store, state.system.file)
    ready = all(found == READY for found in checks.values())
    return Response(
        dump_json({"ready": ready, "checks": checks}), status=200 if ready else 503, mimetype="application/json"
    )


@bp.get("/api/v1/version")
def version() -> Response:
    """Tell the version of the program and of each layer.

    Returns
    -------
    Response
        JSON.
    """
    versions = State.of(current_app).reader.versions()
    return Response(dump_json({"program": __version__, "versions": versions}), mimetype="application/json")
