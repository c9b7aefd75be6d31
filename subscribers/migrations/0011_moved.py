"""The one phone, email and note of a subscriber become rows of their own; what is typed into searches is indexed.

Numbers that were written without their country keep their digits as they are: this schema does not know the country.
"""

from django.db import migrations

MOVE = """
INSERT INTO subscribers_phone (subscriber_id, label, number, digits, is_primary)
    SELECT id, '', phone, regexp_replace(phone, '[^0-9]', '', 'g'), true FROM subscribers_subscriber WHERE phone <> '';
INSERT INTO subscribers_email (subscriber_id, label, address, is_primary)
    SELECT id, '', email, true FROM subscribers_subscriber WHERE email <> '';
INSERT INTO subscribers_note (subscriber_id, kind, text, by, at, is_pinned)
    SELECT id, 'office', note, '', made_at, false FROM subscribers_subscriber WHERE note <> '';
SET CONSTRAINTS ALL IMMEDIATE;
"""
BACK = """
UPDATE subscribers_subscriber SET phone = p.number FROM subscribers_phone p
    WHERE p.subscriber_id = subscribers_subscriber.id AND p.is_primary;
UPDATE subscribers_subscriber SET email = e.address FROM subscribers_email e
    WHERE e.subscriber_id = subscribers_subscriber.id AND e.is_primary;
SET CONSTRAINTS ALL IMMEDIATE;
"""
# The extension is one for the database, and trusted: the owner of the schemas may make it. Trigrams find a part of a
# name or number without walking through all of them; kmikro's own LIKE needs nothing on its search path.
INDEXES = """
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE INDEX subscriber_name_parts ON subscribers_subscriber USING gin (upper(name) public.gin_trgm_ops);
CREATE INDEX subscriber_legal_parts ON subscribers_subscriber USING gin (upper(legal_name) public.gin_trgm_ops)
    WHERE legal_name <> '';
CREATE INDEX phone_parts ON subscribers_phone USING gin (digits public.gin_trgm_ops);
CREATE INDEX email_parts ON subscribers_email USING gin (upper(address) public.gin_trgm_ops);
CREATE INDEX service_label_parts ON subscribers_service USING gin (upper(label) public.gin_trgm_ops);
"""
NO_INDEXES = """
DROP INDEX subscriber_name_parts; DROP INDEX subscriber_legal_parts; DROP INDEX phone_parts; DROP INDEX email_parts;
DROP INDEX service_label_parts;
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0010_record")]

    operations = [
        migrations.RunSQL(MOVE, BACK),
        migrations.RemoveIndex(
            model_name="subscriber",
            name="subscriber_phone",
        ),
        migrations.RemoveField(
            model_name="subscriber",
            name="email",
        ),
        migrations.RemoveField(
            model_name="subscriber",
            name="note",
        ),
        migrations.RemoveField(
            model_name="subscriber",
            name="phone",
        ),
        migrations.RunSQL(INDEXES, NO_INDEXES),
    ]
