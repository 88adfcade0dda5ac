"""The repair queue of the boundaries over HTTP: its cards, and what people decide about them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
from flask import Blueprint, Response, current_app, request

from layers.catalog import REPAIRS, UNITS
from layers.errors import InvalidParameter
from layers.wording import Text, nfc
from mapserver.services.repair_cards import deck
from mapserver.services.repairs import RepairRequest, repair, repair_queue
from mapserver.web import params
from mapserver.web.responses import cached, dump_json
from mapserver.web.state import State
from mapserver.web.writing import asked_version, author, json_body, only_names, require_write

__all__ = ["bp"]

bp = Blueprint("boundary_repairs", __name__, url_prefix="/api/v1/boundaries/repairs")

_LEVELS = ("commune", "province", "beat")
_NAMES = frozenset({"as_of", "level", "lang"})
_ACTIONS = ("accept", "give", "leave")


@bp.get("")
def cards() -> Response:
    """List the defects of the units in force on a day, each with a proposal and a sketch.

    Returns
    -------
    Response
        JSON.
    """
    params.only(request.args, usual=_NAMES)
    return cached("application/json", lambda: _cards(State.of(current_app)), layers=(UNITS, REPAIRS))


@bp.post("")
def decide_small() -> Response:
    """Accept every proposal up to an area.

    Returns
    -------
    Response
        JSON: what changed, and the cards that are left.
    """
    body = _body("accept_below_m2")
    below = _area(body.get("accept_below_m2"))
    return _decided(RepairRequest(*_where(), accept_below_m2=below, why=_why(body)))


@bp.post("/<key>")
def decide(key: str) -> Response:
    """Accept the proposal of one card, give its ground to another unit, or leave it as it is.

    Parameters
    ----------
    key : str
        The card.

    Returns
    -------
    Response
        JSON: what changed, and the cards that are left.
    """
    body = _body("action", "to", "row_version")
    action, to = body.get("action"), body.get("to")
    if action not in _ACTIONS or (action == "give") != bool(to):
        raise InvalidParameter(
            Text("Chưa rõ quyết định.", "It is not clear what was decided."),
            Text("Viết action=accept, action=give kèm to=MÃ, hoặc action=leave.",
                 "Write action=accept, action=give with to=CODE, or action=leave."),
        )  # fmt: skip
    return _decided(
        RepairRequest(
            *_where(),
            accept=[key] if action == "accept" else [],
            give={key: str(to)} if action == "give" else {},
            leave=[key] if action == "leave" else [],
            why=_why(body),
            based_on={key: asked_version(body)},
        )
    )


def _cards(state: State) -> bytes:
    as_of, level = _where()
    queue = repair_queue(state.store, as_of, level=level)
    return dump_json(deck(state.store, queue, as_of, level=level).as_json(_language(state)))


def _decided(asked: RepairRequest) -> Response:
    state, who = State.of(current_app), author()
    done = repair(state.store, asked, who=who.who, now=who.at, rng=np.random.default_rng())
    left = deck(state.store, done.queue, asked.as_of, level=asked.level).as_json(_language(state))
    content = {"decided": done.decided, "changed": list(done.changed)} | left
    return Response(dump_json(content), mimetype="application/json")


def _body(*names: str) -> dict[str, str | None]:
    require_write()
    params.only(request.args, usual=_NAMES)
    body = json_body()
    only_names(body, (*names, "reason"))
    return body


def _where() -> tuple[dt.date, str]:
    level = request.args.get("level", _LEVELS[0])
    if level not in _LEVELS:
        raise InvalidParameter(
            Text(f"Không có cấp “{level}”.", f"There is no level “{level}”."),
            Text(f"Các cấp: {', '.join(_LEVELS)}.", f"Levels: {', '.join(_LEVELS)}."),
        )
    return params.day_of(request.args, "as_of") or State.of(current_app).today(), level


def _why(body: Mapping[str, str | None]) -> str:
    return nfc(body.get("reason") or "")


def _area(text: str | None) -> float:
    try:
        area = float(text or "")
    except ValueError:
        area = math.nan
    if not 0 <= area < math.inf:
        raise InvalidParameter(
            Text("Chưa có diện tích dùng được.", "There is no usable area."),
            Text("Viết số mét vuông ở accept_below_m2, ví dụ 500.",
                 "Write a number of square metres in accept_below_m2, such as 500."),
        )  # fmt: skip
    return area


def _language(state: State) -> str:
    return params.language_of(request.args, state.settings.lang)
