from datetime import UTC, datetime, timedelta

import pytest

from accounts import invitations, journal, links, people
from accounts.models import JournalEntry, User
from accounts.roles import Role
from kmikro.lib.refusal import Refusal
from tenants import scope
from tests.conftest import PASSWORD

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BY = journal.Actor(1, "Tester", "192.0.2.1")
GOOD = "seven green lorries wait"


def refusal_of(call, *args, **kwargs) -> str:
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_a_manager_cannot_touch_owners_and_nobody_oneself(crew):
    owner, manager = crew["owner"], crew["manager"]
    assert refusal_of(people.change_role, owner, "support", by=manager, actor=BY, now=NOW) == "not_allowed"
    assert refusal_of(people.deactivate, owner, by=manager, actor=BY, now=NOW) == "not_allowed"
    assert refusal_of(people.change_role, manager, "owner", by=manager, actor=BY, now=NOW) == "oneself"
    support = crew["support"]
    assert refusal_of(people.change_role, support, "owner", by=manager, actor=BY, now=NOW) == "not_allowed"
    assert refusal_of(people.change_role, support, "emperor", by=owner, actor=BY, now=NOW) == "not_allowed"


def test_the_last_owner_stays(crew):
    owner = crew["owner"]
    second = User.objects.create(email="2@ana.test", name="Second", role=Role.OWNER, joined_at=NOW)
    assert people.change_role(second, "manager", by=owner, actor=BY, now=NOW).role == "manager"
    assert second.role == "owner"  # as another request, a moment too late, still believes
    assert refusal_of(people.change_role, owner, "manager", by=second, actor=BY, now=NOW) == "last_owner"
    assert refusal_of(people.deactivate, owner, by=second, actor=BY, now=NOW) == "last_owner"


def test_deactivation_ends_sessions_and_is_journalled(crew):
    support = people.deactivate(crew["support"], by=crew["owner"], actor=BY, now=NOW)
    assert not support.is_active
    assert support.session_epoch == 1
    entry = JournalEntry.objects.get(verb="person.deactivated")
    assert (entry.actor, entry.address, entry.target) == ("Tester", "192.0.2.1", support.name)
    people.deactivate(support, by=crew["owner"], actor=BY, now=NOW)
    assert JournalEntry.objects.filter(verb="person.deactivated").count() == 1
    again = people.reactivate(support, by=crew["owner"], actor=BY, now=NOW)
    assert again.is_active


@pytest.mark.parametrize("bad", ["password1", "short", "aaaaaaaaaaaaaa\0", "x" * 10_000, "passwordpassword"])
def test_bad_passwords_are_refused(crew, bad):
    user = crew["support"]
    code = refusal_of(people.change_password, user, PASSWORD, bad, actor=BY, now=NOW)
    assert code == "bad_password"


def test_password_change_needs_the_old_one_and_ends_sessions(crew):
    user = crew["support"]
    assert refusal_of(people.change_password, user, "wrong", GOOD, actor=BY, now=NOW) == "wrong_password"
    changed = people.change_password(user, PASSWORD, GOOD, actor=BY, now=NOW)
    assert changed.check_password(GOOD)
    assert changed.session_epoch == 1


def test_a_reset_link_works_once_for_half_an_hour(crew):
    user = crew["support"]
    assert people.ask_reset("nobody@ana.test", now=NOW) is None
    found = people.ask_reset(user.email.upper(), now=NOW)
    assert found is not None
    _user, token = found
    late = NOW + timedelta(minutes=31)
    assert refusal_of(people.reset, token, GOOD, address=None, now=late) == "link_spent"
    assert refusal_of(people.reset, token + "x", GOOD, address=None, now=NOW) == "link_spent"
    assert refusal_of(people.reset, token, "short", address=None, now=NOW) == "bad_password"
    people.reset(token, GOOD, address="192.0.2.9", now=NOW)
    assert refusal_of(people.reset, token, GOOD + "!", address=None, now=NOW) == "link_spent"


def test_a_reset_link_dies_with_a_password_change(crew):
    user = crew["support"]
    _user, token = people.ask_reset(user.email, now=NOW)
    people.change_password(user, PASSWORD, GOOD, actor=BY, now=NOW)
    assert refusal_of(people.reset, token, GOOD, address=None, now=NOW) == "link_spent"


def test_a_link_of_one_isp_means_nothing_at_another(isp, neighbour):
    with scope.inside(isp.schema_name):
        user = User.objects.get(role="owner")
        token = links.make(links.Purpose.RESET, user, now=NOW)
        assert links.read(links.Purpose.RESET, token, now=NOW) == user
        assert links.read(links.Purpose.FIRST_SIGN_IN, token, now=NOW) is None
    with scope.inside(neighbour.schema_name):
        assert links.read(links.Purpose.RESET, token, now=NOW) is None


@pytest.mark.parametrize("junk", ["", "x", "a:b", "é", "\0", "a" * 5000])
def test_junk_links_are_nobodys(inside_isp, junk):
    assert links.read(links.Purpose.RESET, junk, now=NOW) is None
    assert invitations.find(junk, now=NOW) is None


def test_an_invitation_joins_once(crew):
    owner = crew["owner"]
    invitation, token = invitations.invite(
        email="New@Ana.test ", name="Neo", role="cashier", by=owner, actor=BY, now=NOW
    )
    assert token not in str(invitation.__dict__)
    assert invitations.find(token, now=NOW + timedelta(days=8)) is None
    user = invitations.join(token, name="Neo", password=GOOD, address=None, now=NOW)
    assert (user.email, user.role, user.check_password(GOOD)) == ("new@ana.test", "cashier", True)
    code = refusal_of(invitations.join, token, name="Two", password=GOOD, address=None, now=NOW)
    assert code == "spent"
    code = refusal_of(
        invitations.invite, email="new@ana.test", name="", role="cashier", by=owner, actor=BY, now=NOW
    )
    assert code == "already_here"


def test_resending_replaces_the_link_and_revoking_ends_it(crew):
    owner, manager = crew["owner"], crew["manager"]
    invitation, first = invitations.invite(
        email="n@ana.test", name="", role="support", by=owner, actor=BY, now=NOW
    )
    invitation, second = invitations.resend(invitation, by=owner, actor=BY, now=NOW)
    assert invitations.find(first, now=NOW) is None
    assert invitations.find(second, now=NOW) == invitation
    invitations.revoke(invitation, by=manager, actor=BY, now=NOW)
    assert invitations.find(second, now=NOW) is None
    assert refusal_of(invitations.resend, invitation, by=owner, actor=BY, now=NOW) == "spent"


def test_only_an_owner_invites_owners(crew):
    invite = {"email": "o@ana.test", "name": "", "role": "owner", "actor": BY, "now": NOW}
    assert refusal_of(invitations.invite, by=crew["manager"], **invite) == "not_allowed"
    assert refusal_of(invitations.invite, by=crew["support"], **invite) == "not_allowed"
    invitation, _token = invitations.invite(by=crew["owner"], **invite)
    assert refusal_of(invitations.revoke, invitation, by=crew["manager"], actor=BY, now=NOW) == "not_allowed"


@pytest.fixture
def crew(request):
    """Ana's people by role; the fixture's own name is that of the module under test."""
    return request.getfixturevalue("people")
