"""The examples of docs/serving.md: they are sound, and say to the program what the program goes by."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

from layers.store.system_file import IN_PROCESS
from mapserver.cli.main import antt
from mapserver.services.serving_conditions import served_under
from mapserver.settings import SETTINGS, Settings, from_environment
from mapserver.web.proxies import FORWARDED
from tests.accounts import added, registers_at

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")


def example(kind: str, place: int = 0) -> str:
    found: list[str] = re.findall(rf"```{kind}\n(.*?)```", PAGE, flags=re.DOTALL)
    return found[place]


def settings_of_the_example() -> dict[str, str]:
    lines = (line.partition("=") for line in example("sh").splitlines())
    return {name: value for name, _equals, value in lines}


def test_the_unit_of_systemd_starts_commands_that_exist() -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(example("ini"))
    assert set(unit) == {"DEFAULT", "Unit", "Service", "Install"}
    for start in ("ExecStartPre", "ExecStart"):
        program, *words = unit["Service"][start].split()
        assert program.endswith("/bin/antt")
        context = antt.make_context("antt", words, resilient_parsing=True)
        assert antt.get_command(context, words[0]) is not None
    assert "--host 127.0.0.1" in unit["Service"]["ExecStart"]
    assert unit["Service"]["EnvironmentFile"] in PAGE


def test_the_settings_are_those_of_the_program_and_let_it_serve() -> None:
    given = settings_of_the_example()
    assert set(given) <= {setting.variable for setting in SETTINGS}
    settings = from_environment(given | {"ANTT_SECRET_KEY": "N1c3-and_l0ng.r4ndom~t3xt+of=forty/three:signs!"})
    registers = registers_at(IN_PROCESS)
    added(registers, "chief", area=None)
    assert served_under(settings, "127.0.0.1", registers.accounts).host_names == ("bando.example",)


@pytest.mark.parametrize("kind", ["nginx", "caddyfile"])
def test_the_proxy_sends_every_header_that_is_believed_and_replaces_the_client_s_own(kind: str) -> None:
    text = example(kind)
    assert text.count("{") == text.count("}")
    directive = "proxy_set_header" if kind == "nginx" else "header_up"
    sent = dict(re.findall(rf"{directive} (X-Forwarded-\S+) (\S+?);?\n", text))
    assert set(sent) == set(FORWARDED)
    # The client's address alone, not what the client has written before it.
    assert sent["X-Forwarded-For"] in {"$remote_addr", "{remote_host}"}
    upload = Settings().max_upload_mb
    assert int(re.findall(r"(?:client_max_body_size|max_size) (\d+)", text)[0]) >= upload


def test_every_line_for_nginx_ends_as_nginx_wants_it() -> None:
    for line in example("nginx").splitlines():
        said = line.strip()
        assert not said or said.startswith("#") or said.endswith((";", "{", "}")), line


def test_names_and_figures_on_the_page_are_those_of_the_program() -> None:
    named = set(re.findall(r"ANTT_[A-Z_]+", PAGE)) - {"ANTT_DEBUG"}
    assert named <= {setting.variable for setting in SETTINGS}
