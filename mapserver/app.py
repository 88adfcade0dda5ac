"""Building the application: settings and a store in, a WSGI application out."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from layers.errors import AnttError, InvalidParameter, NotFound
from layers.store import Store, open_store
from layers.wording import Text
from mapserver.clock import utc_now
from mapserver.services.cache import VersionedCache
from mapserver.services.reader import Reader
from mapserver.settings import Settings
from mapserver.web import assets, health, hotspots, incidents, pages, snapshots, symbols, units
from mapserver.web.responses import problem
from mapserver.web.state import State

__all__ = ["create_app"]

_LOG = logging.getLogger("antt")
_BYTES_PER_MB = 1_000_000


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
    answers: VersionedCache[bytes] = VersionedCache(settings.cache_mb * _BYTES_PER_MB, len)
    State(settings, kept, Reader(kept, settings.timezone), answers, clock).attach(app)
    for module in (pages, assets, units, incidents, hotspots, symbols, snapshots, health):
        app.register_blueprint(module.bp)
    app.register_error_handler(AnttError, _foreseen)
    app.register_error_handler(Exception, _unforeseen)
    app.after_request(_secured)
    return app


def _foreseen(failure: AnttError) -> Response:
    return problem(failure, _language())


def _unforeseen(failure: Exception) -> Response:
    # The one blanket handler: nothing may reach a reader as a trace.
    if isinstance(failure, HTTPException):
        missing = Text(f"Không có địa chỉ {request.path}.", f"There is no address {request.path}.")
        known = NotFound if failure.code == 404 else InvalidParameter
        answer = problem(known(missing if failure.code == 404 else _refused(failure)), _language())
        answer.status_code = failure.code or 500
        return answer
    _LOG.exception("fault while answering %s", request.path)
    return problem(AnttError(_FAULT, _FAULT_HINT), _language())


_FAULT = Text("Chương trình gặp lỗi.", "The program has a fault.")
_FAULT_HINT = Text("Thử lại; nếu còn lỗi, báo người quản trị xem nhật ký.",
                   "Try again; if it stays, ask the administrator to look at the log.")  # fmt: skip


def _refused(failure: HTTPException) -> Text:
    return Text(f"Yêu cầu bị từ chối ({failure.code}).", f"The request was refused ({failure.code}).")


def _language() -> str:
    return "en" if request.args.get("lang") == "en" else "vi"


def _secured(answer: Response) -> Response:
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return answer
