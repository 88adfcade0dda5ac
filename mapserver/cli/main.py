"""The group `antt`. A command's module is imported only when that command is called."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Any

import click
from click.core import ParameterSource

from layers import __version__
from layers.errors import AnttError, InvalidParameter
from layers.wording import Text
from mapserver.cli.run import Elsewhere, Run, Sender, tell_failure
from mapserver.errors import exit_code

__all__ = ["COMMANDS", "antt", "main"]

# Name -> where it is defined, and its line in `antt --help` (so that help imports nothing heavy).
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("mapserver.cli.serving:demo", "Mở bản đồ với dữ liệu mẫu. / Serve the map with sample data."),
    "serve": ("mapserver.cli.serving:serve", "Mở bản đồ trên trình duyệt. / Serve the map to browsers."),
    "store": ("mapserver.cli.store:store", "Kho dữ liệu. / The store."),
    "boundaries": ("mapserver.cli.boundaries:boundaries", "Ranh giới đơn vị hành chính. / Unit boundaries."),
    "lineage": ("mapserver.cli.lineage:lineage", "Kế thừa giữa đơn vị cũ và mới. / Lineage of units."),
    "incidents": ("mapserver.cli.incidents:incidents", "Vụ việc. / Incidents."),
    "safezones": ("mapserver.cli.features:safezones", "Mô hình bảo đảm ANTT. / Community-safety models."),
    "cameras": ("mapserver.cli.features:cameras", "Camera giám sát. / Cameras."),
    "people": ("mapserver.cli.features:people", "Dân cư theo tổ dân phố. / Numbers of people by block."),
    "plan": ("mapserver.cli.plan:plan", "Phương án địa giới. / Boundary plans."),
    "hotspots": ("mapserver.cli.hotspots:hotspots", "Điểm nóng kèm bằng chứng. / Hotspots with their evidence."),
    "user": ("mapserver.cli.users:user", "Tài khoản. / Accounts."),
    "token": ("mapserver.cli.tokens:token", "Mã truy cập cho chương trình khác. / Tokens for other programs."),
    "published": ("mapserver.cli.published:published", "Số liệu công bố. / Published counts."),
    "audit": ("mapserver.cli.audit:audit", "Nhật ký không sửa được. / The history nobody can bend."),
    "snapshot": ("mapserver.cli.snapshot:snapshot", "Xuất bản đồ in. / The map in print."),
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands.

        Parameters
        ----------
        ctx : click.Context
            Not used.

        Returns
        -------
        list of str
            In the order of `COMMANDS`.
        """
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command.

        Parameters
        ----------
        ctx : click.Context
            Not used.
        cmd_name : str
            Its name.

        Returns
        -------
        click.Command or None
            None when there is no such command.
        """
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them.

        Parameters
        ----------
        ctx : click.Context
            Not used.
        formatter : click.HelpFormatter
            Takes the rows.
        """
        del ctx
        with formatter.section("Lệnh / Commands"):
            formatter.write_dl([(name, line) for name, (_where, line) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="antt")
@click.option(
    "--server", metavar="URL", envvar="ANTT_SERVER", help="Làm việc qua máy chủ này. / Go through this server."
)
@click.option(
    "--token-file", metavar="FILE", help="Tệp giữ mã truy cập (hoặc ANTT_TOKEN). / File that holds the token."
)
@click.option("--token", envvar="ANTT_TOKEN", default="", hidden=True)
@click.pass_context
def antt(ctx: click.Context, *, server: str | None, token: str, token_file: str | None) -> None:
    """Bản đồ ANTT số hóa. / The digitised security map.

    Mã kết thúc / exit codes: 0 xong, 2 sai cách gọi, 3 dữ liệu vào lỗi, 4 kho không mở được hoặc bận,
    5 bị từ chối, 6 xong nhưng có dòng bị giữ lại, 7 kiểm tra không đạt, 70 lỗi chương trình.
    """
    if server:
        by_hand = ctx.get_parameter_source("server") is ParameterSource.COMMANDLINE
        ctx.obj = Sender(Elsewhere(server, token, token_file, by_hand=by_hand), _through_server)
    elif token_file:
        raise click.UsageError("--token-file: cần --server / needs --server")


def _through_server(asked: Elsewhere, run: Run, options: dict[str, Any]) -> object:
    # Imported here: whoever opens a store needs none of it.
    from mapserver.cli.remote_doors import do_remotely

    return do_remotely(asked, run, options)


def main() -> None:
    """Run the command line and end with a documented exit code."""
    sys.exit(_ended(sys.argv[1:]))


def _ended(arguments: list[str]) -> int:
    wants_json = "--json" in arguments
    output = sys.stdout
    try:
        # Commands end themselves with ctx.exit(code); click then returns that code.
        code = antt.main(arguments, prog_name="antt", standalone_mode=False)
    except AnttError as failure:
        tell_failure(failure, as_json_object=wants_json)
        return exit_code(failure)
    except click.UsageError as problem:
        return _misused(problem, wants_json=wants_json)
    except SystemExit:
        # click puts another output in place, and leaves, when the reader of the first one is gone, as with
        # `head`; the work itself is done. Anything else that leaves, such as the server, keeps its own code.
        if sys.stdout is not output:
            return 0
        raise
    except click.Abort:
        click.echo("Đã dừng. / Stopped.", err=True)
        return 130
    except Exception:
        logging.getLogger("antt").debug("fault", exc_info=True)
        if os.environ.get("ANTT_DEBUG"):
            raise
        tell_failure(AnttError(_FAULT, _FAULT_HINT), as_json_object=wants_json)
        return 70
    return code if isinstance(code, int) else 0


_FAULT = Text("Chương trình gặp lỗi.", "The program has a fault.")
_FAULT_HINT = Text("Chạy lại với ANTT_DEBUG=1 để xem chi tiết và báo người quản trị.",
                   "Run it again with ANTT_DEBUG=1 for the details and tell the administrator.")  # fmt: skip


def _misused(problem: click.UsageError, *, wants_json: bool) -> int:
    said = problem.format_message()
    command = problem.ctx.command_path if problem.ctx else "antt"
    hint = Text(f"Xem `{command} --help`.", f"See `{command} --help`.")
    tell_failure(
        InvalidParameter(Text(f"Gọi lệnh chưa đúng: {said}", f"The call is not understood: {said}"), hint),
        as_json_object=wants_json,
    )
    return 2
