"""Building the application: settings and a store in, a WSGI application out."""

from __future__ import annotations

import datetime as dt
import ipaddress
import logging
from collections.abc import Callable
from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

from layers.errors import AnttError, Forbidden, InvalidParameter, NotFound, TooLarge
from layers.index.manifest import index_folder
from layers.store import Store, open_store
from layers.store.system import SystemStore
from layers.store.system_file import system_path
from layers.wording import Text
from mapserver.clock import utc_now
from mapserver.services.cache import VersionedCache
from mapserver.services.lineage import UnitNames
from mapserver.services.reader import Reader
from mapserver.services.unit_levels import UnitLevels
from mapserver.settings import Settings
from mapserver.web import (
    assets,
    boundary_imports,
    boundary_page,
    boundary_repairs,
    health,
    hotspots,
    incident_records,
    incidents,
    incidents_write,
    jobs,
    pages,
    recast,
    snapshots,
    symbols,
    tiles,
    unit_pages,
    units,
    vintages,
)
from mapserver.web.responses import problem, refusal_page
from mapserver.web.state import State

__all__ = ["create_app"]

_LOG = logging.getLogger("antt")
_BYTES_PER_MB = 1_000_000
# What an answer takes beside its body: its address, versions and place in the list. An empty tile is only that.
_BYTES_PER_ANSWER = 1_000
_LARGEST_BODY_BYTES = 64_000
_BLUEPRINTS = (
    pages, assets, units, incidents, incident_records, incidents_write, hotspots, symbols, snapshots, jobs,
    health, tiles, recast, vintages, unit_pages, boundary_imports, boundary_page, boundary_repairs,
)  # fmt: skip

# A person who opened one of these gets a page when it is refused; a program gets a problem document.
_PAGES = frozenset({"/", "/boundaries"})


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
    levels = UnitLevels(index_folder(system.address))
    reader = Reader(kept, settings.timezone)
    State(settings, kept, reader, answers, clock, system, levels, UnitNames(kept)).attach(app)
    # An upload raises this for itself.
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY_BYTES
    for module in _BLUEPRINTS:
        app.register_blueprint(module.bp)
    app.register_error_handler(AnttError, _foreseen)
    app.register_error_handler(Exception, _unforeseen)
    app.before_request(_known_host)
    app.after_request(_secured)
    return app


def _foreseen(failure: AnttError) -> Response:
    return _answered(failure, None)


def _unforeseen(failure: Exception) -> Response:
    # The one blanket handler: nothing may reach a reader as a trace.
    if isinstance(failure, HTTPException):
        return _answered(_named(failure), failure.code or 500)
    _LOG.exception("fault while answering %s", request.path)
    return _answered(AnttError(_FAULT, _FAULT_HINT), None)


def _answered(failure: AnttError, status: int | None) -> Response:
    language = _language()
    is_page = request.path in _PAGES or request.path.startswith(unit_pages.PREFIX)
    return refusal_page(failure, language) if is_page else problem(failure, language, status)


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


def _language() -> str:
    asked = request.args.get("lang")
    return asked if asked in {"vi", "en"} else State.of(current_app).settings.lang


def _known_host() -> Response | None:
    # A name that leads here only because somebody else's name server says so is not ours to answer to:
    # otherwise a page from elsewhere could read the map in the reader's own browser (DNS rebinding).
    if _is_ours(request.host):
        return None
    refused = Forbidden(
        Text("Tên máy chủ này không được phục vụ.", "This host name is not served."),
        Text("Mở http://127.0.0.1 với đúng cổng.", "Open http://127.0.0.1 with the right port."),
    )
    return problem(refused, _language(), 421)


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name == "localhost" or _is_loopback(name)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _secured(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return answer
