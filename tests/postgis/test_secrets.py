"""A password never shows: not in the address, an error, a log or a description."""

from __future__ import annotations

import logging
import traceback
from urllib.parse import quote, urlsplit

import pytest

from layers.errors import AnttError, InvalidParameter, StoreUnreachable
from layers.store import open_store, unopened

pytestmark = pytest.mark.postgis

HIDDEN = "Mật-khẩu 7@/#"


def everything_said(problem: AnttError) -> str:
    """What a person or a log could see of a failure, its causes included."""
    told = " ".join((*problem.message, *problem.hint, repr(problem), str(problem.details)))
    return told + "".join(traceback.format_exception(problem))


def test_the_address_of_an_open_store_has_no_password(url: str) -> None:
    password = str(urlsplit(url).password)
    store = open_store(url)
    try:
        assert password not in f"{store.address} {store!r} {vars(store)}"
        assert store.address.startswith("postgresql://antt@127.0.0.1:")
    finally:
        store.close()


def test_a_refused_password_is_not_repeated(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = urlsplit(url)
    wrong = wrong._replace(netloc=f"antt:{quote(HIDDEN, safe='')}@127.0.0.1:{wrong.port}")
    with pytest.raises(StoreUnreachable) as refused:
        open_store(wrong.geturl())
    said = everything_said(refused.value) + caplog.text
    assert HIDDEN not in said
    assert quote(HIDDEN, safe="") not in said
    assert "password authentication failed" in refused.value.message.en


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://antt:hem/lock7@127.0.0.1/antt",
        "postgresql://antt:hem@lock7@127.0.0.1/antt",
        "postgresql://antt:hem%lock7@127.0.0.1/antt",
        "postgresql://antt:hemlock7@127.0.0.1:54x/antt",
        "postgresql://antt:hemlock7@127.0.0.1/antt?nonsense=1",
        "postgresql://[antt:hemlock7@127.0.0.1/antt",
    ],
)
def test_an_address_that_cannot_be_read_is_not_repeated(address: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        unopened(address)
    said = everything_said(refused.value).replace(repr(address), "")
    assert "%40" in refused.value.hint.vi
    assert not [word for word in ("hem", "lock7") if word in "\n".join(_not_code(said))]


@pytest.mark.parametrize("sign", list("?#:&=;+"))
def test_a_password_with_signs_in_it_is_not_shown(sign: str) -> None:
    assert unopened(f"postgresql://antt:hem{sign}lock7@127.0.0.1:5432/antt").address == (
        "postgresql://antt@127.0.0.1:5432/antt"
    )


def test_no_server_at_the_address_is_said_at_once(url: str) -> None:
    nobody = urlsplit(url)._replace(netloc="antt:hemlock7@127.0.0.1:1").geturl()
    with pytest.raises(StoreUnreachable) as refused:
        open_store(nobody)
    assert "127.0.0.1:1" in refused.value.message.vi
    assert "hemlock7" not in everything_said(refused.value)


def _not_code(said: str) -> list[str]:
    # A traceback quotes the lines of this file, in which the passwords stand.
    return [line for line in said.splitlines() if not line.startswith("    ")]
