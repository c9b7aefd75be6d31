"""Subscribers and their accounts."""

from django.urls import URLPattern, URLResolver, path

from dashboard import (
    account_acts,
    accounts,
    arrangements,
    arranging,
    corrections,
    devices,
    duplicates,
    import_acts,
    imports,
    own_terms,
    people,
    record,
    record_parts,
    subscribers,
    timeline,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", subscribers.index, name="subscribers"),
    path("duplicates/", duplicates.index, name="subscriber-duplicates"),
    path("<int:pk>/merge/<int:number>/", duplicates.merge, name="subscriber-merge"),
    path("<int:pk>/mergers/<int:number>/undo/", duplicates.undo, name="subscriber-merger-undo"),
    path("imports/", imports.index, name="imports"),
    path("imports/<int:pk>/", imports.show, name="import"),
    path("imports/<int:pk>/progress/", imports.progress, name="import-progress"),
    path("imports/<int:pk>/columns/", import_acts.columns, name="import-columns"),
    path("imports/<int:pk>/start/", import_acts.start, name="import-start"),
    path("imports/<int:pk>/stop/", import_acts.stop, name="import-stop"),
    path("imports/<int:pk>/go-on/", import_acts.go_on, name="import-go-on"),
    path("imports/<int:pk>/undo/", import_acts.undo, name="import-undo"),
    path("imports/<int:pk>/discard/", import_acts.discard, name="import-discard"),
    path("imports/<int:pk>/errors/", import_acts.errors, name="import-errors"),
    path("imports/<int:pk>/passwords/", import_acts.passwords, name="import-passwords"),
    path("people/", people.index, name="subscriber-people"),
    path("filters/", people.save, name="subscriber-filter-save"),
    path("filters/<int:number>/forget/", people.forget, name="subscriber-filter-forget"),
    path("<int:pk>/timeline/", timeline.index, name="subscriber-timeline"),
    path("new/", record.new, name="subscriber-new"),
    path("fields/", record_parts.fields, name="subscriber-fields"),
    path("fields/<int:number>/archive/", record_parts.field_archive, name="subscriber-field-archive"),
    path("<int:pk>/", record.show, name="subscriber"),
    path("<int:pk>/edit/", record.edit, name="subscriber-edit"),
    path("<int:pk>/do/<slug:verb>/", record.act, name="subscriber-act"),
    path("<int:pk>/language/", record.language, name="subscriber-language"),
    path("<int:pk>/notes/", record_parts.note, name="subscriber-note"),
    path("<int:pk>/notes/<int:number>/pin/", record_parts.pin, name="subscriber-note-pin"),
    path("<int:pk>/consents/", record_parts.consent, name="subscriber-consent"),
    path(
        "<int:pk>/consents/<int:number>/withdraw/", record_parts.withdraw, name="subscriber-consent-withdraw"
    ),
    path("<int:pk>/files/", record_parts.file_add, name="subscriber-file-add"),
    path("<int:pk>/files/<int:number>/", record_parts.file, name="subscriber-file"),
    path("<int:pk>/files/<int:number>/remove/", record_parts.file_remove, name="subscriber-file-remove"),
    path("arrangements/", arrangements.index, name="arrangements"),
    path("services/<int:pk>/arrange/<slug:kind>/", arranging.arrange, name="service-arrange"),
    path(
        "services/<int:pk>/arrangements/<int:number>/undo/", arranging.undo, name="service-arrangement-undo"
    ),
    path("services/<int:pk>/correct/", corrections.correct, name="service-correct"),
    path(
        "services/<int:pk>/corrections/<int:number>/undo/", corrections.undo, name="service-correction-undo"
    ),
    path("accounts/new/", accounts.new, name="subscriber-account-new"),
    path("accounts/<int:pk>/", accounts.account, name="subscriber-account"),
    path("accounts/<int:pk>/secret/", account_acts.new_secret, name="subscriber-account-secret"),
    path("accounts/<int:pk>/pause/", account_acts.pause, name="subscriber-account-pause"),
    path("accounts/<int:pk>/resume/", account_acts.resume, name="subscriber-account-resume"),
    path("accounts/<int:pk>/end/", account_acts.end, name="subscriber-account-end"),
    path("accounts/<int:pk>/terms/", own_terms.change, name="subscriber-account-terms"),
    path("accounts/<int:pk>/unbind/", own_terms.unbind, name="subscriber-account-unbind"),
    path("accounts/<int:pk>/devices/", devices.add, name="subscriber-device-add"),
    path("accounts/<int:pk>/devices/<int:device>/remove/", devices.remove, name="subscriber-device-remove"),
]
