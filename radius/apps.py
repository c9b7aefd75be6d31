"""RADIUS as a Django app: it gives the tokens of sessions their keys."""

from django.apps import AppConfig
from django.conf import settings

from kmikro.lib.secrets import derived_key
from radius import token


class RadiusConfig(AppConfig):
    name = "radius"

    def ready(self) -> None:
        masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
        token.use([derived_key(each, "radius class") for each in masters])
