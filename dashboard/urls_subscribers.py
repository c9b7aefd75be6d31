"""Subscribers and their accounts."""

from django.urls import URLPattern, URLResolver, path

from dashboard import account_acts, accounts, devices, own_terms, subscribers

urlpatterns: list[URLPattern | URLResolver] = [
    path("", subscribers.index, name="subscribers"),
    path("<int:pk>/", subscribers.subscriber, name="subscriber"),
    path("<int:pk>/language/", subscribers.language, name="subscriber-language"),
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
