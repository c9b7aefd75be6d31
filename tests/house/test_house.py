"""The house keeps its own rules: sizes, names, mirrors, contracts, no leaks of hosts or paths."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "kmikro",
    "tenants",
    "accounts",
    "subscribers",
    "billing",
    "routers",
    "radius",
    "legal",
    "dashboard",
    "portal",
    "api",
)
FORBIDDEN = {"utils", "helpers", "common", "manager", "services", "misc", "constants"}


def modules() -> list[Path]:
    return [
        path
        for app in APPS
        for path in sorted((ROOT / app).rglob("*.py"))
        if "migrations" not in path.parts and path.name != "__init__.py"
    ]


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_module_is_long() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in modules()}
    assert {name: length for name, length in long.items() if length > 300} == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(path) for path in modules() if path.stem in FORBIDDEN] == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT)) for path in modules() if not re.match(r'(#!.*\n)?"""', path.read_text())
    ]
    assert silent == []


def test_import_contracts_are_kept() -> None:
    lint = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout[-3000:]


def test_no_host_of_a_registry_and_no_path_of_a_machine_is_committed() -> None:
    leak = re.compile(
        rb"index-url|/simple/|\"resolved\": *\"http|pypi\.org|pythonhosted|registry\.npmjs|"
        rb"/packages/[0-9a-f]{2}/[0-9a-f]{2}/|/root/|/home/(?!live/)[a-z]+/"
    )
    found = {
        str(path.relative_to(ROOT)): leak.search(path.read_bytes())[0]  # type: ignore[index]
        for path in tracked()
        if path.suffix not in {".woff2", ".png", ".xz"}
        and path != Path(__file__)
        and leak.search(path.read_bytes())
    }
    assert found == {}


def test_locks_name_packages_and_hashes_only() -> None:
    for lock in (ROOT / "requirements").glob("*.lock"):
        for line in lock.read_text().splitlines():
            assert re.match(r"[a-z0-9]|    --hash=sha256:[0-9a-f]{64}", line), (lock.name, line)


@pytest.mark.parametrize("word", ["time.sleep(", '.only("")', "pytest.mark.xfail"])
def test_tests_wait_for_conditions_and_are_not_loosened(word: str) -> None:
    guilty = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("*.py"))
        if path not in {Path(__file__), ROOT / "tests/waiting.py"} and word in path.read_text()
    ]
    assert guilty == []


def test_templates_hold_no_inline_style_script_or_foreign_host() -> None:
    inline = re.compile(
        r"\sstyle=\"|<script(?![^>]*\bsrc=)|\son[a-z]+=\"|hx-on|(?:src|href|action)=\"https?://(?!\{\{)"
    )
    guilty = {}
    for path in sorted((ROOT / "templates").rglob("*.html")):
        if path.parts[-2] in {"portal", "emails"}:  # the portal is one file with nonces; mails have no policy
            continue
        found = inline.search(path.read_text())
        if found:
            guilty[str(path.relative_to(ROOT))] = found[0]
    assert guilty == {}


def test_no_column_can_hold_what_people_looked_at() -> None:
    """Decision 3: nothing in the schema can hold a URL, a DNS name that was visited or traffic content."""
    bad = re.compile(r"(^|_)(url|dns|domain|host|query|payload|visited|website)s?($|_)")
    ours = {"routers.router.login_url", "tenants.domain.domain"}
    fields = {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in APPS
        for field in model._meta.get_fields()
        if bad.search(field.name) and not field.auto_created and not field.is_relation
    }
    assert fields <= ours
