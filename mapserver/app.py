"""Building the application: settings and a store in, a WSGI application out."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from layers.errors import AnttError, InvalidParameter, NotFound, TooLarge
from layers.index.manifest import index_folder
from layers.store import Store, open_store
from layers.store.audit_keys import KeyFile
from layers.store.system import SystemStore
from layers.store.system_audit import AuditChain
from layers.store.system_file import system_path
from layers.wording import Text
from mapserver.clock import utc_now
from mapserver.services.audit import key_file
from mapserver.services.audit_views import ViewLog
from mapserver.services.cache import VersionedCache
from mapserver.services.lineage import UnitNames
from mapserver.services.plan_desk import PlanDesk
from mapserver.services.published_files import Publication
from mapserver.services.reader import Reader
from mapserver.services.registers import Registers
from mapserver.services.unit_levels import UnitLevels
from mapserver.settings import Settings
from mapserver.web import (
    account_pages,
    assets,
    audit_pages,
    boundary_imports,
    boundary_page,
    boundary_repairs,
    gate,
    health,
    hotspot_maps,
    hotspots,
    incident_records,
    incidents,
    incidents_write,
    jobs,
    metrics,
    openapi,
    pages,
    plan_pages,
    plans,
    quarantine,
    recast,
    sign_in,
    snapshots,
    symbols,
    tiles,
    unit_pages,
    units,
    vintages,
    witness,
)
from mapserver.web.responses import language_asked, problem, refusal_page
from mapserver.web.serving_rules import ServingRules
from mapserver.web.state import State

__all__ = ["create_app"]

_LOG = logging.getLogger("antt")
_BYTES_PER_MB = 1_000_000
# What an answer takes beside its body: its address, versions and place in the list. An empty tile is only that.
_BYTES_PER_ANSWER = 1_000
_LARGEST_BODY_BYTES = 64_000
_BLUEPRINTS = (
    pages, plan_pages, assets, units, incidents, incident_records, incidents_write, hotspots, symbols, snapshots, jobs,
    health, metrics, openapi, tiles, recast, vintages, unit_pages, boundary_imports, boundary_page, boundary_repairs,
    sign_in, account_pages, audit_pages, quarantine, hotspot_maps, plans,
)  # fmt: skip


def create_app(settings: Settings, store: Store | None = None, *, clock: Callable[[], dt.datetime] = utc_now) -> Flask:
    """Build the application.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    store : Store, optional
        An open store; otherwise the one the settings name is opened.
    clock : callable
        Tells the moment, with its time zone.

    Returns
    -------
    Flask
        The WSGI application; two of them share nothing.

    Raises
    ------
    StoreUnreachable
        When the store cannot be opened.
    """
    app = Flask("mapserver", static_folder=None)
    kept = store or open_store(settings.store)
    answers: VersionedCache[bytes] = VersionedCache(
        settings.cache_mb * _BYTES_PER_MB, lambda body: len(body) + _BYTES_PER_ANSWER
    )
    system = SystemStore(system_path(kept.address))
    audit = AuditChain(system.file, KeyFile(key_file(settings, kept.address)))
    State(
        settings,
        kept,
        Reader(kept, settings.timezone),
        answers,
        clock,
        system,
        UnitLevels(index_folder(system.address)),
        UnitNames(kept),
        Registers.of(system.file, settings),
        audit,
        ViewLog(audit),
        Publication(kept),
        PlanDesk(kept),
    ).attach(app)
    # An upload raises this for itself.
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY_BYTES
    for module in _BLUEPRINTS:
        app.register_blueprint(module.bp)
    app.register_error_handler(AnttError, _foreseen)
    app.register_error_handler(Exception, _unforeseen)
    # Answered the other way round: what a request showed is on record before its answer is dressed and sent.
    ServingRules.attach(app, admit=gate.admit, who=gate.viewer)
    app.after_request(witness.recorded)
    return app


def _foreseen(failure: AnttError) -> Response:
    return _answered(failure, None)


def _unforeseen(failure: Exception) -> Response:
    # The one blanket handler: nothing may reach a reader as a trace.
    if isinstance(failure, HTTPException):
        return _answered(_named(failure), failure.code or 500)
    # The rule, not the address: what somebody typed into it is nobody's business.
    _LOG.exception("fault while answering %s", request.url_rule)
    return _answered(AnttError(_FAULT, _FAULT_HINT), None)


def _answered(failure: AnttError, status: int | None) -> Response:
    language = language_asked()
    return refusal_page(failure, language) if gate.is_page() else problem(failure, language, status)


_FAULT = Text("Chương trình gặp lỗi.", "The program has a fault.")
_FAULT_HINT = Text("Thử lại; nếu còn lỗi, báo người quản trị xem nhật ký.",
                   "Try again; if it stays, ask the administrator to look at the log.")  # fmt: skip


def _named(failure: HTTPException) -> AnttError:
    if failure.code == 404:
        return NotFound(Text(f"Không có địa chỉ {request.path}.", f"There is no address {request.path}."))
    if failure.code == 413:
        return TooLarge(
            Text("Tệp hoặc yêu cầu gửi lên quá lớn.", "The file or the request is too large."),
            Text("Chia nhỏ tệp, hoặc nhờ người quản trị tăng ANTT_MAX_UPLOAD_MB.",
                 "Split the file, or ask the administrator to raise ANTT_MAX_UPLOAD_MB."),
        )  # fmt: skip
    return InvalidParameter(Text(f"Yêu cầu bị từ chối ({failure.code}).", f"The request was refused ({failure.code})."))
