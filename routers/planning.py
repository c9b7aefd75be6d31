"""From a wish and what a router is to the steps between them."""

from collections.abc import Sequence

from routers import desired, plan, rows
from routers.desired import Facts, Wish
from routers.rows import Found, Original


def steps(wish: Wish, facts: Facts, *, force: bool = False) -> list[plan.Step]:
    """What has to be written on a router that is as facts say; raises Refusal when it is not fit."""
    wanted = desired.build(wish, facts)
    folder = rows.folder_on(facts.flash)
    return plan.diff(wanted, _own_menus(facts), folder=folder, force=force, originals=wish.originals)


def to_nothing(facts: Facts, originals: Sequence[Original]) -> list[plan.Step]:
    """What takes everything of ours off a router, and gives back what we took over."""
    return plan.diff(
        [], _own_menus(facts), folder=rows.folder_on(facts.flash), force=True, originals=originals
    )


def _own_menus(facts: Facts) -> list[Found]:
    """The rows of menus that we write; those without an id were read for a decision alone."""
    return [
        row for menu in rows.MENUS for row in facts.of(menu.path) if row.id or menu.owner is rows.Owner.SINGLE
    ]
