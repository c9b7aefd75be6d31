"""Usage that counts for no limit is not told to the RADIUS workers: it would make them forget everybody every minute.

Only who says `kmikro.quiet` in the transaction is not told of; it tells by itself of those it matters for.
"""

from django.db import migrations

QUIET = """
DROP TRIGGER tell_radius ON subscribers_service;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON subscribers_service
    FOR EACH ROW WHEN (current_setting('kmikro.quiet', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION tell_service();
"""
LOUD = """
DROP TRIGGER tell_radius ON subscribers_service;
CREATE TRIGGER tell_radius AFTER UPDATE OR DELETE ON subscribers_service
    FOR EACH ROW EXECUTE FUNCTION tell_service();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0003_ways_to_sign_in")]
    operations = [migrations.RunSQL(QUIET, LOUD)]
