"""The page of a unit as its reader meets it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from layers.catalog import UNITS
from layers.store import ChangeSet, Store
from layers.store.base import Author
from tests.builders import NOW

SCRIPT = "<script>alert(1)</script>"


class _Words(HTMLParser):
    """What a reader sees: the text outside of tags, the links, and the elements used."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.links, self.elements = "", [""], {""}
        self.feed(html)
        self.text = re.sub(r"\s+", " ", self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.links.extend(value for name, value in attrs if name == "href" and value)

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(client: FlaskClient, address: str, status: int = 200) -> _Words:
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "text/html"
    return _Words(answer.text)


@pytest.mark.usefixtures("with_lineage")
def test_a_unit_says_what_it_is_and_where_it_came_from(client: FlaskClient) -> None:
    page = seen(client, "/units/10000@2025-07-01")
    for said in (
        "Phường Ô 0", "10000", "từ 1/7/2025", "Thành phố Hải Phòng", "cấp xã", "10.000", "NQ 202/2025/QH15",
        "Hình thành từ", "Phường Trần Phú", "Phường Nguyễn Trãi", "đến 30/6/2025 (chưa rõ từ ngày nào)",
        "một phần", "nhập",
        "cũng chuyển một phần về Phường Ô 1", "100 %", "theo bảng kế thừa", "chưa rõ bao nhiêu diện tích",
        "NQ 76/2025/UBTVQH15", "45.000", "Chưa đạt",
    ):  # fmt: skip
        assert said in page.text, said
    assert {"svg", "table"} <= page.elements
    assert "script" not in page.elements
    assert "/units/10528@2025-01-01?lang=vi" in page.links
    assert "/?sel=10000@2025-07-01&c=20.92500,106.32500,13.25&lang=vi" in page.links


@pytest.mark.usefixtures("with_lineage")
def test_a_recycled_code_warns_on_both_of_its_pages(client: FlaskClient) -> None:
    now = seen(client, "/units/10000")
    assert "Trước đây mã 10000 là của nơi khác: Phường Trúc Bạch" in now.text
    before = seen(client, "/units/10000?as_of=2025-06-30")
    assert "Sau đó mã 10000 được dùng cho nơi khác: Phường Ô 0" in before.text
    assert "Chỉ biết tên, chưa có ranh giới để vẽ." in before.text
    assert "Chuyển thành" in before.text
    assert "/?as_of=2025-06-30&lang=vi" in before.links
    assert "của nơi khác" not in seen(client, "/units/10528").text


@pytest.mark.usefixtures("with_lineage")
def test_a_code_of_several_units_leads_to_the_choice(client: FlaskClient) -> None:
    page = seen(client, "/units/10000?as_of=2000-01-01", 300)
    assert "Mã 10000 là của nhiều đơn vị" in page.text
    assert {"/units/10000@2025-01-01?lang=vi", "/units/10000@2025-07-01?lang=vi"} <= set(page.links)


def test_an_address_that_means_no_unit_gets_a_page_that_leads_on(client: FlaskClient) -> None:
    for address, status in (("/units/99999", 404), ("/units/@", 422), ("/units/10000?mau=1", 422)):
        page = seen(client, address, status)
        assert "/?lang=vi" in page.links
    assert "Không có đơn vị 99999." in seen(client, "/units/99999", 404).text
    assert "There is no unit 99999." in seen(client, "/units/99999?lang=en", 404).text


def test_a_name_with_markup_is_shown_as_text(client: FlaskClient, store: Store) -> None:
    units = store.read(UNITS)
    changed = {units["id"].iloc[0]: {"name": SCRIPT, "decree": SCRIPT, "formed_from": SCRIPT, "parent_name": SCRIPT}}
    store.apply(ChangeSet(UNITS, update=changed), Author("test", "rename", NOW))
    answer = client.get("/units/10000")
    assert SCRIPT in _Words(answer.text).text
    assert "script" not in _Words(answer.text).elements
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_a_unit_without_lineage_says_so(client: FlaskClient) -> None:
    page = seen(client, "/units/10001")
    assert "Chưa nạp bảng kế thừa cho đơn vị này." in page.text
    assert "svg" not in page.elements


@pytest.mark.usefixtures("with_lineage")
def test_the_page_speaks_english(client: FlaskClient) -> None:
    page = seen(client, "/units/10000?lang=en")
    for said in ("Made from", "Code 10000 stood for another place before", "10,000", "since 1/7/2025", "below it"):
        assert said.casefold() in page.text.casefold(), said
    assert "/units/10000@2025-07-01?lang=vi" in page.links


@pytest.mark.usefixtures("with_lineage")
def test_the_family_tells_where_to_look_on_the_map(client: FlaskClient) -> None:
    assert client.get("/api/v1/units/10000/lineage").json["bbox"] == [106.3, 20.9, 106.35, 20.95]  # type: ignore[index]
    assert client.get("/api/v1/units/10528/lineage").json["bbox"] is None  # type: ignore[index]
