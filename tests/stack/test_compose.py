"""The container files agree with the repository. No engine runs here: this reads them, it does not prove a start."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "web", "worker", "beat", "radius", "tunnel", "sstp")
VARIABLE = re.compile(r"(?<!\$)\$\{([A-Z_]+)(:[?-])?")
EXAMPLE = (ROOT / "deploy/env.example").read_text()


def words(service: str) -> list[str]:
    command = SERVICES[service]["command"]
    return command if isinstance(command, list) else shlex.split(command)


def test_the_services_of_a_server_are_there() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "valkey", "caddy"}
    assert {SERVICES[name]["image"] for name in OURS} == {"kmikro-core:${KMIKRO_VERSION:-latest}"}


@pytest.mark.parametrize("service", OURS)
def test_our_containers_are_locked_down_and_checked(service: str) -> None:
    found = SERVICES[service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["healthcheck"].get("disable") or found["healthcheck"]["test"][:3] == [
        "CMD",
        "python",
        "deploy/healthy.py",
    ]
    if service != "migrate":
        assert found["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        checks = (ROOT / "deploy/healthy.py").read_text()
        assert f"def {found['healthcheck']['test'][3]}(" in checks


@pytest.mark.parametrize("service", OURS)
def test_the_commands_exist_in_the_repository(service: str) -> None:
    program, *rest = words(service)
    if program == "python":
        assert rest[0] == "manage.py"
        assert (ROOT / "manage.py").exists()
        assert list(ROOT.glob(f"*/management/commands/{rest[1]}.py")), f"there is no command {rest[1]}"
    elif program == "gunicorn":
        assert rest[0] == "kmikro.wsgi:application"
        assert (ROOT / "kmikro/wsgi.py").exists()
    else:
        assert [program, *rest[:2]] == ["celery", "-A", "kmikro"]
        assert (ROOT / "kmikro/celery.py").exists()


def test_the_tunnel_agent_alone_has_rights_over_the_network_and_keeps_its_key_to_itself() -> None:
    assert {name for name, found in SERVICES.items() if "NET_ADMIN" in found.get("cap_add", [])} == {"tunnel"}
    assert {name for name in OURS if SERVICES[name].get("user")} == {"tunnel"}
    assert [name for name, found in SERVICES.items() if "hub:/hub" in found.get("volumes", [])] == ["tunnel"]
    assert SERVICES["tunnel"]["environment"]["KMIKRO_STATE"] == "/hub"
    assert SERVICES["tunnel"]["profiles"] == ["tunnel"]


def test_the_sstp_hub_has_no_right_but_to_open_its_interface() -> None:
    found = SERVICES["sstp"]
    assert found["profiles"] == ["sstp"]
    assert not {"user", "cap_add", "privileged"} & set(found)
    with_device = {
        name for name, each in SERVICES.items() if "/dev/net/tun:/dev/net/tun" in each.get("devices", [])
    }
    assert with_device == {"tunnel", "sstp"}
    assert [name for name, each in SERVICES.items() if "sstp:/sstp" in each.get("volumes", [])] == ["sstp"]
    assert re.search(r"-o kmikro .* /state /sstp$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


def test_the_worker_serves_every_queue() -> None:
    queues = words("worker")[words("worker").index("--queues") + 1]
    assert set(queues.split(",")) == {"router", "billing", "message", "bulk", "default"}


def test_every_variable_is_documented_and_no_documented_one_is_dead() -> None:
    used = {name for name, _ in VARIABLE.findall(TEXT)}
    documented = set(re.findall(r"^#?([A-Z_]+)=", EXAMPLE, re.MULTILINE))
    assert used == documented


def test_required_variables_stand_uncommented_in_the_example() -> None:
    required = {name for name, how in VARIABLE.findall(TEXT) if how == ":?"}
    assert required == set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE))


def test_defaults_of_compose_and_example_agree() -> None:
    told = dict(re.findall(r"^#([A-Z_]+)=(.+)$", EXAMPLE, re.MULTILINE))
    used = dict(re.findall(r"\$\{([A-Z_]+):-([^${}]+)\}", TEXT))
    assert told == used


def test_every_volume_is_declared_and_used_and_every_mounted_file_exists() -> None:
    mounts = [mount.split(":") for found in SERVICES.values() for mount in found.get("volumes", [])]
    named = {mount[0] for mount in mounts if not mount[0].startswith(".")}
    assert named == set(COMPOSE["volumes"])
    for mount in mounts:
        if mount[0].startswith("."):
            assert (ROOT / mount[0]).exists(), mount[0]


def test_database_and_queue_are_open_to_this_machine_only() -> None:
    for service in ("postgres", "valkey"):
        assert all(port.startswith("127.0.0.1:") for port in SERVICES[service]["ports"])


def test_no_image_floats() -> None:
    for service in ("postgres", "valkey"):
        assert re.search(r":\d+", SERVICES[service]["image"])
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert set(re.findall(r"^FROM (\S+)", dockerfile, re.MULTILINE)) == {"python:3.11-slim-bookworm"}


def test_the_image_is_built_in_stages_and_runs_as_nobody_special() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r" AS (\w+)$", dockerfile, re.MULTILINE) == ["build", "run"]
    assert re.search(r"^USER kmikro$", dockerfile, re.MULTILINE)
    assert "HEALTHCHECK" in dockerfile
    for source in re.findall(r"^COPY (requirements/\S+) ", dockerfile, re.MULTILINE):
        assert (ROOT / source).exists()


def test_caddy_asks_before_it_gets_a_certificate() -> None:
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    assert re.search(r"on_demand_tls \{[^}]*\bask http://127\.0\.0\.1:", caddy)
    for how in ("ondemand", "wildcard"):
        assert (ROOT / f"deploy/caddy/tenants-{how}.caddy").read_text().startswith("*.{$KMIKRO_BASE_DOMAIN}")
    given = set(SERVICES["caddy"]["environment"])
    used = set(
        re.findall(r"\{\$([A-Z_]+)\}", caddy + (ROOT / "deploy/caddy/tenants-wildcard.caddy").read_text())
    )
    assert used <= given


def test_the_question_caddy_asks_is_one_every_host_answers() -> None:
    caddy = (ROOT / "deploy/Caddyfile").read_text()
    asked = re.search(r"rewrite \* /(legal/)terms/", caddy)
    assert asked is not None
    for urls in ("kmikro/urls.py", "kmikro/urls_public.py"):
        assert f'path("{asked[1]}"' in (ROOT / urls).read_text(), urls
