"""What happens to people: role, deactivation, passwords, sign-out everywhere."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import journal, links
from accounts.journal import Actor
from accounts.models import User
from accounts.roles import Role, may_manage
from kmikro.lib.refusal import Refusal


def check_password(password: str, user: User | None = None, *, field: str = "password") -> None:
    """Refuse a password that the rules forbid."""
    try:
        validate_password(password[:4096], user)
    except ValidationError as error:
        raise Refusal("bad_password", " ".join(error.messages), field=field) from None


def _locked(user: User) -> User:
    return User.objects.select_for_update().get(pk=user.pk)


def _must_manage(by: User, user: User) -> None:
    if by.pk == user.pk:
        raise Refusal(
            "oneself", "Nobody changes their own role or switches themselves off. Ask another owner."
        )
    if not may_manage(by.role, user.role):
        raise Refusal("not_allowed", "Only an owner can change an owner.")


def _owners() -> list[int]:
    """Active owners, locked: two who remove each other at the same moment must not both succeed."""
    owners = User.objects.select_for_update().filter(role=Role.OWNER, is_active=True).order_by("pk")
    return [owner.pk for owner in owners]


def _keep_an_owner(user: User, owners: list[int]) -> None:
    if owners == [user.pk]:
        raise Refusal("last_owner", "A workspace needs an owner. Make somebody else owner first.")


@transaction.atomic
def change_role(user: User, role: str, *, by: User, actor: Actor, now: datetime) -> User:
    """Give a person another role; their next click already obeys it."""
    owners = _owners()
    user = _locked(user)
    _must_manage(by, user)
    _keep_an_owner(user, owners)
    if role not in set(Role) or not may_manage(by.role, role):
        raise Refusal("not_allowed", "Only an owner can make another owner.", field="role")
    before = user.role
    if before != role:
        user.role = role
        user.save(update_fields=["role"])
        journal.record(actor, "person.role_changed", user, now=now, before=before, after=role)
    return user


@transaction.atomic
def deactivate(user: User, *, by: User, actor: Actor, now: datetime) -> User:
    """Switch a person off: signed out everywhere, their records stay."""
    owners = _owners()
    user = _locked(user)
    _must_manage(by, user)
    _keep_an_owner(user, owners)
    if user.is_active:
        user.is_active = False
        user.session_epoch += 1
        user.save(update_fields=["is_active", "session_epoch"])
        journal.record(actor, "person.deactivated", user, now=now)
    return user


@transaction.atomic
def reactivate(user: User, *, by: User, actor: Actor, now: datetime) -> User:
    """Let a person sign in again with their old password."""
    user = _locked(user)
    _must_manage(by, user)
    if not user.is_active:
        user.is_active = True
        user.save(update_fields=["is_active"])
        journal.record(actor, "person.reactivated", user, now=now)
    return user


@transaction.atomic
def rename(user: User, name: str, *, actor: Actor, now: datetime) -> User:
    """Change one's own name."""
    user = _locked(user)
    if user.name != name:
        before, user.name = user.name, name
        user.save(update_fields=["name"])
        journal.record(actor, "person.renamed", user, now=now, before=before)
    return user


@transaction.atomic
def sign_out_everywhere(user: User, *, actor: Actor, now: datetime) -> User:
    """End every session of a person, whatever device it is on."""
    user = _locked(user)
    user.session_epoch += 1
    user.save(update_fields=["session_epoch"])
    journal.record(actor, "person.signed_out_everywhere", user, now=now)
    return user


def _set_password(user: User, password: str, verb: str, actor: Actor, now: datetime) -> User:
    user.set_password(password)
    user.session_epoch += 1
    user.save(update_fields=["password", "session_epoch"])
    journal.record(actor, verb, user, now=now)
    return user


@transaction.atomic
def change_password(user: User, old: str, new: str, *, actor: Actor, now: datetime) -> User:
    """Replace one's own password; every session ends (the door starts a new one for the person)."""
    user = _locked(user)
    if not user.check_password(old[:128]):
        raise Refusal("wrong_password", "This is not your present password.", field="old")
    check_password(new, user, field="password")
    return _set_password(user, new, "person.password_changed", actor, now)


def ask_reset(email: str, *, now: datetime) -> tuple[User, str] | None:
    """The person with this address and the token of their reset link; None when there is nobody."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    return (user, links.make(links.Purpose.RESET, user, now=now)) if user else None


@transaction.atomic
def reset(token: str, password: str, *, address: str | None, now: datetime) -> User:
    """Set a new password by a reset link; the link is spent and every session ends."""
    found = links.read(links.Purpose.RESET, token, now=now)
    # Read again under the lock: of two browsers with the same link only one may win.
    user = links.read(links.Purpose.RESET, token, now=now) if found and _locked(found) else None
    if user is None:
        raise Refusal("link_spent", "This link was used or is older than 30 minutes. Ask for a new one.")
    check_password(password, user)
    return _set_password(user, password, "person.password_reset", journal.person(user, address), now)
