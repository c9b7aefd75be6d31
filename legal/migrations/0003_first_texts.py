"""The first version of the platform's documents, in public only (an ISP's schema starts without documents)."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

from django.db import migrations

TEXTS = Path(__file__).resolve().parent.parent / "texts"


def publish(apps, schema_editor):
    if schema_editor.connection.schema_name != "public":
        return
    for name in ("terms-1.json", "privacy-1.json"):
        text = json.loads((TEXTS / name).read_text(encoding="utf-8"))
        canonical = json.dumps(text["sections"], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        dated = date.fromisoformat(text["dated"])
        start = datetime(dated.year, dated.month, dated.day, tzinfo=UTC)
        document = apps.get_model("legal", "Document").objects.create(kind=text["kind"], title=text["title"])
        apps.get_model("legal", "Version").objects.create(
            document=document,
            number=1,
            dated=dated,
            effective_at=start,
            published_at=start,
            changes=text["changes"],
            sections=text["sections"],
            digest=hashlib.sha256(canonical.encode()).hexdigest(),
        )


class Migration(migrations.Migration):
    dependencies = [("legal", "0002_append_only")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
