"""Which workspaces a person belongs to: asked by the sign-in finder's letter, never answered on a page."""

from accounts.models import User
from tenants import scope
from tenants.models import Isp


def workspaces_of(email: str) -> list[Isp]:
    """Active ISPs in which somebody with this address can sign in. Enters each one: work for a worker."""
    found = []
    for isp in Isp.objects.filter(state=Isp.State.ACTIVE).order_by("name").iterator():
        with scope.inside(isp.schema_name):
            if User.objects.filter(email__iexact=email.strip(), is_active=True).exists():
                found.append(isp)
    return found


def by_slug(slug: str) -> Isp | None:
    """The active ISP at an address."""
    isp: Isp | None = Isp.objects.filter(slug__iexact=slug.strip(), state=Isp.State.ACTIVE).first()
    return isp


def own_name() -> str:
    """What the ISP that we are inside calls itself."""
    schema = scope.current()
    with scope.outside():
        return str(Isp.objects.values_list("name", flat=True).get(schema_name=schema))
