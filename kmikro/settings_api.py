"""The part of the settings that is the API's: how requests are read, who may, and what its description says."""

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.auth.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["api.auth.Scoped"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "api.paging.CursorPages",
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "api.schema.Operation",
    "EXCEPTION_HANDLER": "api.errors.handler",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "K-Mikro Core API",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # no badge from elsewhere
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "PREPROCESSING_HOOKS": ["api.schema.only_api"],
    "POSTPROCESSING_HOOKS": ["api.schema.complete"],
    "DESCRIPTION": (
        "Routers, plans, vouchers, subscribers and sessions of one ISP, on its own host.\n\n"
        "Send `Authorization: Bearer kmk_…`; a token has scopes and never does more than the person who made it "
        "may. Errors are problem+json (RFC 9457). Lists are pages: `limit` up to 100, then `cursor`. A POST with "
        "an `Idempotency-Key` can be sent again safely. Unknown names in a body or query are mistakes. Times are "
        "UTC; money is in the smallest unit of its currency; speeds are bits per second."
    ),
}
