"""Published versions and acceptances can only be added."""

from django.db import migrations


def trigger(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("legal", "0001_initial"), ("accounts", "0002_append_only")]
    operations = [trigger("legal_version"), trigger("legal_acceptance")]
