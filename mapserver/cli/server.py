"""Running the application under gunicorn, or waitress where there is no fork."""

from __future__ import annotations

import sys
from typing import Any

import click
from flask import Flask

from mapserver.app import create_app
from mapserver.cli.job_runner import job_runner
from mapserver.cli.logs import JsonLines, begin_log
from mapserver.settings import Settings
from mapserver.web.state import State

__all__ = ["serve_until_stopped"]

_THREADS = 4
_LONGEST_REQUEST_S = 60


def serve_until_stopped(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve the map until the process is told to stop; the address is printed last.

    Parameters
    ----------
    settings : Settings
        The settings of this run.
    host : str
        Address to listen on.
    port : int
        Port to listen on.
    workers : int
        Number of processes; one where the system cannot fork.

    Raises
    ------
    StoreUnreachable
        When the store cannot be opened.
    """
    begin_log(settings.log)
    app = create_app(settings)
    # Connections must not be carried into a forked worker; each opens its own.
    State.of(app).store.close()
    with job_runner(settings):
        _serve(app, host=host, port=port, workers=workers)


def _serve(app: Flask, *, host: str, port: int, workers: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    if sys.platform == "win32":
        from waitress import serve

        click.echo(address)
        # Only the program itself says which proxy is believed (web/proxies.py).
        serve(app, host=host, port=port, threads=_THREADS, clear_untrusted_proxy_headers=False)
        return
    _gunicorn(app, bind=f"{shown}:{port}", workers=workers, ready=lambda _server: click.echo(address))


def _gunicorn(app: Any, *, bind: str, workers: int, ready: Any) -> None:  # noqa: ANN401 - gunicorn has no types
    from gunicorn.app.base import BaseApplication
    from gunicorn.glogging import Logger

    class Lines(Logger):  # type: ignore[misc]  # gunicorn has no types
        def setup(self, cfg: Any) -> None:  # noqa: ANN401
            super().setup(cfg)
            for handler in self.error_log.handlers:
                handler.setFormatter(JsonLines())

    options = {
        "bind": bind,
        "workers": workers,
        "threads": _THREADS,
        "worker_class": "gthread",
        "timeout": _LONGEST_REQUEST_S,
        "loglevel": "warning",
        "logger_class": Lines,
        "when_ready": ready,
        "control_socket_disable": True,
        # Only the program itself says which proxy is believed (web/proxies.py).
        "forwarded_allow_ips": "",
    }

    class Served(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> object:
            return app

    Served().run()
