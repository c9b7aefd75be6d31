"""Which rows of the whole schema refer to something: asked of the models, so no trade has to be known here."""

from collections.abc import Collection

from django.db import models


def holders(
    model: type[models.Model], ids: Collection[int], *, but: Collection[type[models.Model]] = ()
) -> dict[int, str]:
    """Of these ids those that something refers to, and what that is in a word; models of `but` do not count."""
    found: dict[int, str] = {}
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ForeignObjectRel) or relation.many_to_many:
            continue
        other, field = relation.related_model, relation.field
        if isinstance(other, str) or other in but or not isinstance(field, models.ForeignKey):
            continue
        rows = other._base_manager.filter(**{f"{field.name}__in": ids})
        for (pk,) in rows.order_by().values_list(field.attname).distinct():
            found.setdefault(pk, str(other._meta.verbose_name))
    return found
