"""Whether docs/openapi.yaml says what the code does; --write makes it so."""

import difflib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

SHOWN = 40  # lines of difference


# Spectacular has no annotations.
_generator: Any = SchemaGenerator
_renderer: Any = OpenApiYamlRenderer
_validate: Any = validate_schema


def described() -> str:
    """The schema of the code as YAML; raises CommandError when it could not be told exactly."""
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        schema: Any = _generator().get_schema(request=None, public=True)
    if GENERATOR_STATS:
        GENERATOR_STATS.emit_summary()
        raise CommandError("The API could not be described without guessing; see above.")
    _validate(schema)
    return str(_renderer().render(schema, renderer_context={}), "utf-8")


class Command(BaseCommand):
    help = "Compare docs/openapi.yaml with the API; --write updates it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="Write the file instead of comparing.")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs" / "openapi.yaml")

    def handle(self, *args: Any, **options: Any) -> None:
        target: Path = options["file"]
        now = described()
        if options["write"]:
            target.write_text(now)
            self.stdout.write(f"Wrote {target.name}.")
            return
        kept = target.read_text() if target.is_file() else ""
        if kept == now:
            self.stdout.write(f"{target.name} says what the API does.")
            return
        lines = difflib.unified_diff(kept.splitlines(), now.splitlines(), "kept", "code", lineterm="", n=1)
        for line in list(lines)[:SHOWN]:
            self.stdout.write(line)
        raise CommandError(f"{target.name} is out of date. Run: manage.py check_api_schema --write")
