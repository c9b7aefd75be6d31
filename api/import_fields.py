"""Bodies and answers of imports."""

from typing import Any

from rest_framework import serializers

from api.fields import Flag, Moment, Named, Number, PageQuery, Strict, Text
from subscribers.import_columns import ACCESSES, DATES, MATCHES, ON_MATCH, STATES
from subscribers.importing import PIECES
from subscribers.models import ImportFile, ImportRow

LONGEST_PIECE = 700_000  # characters, so that a body stays under 1 MB


class ImportRules(Strict):
    """How rows are read and what happens with who is known; what is left out is as the file was guessed."""

    match = serializers.ListField(
        child=serializers.ChoiceField(MATCHES),
        help_text="By what somebody is known already, surest first.",
        required=False,
    )
    on_match = serializers.ChoiceField(
        ON_MATCH, required=False, help_text="fill: what is empty; replace: the file wins; skip: left alone."
    )
    dates = serializers.ChoiceField(DATES, required=False, help_text="How 01/02/2027 is read.")
    state = serializers.ChoiceField(STATES, required=False, help_text="Of new subscribers.")
    plan = Number(
        min_value=1, required=False, allow_null=True, help_text="Id of the plan where a row names none."
    )
    access = serializers.ChoiceField(ACCESSES, required=False, help_text="Where a row says none.")
    make_passwords = Flag(required=False, help_text="Where a row has none.")


class ImportColumnsIn(Strict):
    columns = serializers.ListField(
        child=Text(max_length=40, allow_blank=True),
        help_text="For each column of the header what it is: name, phone, username, plan, custom-<id> …; '' for nothing.",
        required=False,
    )
    rules = ImportRules(required=False)


class ImportNew(Strict):
    name = Text(max_length=120, help_text="Of the file.")
    text = Text(
        max_length=LONGEST_PIECE,
        trim_whitespace=False,
        help_text="The CSV: commas, semicolons or tabs, the first row names the columns.",
    )
    is_last = Flag(required=False, default=True, help_text="false: more pieces follow.")


class ImportPieceIn(Strict):
    number = Number(min_value=2, max_value=PIECES, help_text="2 for the second piece.")
    text = Text(max_length=LONGEST_PIECE, trim_whitespace=False)
    is_last = Flag(required=False, default=False)


class ImportOut(serializers.Serializer[ImportFile]):
    """A file and how far it is: rows_done of rows of the stage that its state names."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(ImportFile.State.choices)
    state_text = serializers.CharField(help_text="Why it failed.")
    stage = serializers.CharField(help_text="In which state it stopped or failed.")
    header = serializers.ListField(child=serializers.CharField())
    columns = serializers.ListField(
        child=serializers.CharField(allow_blank=True), help_text="As guessed until they are settled."
    )
    rules = serializers.DictField()
    rows = serializers.IntegerField()
    rows_done = serializers.IntegerField()
    counts = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="Rows by kind: new, merge, there, skip, error; undone and kept after an undo; accounts and secrets made.",
    )
    made_by = Named(source="by", allow_null=True)
    made_at = Moment()
    done_at = Moment(allow_null=True)
    secrets_at = Moment(allow_null=True, help_text="When the made passwords were taken.")


class ImportRowOut(serializers.Serializer[ImportRow]):
    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="In the file; the header is row 1.")
    kind = serializers.ChoiceField(ImportRow.Kind.choices)
    who = serializers.CharField()
    note = serializers.CharField()
    problems = serializers.SerializerMethodField()
    subscriber = serializers.IntegerField(source="subscriber_id", allow_null=True)
    account = serializers.IntegerField(source="service_id", allow_null=True)
    undone = serializers.ChoiceField(ImportRow.Undone.choices)

    def get_problems(self, row: ImportRow) -> list[dict[str, Any]]:
        return [{"column": column, "text": text} for column, text in row.problems]


class ImportQuery(PageQuery):
    state = serializers.ChoiceField(ImportFile.State.choices, required=False)
    search = serializers.CharField(required=False, max_length=100, help_text="Part of the file's name.")


class ImportRowQuery(PageQuery):
    kind = serializers.ChoiceField([*ImportRow.Kind.values, "undone", "kept"], required=False)
    search = serializers.CharField(
        required=False, max_length=100, help_text="Part of a name, or a row's number."
    )


class ImportedSecretOut(serializers.Serializer[Any]):
    account_number = serializers.CharField()
    name = serializers.CharField()
    username = serializers.CharField()
    password = serializers.CharField()


class ImportedSecretsOut(serializers.Serializer[Any]):
    results = ImportedSecretOut(many=True)
