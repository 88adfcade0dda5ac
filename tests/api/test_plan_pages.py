"""The pages of plans: who gets them, what they offer, and that nothing of an address becomes script."""

from __future__ import annotations

import pytest

from layers.access.roles import Role
from tests.api.people import Office, office, town_store

ADDRESSES = {"/plans", "/plans/<plan_id>"}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(town_store(), tmp_path_factory.mktemp("office"))


@pytest.mark.parametrize(("role", "makes"), [(Role.PLANNER, True), (Role.COMMANDER, False)])
def test_the_list_offers_a_new_plan_to_whoever_may_plan(held: Office, role: Role, makes: bool) -> None:
    page = held.client(role).get("/plans")
    assert page.status_code == 200
    assert "Phương án địa giới" in page.text
    assert ('id="pl-new-open"' in page.text) is makes


@pytest.mark.parametrize("role", [Role.DUTY_OFFICER, Role.WARD_OFFICER])
def test_others_are_refused_in_words_and_see_no_way_there(held: Office, role: Role) -> None:
    client = held.client(role)
    page = client.get("/plans")
    assert page.status_code == 403
    assert page.mimetype == "text/html"
    assert "Bạn không có quyền xem nội dung này." in page.text
    assert "/plans?" not in client.get("/").text


def test_what_stands_in_an_address_stays_text(held: Office) -> None:
    page = held.client(Role.PLANNER).get("/plans/</script><script>alert(1)</script>")
    assert page.status_code in {200, 404}
    assert "<script>alert" not in page.text
    page = held.client(Role.PLANNER).get("/plans/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    assert "<script>alert" not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].partition("script-src")[2].partition(";")[0]
