"""The one table of rights is whole, and gives nobody more than the next page of it says."""

from __future__ import annotations

import pytest

from layers.access.policy import ACTIONS, SIGHTS, Action, Sight, action_named, area_matters, right
from layers.access.roles import ACCOUNT_ROLES, Role, role_named
from layers.access.viewer import ANYBODY, Viewer
from layers.catalog import LAYERS
from layers.errors import Forbidden, InvalidParameter, NotFound

WARD = frozenset({"10532", "10507"})


def test_every_layer_has_a_rule_for_every_role() -> None:
    assert list(SIGHTS) == [layer.key for layer in LAYERS]
    assert all(set(rights) == set(Role) for rights in SIGHTS.values())
    assert set(ACTIONS) == set(Role)


def test_the_own_area_is_never_seen_less_well_than_the_rest() -> None:
    assert all(rights[role].inside >= rights[role].outside for rights in SIGHTS.values() for role in Role)


def test_who_has_no_account_sees_no_exact_incident_and_no_camera_and_changes_nothing() -> None:
    assert right(Role.RESIDENT, "incidents") == (Sight.MASKED, Sight.MASKED)
    assert right(Role.RESIDENT, "cameras") == (Sight.NOTHING, Sight.NOTHING)
    assert not any(ANYBODY.may(action) for action in Action)


def test_only_the_administrator_sees_exact_incidents_everywhere() -> None:
    outside = {role for role in Role if right(role, "incidents").outside is Sight.EXACT}
    assert outside == {Role.ADMINISTRATOR}
    assert {role for role in Role if Action.ADMINISTER in ACTIONS[role]} == {Role.ADMINISTRATOR}


def test_a_layer_without_a_rule_is_seen_by_nobody() -> None:
    with pytest.raises(NotFound):
        right(Role.ADMINISTRATOR, "secret_layer")


@pytest.mark.parametrize(
    ("units", "sight"),
    [
        (["10532"], Sight.EXACT),
        (["10532", "10507"], Sight.EXACT),
        (["10532", "99999"], Sight.MASKED),
        (["99999"], Sight.MASKED),
        ([], Sight.MASKED),
    ],
)
def test_a_ward_officer_sees_the_own_wards_alone(units: list[str], sight: Sight) -> None:
    assert Viewer("binh", Role.WARD_OFFICER, WARD).sight("incidents", units) is sight


def test_a_commander_of_everywhere_sees_what_lies_nowhere() -> None:
    assert Viewer("chi", Role.COMMANDER, None).sight("incidents", []) is Sight.EXACT
    assert Viewer("chi", Role.COMMANDER, frozenset()).sight("incidents", ["10532"]) is Sight.MASKED


def test_a_token_allows_no_more_than_its_role() -> None:
    everything = Viewer("an", Role.ANALYST, WARD, scopes=frozenset(Action))
    assert {action for action in Action if everything.may(action)} == ACTIONS[Role.ANALYST]
    with pytest.raises(Forbidden) as refused:
        everything.require(Action.ADMINISTER)
    assert "quản trị" in refused.value.message.vi


def test_people_who_see_different_things_share_no_cache() -> None:
    people = [
        ANYBODY,
        *(Viewer("x", role, area) for role in ACCOUNT_ROLES for area in (None, frozenset[str](), WARD)),
        *(Viewer("x", role, frozenset({"10532"})) for role in ACCOUNT_ROLES),
        Viewer("x", Role.ANALYST, WARD, scopes=frozenset()),
    ]
    assert len({person.fingerprint for person in people}) == len(people)
    one, other = (Viewer(name, Role.ANALYST, WARD, account_id=name) for name in ("an", "binh"))
    assert one.fingerprint == other.fingerprint


def test_names_that_are_no_role_or_right_are_refused_with_those_that_are() -> None:
    with pytest.raises(InvalidParameter, match="resident"):
        role_named("resident")
    with pytest.raises(InvalidParameter) as refused:
        action_named("fly")
    assert "export" in refused.value.hint.en
    assert action_named("export") is Action.EXPORT


def test_an_area_is_asked_for_where_it_makes_a_difference() -> None:
    assert not any(map(area_matters, (Role.RESIDENT, Role.VIEWER, Role.ADMINISTRATOR)))
    assert all(map(area_matters, (Role.WARD_OFFICER, Role.DUTY_OFFICER, Role.ANALYST, Role.COMMANDER)))
