"""What is not a route: models, tasks, commands and the API's own description are covered too."""

from typing import Any

import pytest
from django.db import models
from drf_spectacular.generators import SchemaGenerator

from tenants import scope
from tenants.models import Isp
from tests.isolation import walk
from tests.isolation.lines import Scope
from tests.isolation.matrix import COMMANDS, PLATFORM_TASKS, TENANT
from tests.isolation.planting import EQUAL, NO_ROOM, ONLY_THERE, OVERRIDES, SHAPES, tenant_models, text_fields
from tests.isolation.world import World


def test_every_model_of_a_tenant_is_planted_with_equal_keys(world: World) -> None:
    for side, keys in ((world.a, {EQUAL}), (world.b, {EQUAL, ONLY_THERE})):
        with scope.inside(side.isp.schema_name):
            for model in tenant_models():
                there = set(
                    model._default_manager.filter(pk__in=(EQUAL, ONLY_THERE)).values_list("pk", flat=True)
                )
                assert there == keys, f"{model._meta.label} has {there} at {side.tag}"


def test_every_text_field_holds_a_canary(world: World) -> None:
    silent = []
    with scope.inside(world.b.isp.schema_name):
        for name, field in text_fields().items():
            if name in NO_ROOM or name in OVERRIDES:
                continue
            value = str(getattr(field.model._default_manager.get(pk=ONLY_THERE), field.name))
            if "CANARY" not in value.upper():
                silent.append(f"{name} = {value}")
    assert not silent


def test_exceptions_of_the_planting_are_still_fields() -> None:
    fields = {
        f"{model._meta.label}.{field.name}"
        for model in tenant_models()
        for field in model._meta.concrete_fields
    }
    assert not ({*OVERRIDES, *NO_ROOM, *SHAPES} - fields)


def test_models_in_no_tenant_are_known() -> None:
    """Nothing but routes and framework lives in public alone: a trade's table there would be shared by all ISPs."""
    labels = {app.rsplit(".", 1)[-1] for app in ("subscribers", "billing", "routers", "radius")}
    assert {model._meta.app_label for model in tenant_models()} >= labels
    assert all(issubclass(model, models.Model) for model in tenant_models())


def test_every_task_names_its_tenant_or_is_the_platforms() -> None:
    tasks = walk.our_tasks()
    unknown = sorted(
        name for name, task in tasks.items() if not hasattr(task, "soon") and name not in PLATFORM_TASKS
    )
    assert not unknown, f"make them tenant tasks, or say in the matrix why not: {unknown}"
    assert not set(PLATFORM_TASKS) - set(tasks)
    assert not [name for name in PLATFORM_TASKS if hasattr(tasks.get(name), "soon")]


def check_tasks(isp: Isp) -> None:
    """Every tenant task refuses to run without a tenant, inside another one, and to be sent from nowhere."""
    for name, task in walk.our_tasks().items():
        if not hasattr(task, "soon"):
            continue
        wanted: Any = task
        for nothing in ("", "public", None, "t_short"):
            with pytest.raises(scope.NotInside):
                wanted(nothing)
                pytest.fail(f"{name} ran for {nothing!r}")
        with scope.inside(isp.schema_name), pytest.raises(RuntimeError, match="left inside"):
            wanted(isp.schema_name)
        with pytest.raises(scope.NotInside):
            wanted.soon()


def test_no_task_runs_without_its_tenant(isp: Isp) -> None:
    check_tasks(isp)


def test_every_command_is_known() -> None:
    assert walk.our_commands() == set(COMMANDS), "say in the matrix on which side the command works"


def test_the_api_says_of_itself_what_the_matrix_says() -> None:
    described = SchemaGenerator(urlconf="kmikro.urls").get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    routes = {"/" + found.pattern.replace("<int:pk>", "{id}").replace("<int:", "{").replace("<slug:", "{").replace(">", "}"): found.name
              for found in walk.routes("tenant") if found.name.startswith("api-")}  # fmt: skip
    for path, item in described.items():
        line = TENANT[routes[path]]
        methods = {method.upper() for method in item if method in {"get", "post", "put", "patch", "delete"}}
        assert methods == set(line.statuses), f"{path} has {methods}, the matrix has {set(line.statuses)}"
        for method in methods:
            need, said = line.need(method), item[method.lower()].get("x-scope")
            assert said == (need.action.value if isinstance(need, Scope) else "any"), (
                f"{method} {path} says {said}"
            )
    apart = {"api-schema", "api-docs", "api-root", "api-unknown"}
    assert {routes[path] for path in described} == {name for name in routes.values() if name not in apart}
