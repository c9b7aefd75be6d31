"""Joining a workspace: an invitation is a link for one address, good once, for seven days."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models, transaction

from accounts import journal, people
from accounts.journal import Actor
from accounts.models import Invitation, User
from accounts.roles import Role, may_manage
from kmikro.lib.refusal import Refusal

LIFETIME = timedelta(days=7)
SPENT = "This invitation was used, withdrawn or is older than 7 days. Ask for a new one."


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()


def _is_here(email: str) -> bool:
    return User.objects.filter(email__iexact=email).exists()


@transaction.atomic
def invite(
    *, email: str, name: str, role: str, by: User, actor: Actor, now: datetime
) -> tuple[Invitation, str]:
    """Invite somebody; an earlier open invitation of the same address ends. Returns the token, kept nowhere."""
    email = email.strip().lower()
    if role not in set(Role) or not may_manage(by.role, role):
        raise Refusal("not_allowed", "Only an owner can invite another owner.", field="role")
    if _is_here(email):
        raise Refusal("already_here", "Somebody with this address is already in the team.", field="email")
    _open().filter(email__iexact=email).update(revoked_at=now)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        digest=_digest(token),
        invited_by=by,
        made_at=now,
        expires_at=now + LIFETIME,
    )
    journal.record(actor, "person.invited", invitation, now=now, role=role)
    return invitation, token


def _open() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(accepted_at=None, revoked_at=None)


def waiting() -> models.QuerySet[Invitation]:
    """Invitations that were neither accepted nor withdrawn, expired ones too."""
    return _open().select_related("invited_by")


@transaction.atomic
def resend(invitation: Invitation, *, by: User, actor: Actor, now: datetime) -> tuple[Invitation, str]:
    """A new link for the same person; the old one stops working."""
    held = _open().select_for_update().filter(pk=invitation.pk).first()
    if held is None:
        raise Refusal("spent", "This invitation was already used or withdrawn.")
    if not may_manage(by.role, held.role):
        raise Refusal("not_allowed", "Only an owner can invite another owner.")
    token = secrets.token_urlsafe(32)
    held.digest, held.expires_at = _digest(token), now + LIFETIME
    held.save(update_fields=["digest", "expires_at"])
    journal.record(actor, "person.invited_again", held, now=now)
    return held, token


@transaction.atomic
def revoke(invitation: Invitation, *, by: User, actor: Actor, now: datetime) -> None:
    """Withdraw an invitation; a second time changes nothing."""
    if not may_manage(by.role, invitation.role):
        raise Refusal("not_allowed", "Only an owner can withdraw an owner's invitation.")
    if _open().filter(pk=invitation.pk).update(revoked_at=now):
        journal.record(actor, "person.invitation_revoked", invitation, now=now)


def find(token: str, *, now: datetime) -> Invitation | None:
    """The open invitation of a link."""
    return _open().filter(digest=_digest(token), expires_at__gt=now).first()


@transaction.atomic
def join(token: str, *, name: str, password: str, address: str | None, now: datetime) -> User:
    """Accept an invitation: the person exists from now on with the role they were invited to."""
    invitation = _open().select_for_update().filter(digest=_digest(token), expires_at__gt=now).first()
    if invitation is None or _is_here(invitation.email):
        raise Refusal("spent", SPENT)
    user = User(email=invitation.email, name=name.strip(), role=invitation.role, joined_at=now)
    people.check_password(password, user)
    user.set_password(password)
    user.save()
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    journal.record(journal.person(user, address), "person.joined", user, now=now, role=user.role)
    return user
