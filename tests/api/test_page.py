"""The page as rendered: no other host, a strict policy, the same twice."""

from __future__ import annotations

import gzip
import json
import re

import folium
import pytest
from flask.testing import FlaskClient

OTHER_HOST = re.compile(r"""(?:https?:)?//[a-z0-9][\w.-]+\.[a-z]{2,}""", re.IGNORECASE)


def without_nonce(html: str) -> str:
    return re.sub(r'nonce="[^"]+"', 'nonce=""', html)


def config(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="antt-config"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    read: dict[str, object] = json.loads(found[1])
    return read


def test_the_rendered_page_names_no_other_host(client: FlaskClient) -> None:
    html = client.get("/").text
    assert OTHER_HOST.findall(html) == []


def test_a_map_made_by_folium_itself_before_changes_nothing(client: FlaskClient) -> None:
    before = without_nonce(client.get("/").text)
    folium.Map().get_root().render()
    folium.Map.default_js.append(("evil", "//elsewhere.example/x.js"))
    try:
        assert without_nonce(client.get("/").text) == before
    finally:
        folium.Map.default_js.pop()


def test_every_script_carries_the_nonce_of_the_policy_or_is_the_programs_own_file(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    for tag in re.findall(r"<script[^>]*>", answer.text):
        assert f'nonce="{nonce[1]}"' in tag or 'src="/static/' in tag
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert not re.search(r"\son\w+=", answer.text)


def test_each_answer_has_its_own_nonce(client: FlaskClient) -> None:
    assert client.get("/").headers["Content-Security-Policy"] != client.get("/").headers["Content-Security-Policy"]


def test_two_renders_are_equal_but_for_the_nonce(client: FlaskClient) -> None:
    assert without_nonce(client.get("/").text) == without_nonce(client.get("/").text)


def test_the_page_holds_no_data_only_where_they_come_from(client: FlaskClient) -> None:
    html = client.get("/").text
    assert "Ô 1" not in html
    assert "Khu dân cư số 5" not in html
    urls = config(html)["urls"]
    assert isinstance(urls, dict)
    for name, url in urls.items():
        query = {"search": "?q=o", "trend": "?unit=10000"}.get(name, "")
        # Jobs are started, not read.
        wanted = 405 if name == "hotspot_jobs" else 200
        assert client.get(f"{url.format(z=10, x=814, y=450, unit=10000)}{query}").status_code == wanted, name


def test_the_language_of_the_address_is_the_language_of_the_page(client: FlaskClient) -> None:
    assert '<html lang="vi">' in client.get("/").text
    english = client.get("/?lang=en").text
    assert '<html lang="en">' in english
    assert config(english)["lang"] == "en"


def test_a_page_address_that_is_not_understood_is_refused(client: FlaskClient) -> None:
    assert client.get("/?layers=nothing").status_code == 422
    assert client.get("/?from=2026-05-02&to=2026-05-01").status_code == 422


def test_the_files_of_the_page_are_packed_and_kept_for_good(client: FlaskClient) -> None:
    (script,) = re.findall(r'<script src="([^"]+)"', client.get("/").text)
    plain = client.get(script)
    packed = client.get(script, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2
    assert "immutable" in packed.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["../../app.py", "..%2f..%2fapp.py", "nothing.js", ".sources"])
def test_only_built_files_are_sent(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/static/dist/{name}")
    assert answer.status_code == 404
    assert b"import" not in answer.data


def test_only_a_page_that_may_write_offers_the_form(client: FlaskClient) -> None:
    here, elsewhere = client.get("/"), client.get("/", environ_base={"REMOTE_ADDR": "10.0.0.5"})
    assert config(here.text)["may_edit"] is True
    # Without accounts this machine alone is served.
    assert elsewhere.headers["Location"] == "/sign-in?next=%2F"
    words = config(here.text)["record"]
    assert isinstance(words, dict)
    assert words["columns"]["severity"] == "Mức độ"
    assert words["status"]["moi"] == "mới tiếp nhận"
