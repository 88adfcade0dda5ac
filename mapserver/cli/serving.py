"""`antt serve` and `antt demo`: the map in a browser."""

from __future__ import annotations

import socket
import sys
from dataclasses import replace
from pathlib import Path

import click

from layers.errors import Forbidden, PortBusy
from layers.wording import Text
from mapserver.cli.registers import reading_registers
from mapserver.cli.run import Run, command_options, progress
from mapserver.cli.server import serve_until_stopped
from mapserver.cli.stores import holds_something
from mapserver.services.demo import make_demo
from mapserver.services.serving_conditions import is_loopback, served_under

__all__ = ["demo", "serve"]

_WORKERS = 2


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Địa chỉ. / Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Cổng. / Port.")
@click.option("--workers", default=_WORKERS, show_default=True, type=click.IntRange(1, 64),
              help="Số tiến trình. / Number of processes.")  # fmt: skip
@command_options
def serve(run: Run, *, host: str, port: int, workers: int) -> None:
    """Mở bản đồ trên trình duyệt. / Serve the map to browsers."""
    settings = served_under(run.settings, host, reading_registers(run).accounts)
    _require_free(host, port)
    serve_until_stopped(settings, host=host, port=port, workers=workers)


@click.command()
@click.option("--data", default=".", show_default=True, metavar="DIR", type=click.Path(path_type=Path),
              help="Thư mục giữ demo.gpkg. / Folder that keeps demo.gpkg.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Địa chỉ. / Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Cổng. / Port.")
@click.option("--workers", default=_WORKERS, show_default=True, type=click.IntRange(1, 64),
              help="Số tiến trình. / Number of processes.")  # fmt: skip
@click.option("--no-serve", is_flag=True, help="Chỉ tạo dữ liệu mẫu. / Only make the sample store.")
@command_options
def demo(run: Run, *, data: Path, host: str, port: int, workers: int, no_serve: bool) -> None:
    """Mở bản đồ với dữ liệu mẫu. / Serve the map with sample data."""
    _require_loopback(host)
    path = data / "demo.gpkg"
    if not holds_something(str(path)):
        with progress(Text("Tạo dữ liệu mẫu", "Making sample data"), run) as tell:
            make_demo(path, timezone=run.settings.timezone, progress=tell)
        run.say(Text(f"Đã tạo dữ liệu mẫu: {path}", f"Made the sample store: {path}"))
    run.result({"store": str(path)})
    if no_serve:
        return
    _require_free(host, port)
    serve_until_stopped(replace(run.settings, store=str(path)), host=host, port=port, workers=workers)


def _require_loopback(host: str) -> None:
    if not is_loopback(host):
        raise Forbidden(
            Text(f"Dữ liệu mẫu chỉ mở trên máy này, không mở ở {host}.",
                 f"The sample is for this machine alone and is not served at {host}."),
            Text("Dùng `antt serve --store demo.gpkg` với tài khoản quản trị viên; xem docs/serving.md.",
                 "Use `antt serve --store demo.gpkg` with an administrator's account; see docs/serving.md."),
        )  # fmt: skip


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if sys.platform != "win32":
            # A port just left by an earlier run counts as free, as it does for the server itself.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as problem:
            raise PortBusy(
                Text(f"Cổng {port} đang được chương trình khác dùng.", f"Port {port} is taken by another program."),
                Text(f"Dừng chương trình đó, hoặc chọn cổng khác: --port {port + 1}.",
                     f"Stop that program, or choose another port: --port {port + 1}."),
            ) from problem  # fmt: skip
