"""The one settings module: everything comes from the environment and nonsense stops the start."""

from pathlib import Path

from kmikro import env
from kmikro.logs import configure
from kmikro.settings_api import REST_FRAMEWORK as REST_FRAMEWORK
from kmikro.settings_api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS

BASE_DIR = Path(__file__).resolve().parent.parent
STATE_DIR = Path(env.text("KMIKRO_STATE", str(BASE_DIR / ".kmikro")))

DEBUG = False  # Django's debug pages show secrets; development differs by KMIKRO_DEBUG alone
DEVELOPMENT = env.flag("KMIKRO_DEBUG")
SECRET_KEY = env.text("KMIKRO_SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise env.BadEnvironment(
        "KMIKRO_SECRET_KEY is shorter than 32 characters. Generate one: openssl rand -hex 32"
    )
SECRET_KEY_FALLBACKS = env.words("KMIKRO_SECRET_KEYS_OLD")

BASE_DOMAIN = env.text("KMIKRO_BASE_DOMAIN", "localhost").lower()
HTTP_PORT = env.number("KMIKRO_HTTP_PORT", 8000, low=1, high=65535)
PUBLIC_SCHEME = env.text(
    "KMIKRO_PUBLIC_SCHEME", "http" if DEVELOPMENT or BASE_DOMAIN == "localhost" else "https"
)
SECURE = PUBLIC_SCHEME == "https"
# The port that browsers see; behind Caddy it is the scheme's own.
PUBLIC_PORT = env.number("KMIKRO_PUBLIC_PORT", 443 if SECURE else HTTP_PORT, low=1, high=65535)
TRUST_PROXY = env.flag("KMIKRO_TRUST_PROXY")
ALLOWED_HOSTS = ["*"]  # hosts are matched exactly against the Domain table by tenants.middleware

RADIUS_AUTH_PORT = env.number("KMIKRO_RADIUS_AUTH_PORT", 1812, low=1, high=65535)
RADIUS_ACCT_PORT = env.number("KMIKRO_RADIUS_ACCT_PORT", 1813, low=1, high=65535)
# A second radiusd on this host may share the ports; without it a taken port is refused.
RADIUS_JOIN = env.flag("KMIKRO_RADIUS_JOIN")
# More UDP ports, for routers that share one address; each gets one of its own.
RADIUS_EXTRA_PORTS = env.span("KMIKRO_RADIUS_EXTRA_PORTS", low=1024, high=65535, most=1000)
# Datagrams of one router that are no RADIUS of ours, a second and worker, before it goes unread; 0: any number.
RADIUS_INVALID_PER_SECOND = env.number("KMIKRO_RADIUS_INVALID_PER_SECOND", 200, low=0, high=1_000_000)
# Services that each worker remembers, about 300 octets each; of those beyond it the least asked for make room.
RADIUS_FACTS = env.number("KMIKRO_RADIUS_FACTS", 1_000_000, low=1_000, high=100_000_000)
# RADIUS over TLS beside it (RFC 6614), off unless wanted.
RADSEC = env.flag("KMIKRO_RADSEC")
RADSEC_PORT = env.number("KMIKRO_RADSEC_PORT", 2083, low=1, high=65535)
# Prometheus asks /metrics on the public host with this bearer token; without it there is no such page.
METRICS_TOKEN = env.text("KMIKRO_METRICS_TOKEN", "")
COA_PORT = env.number("KMIKRO_COA_PORT", 3799, low=1, high=65535)
# The address routers reach us at (RADIUS, CoA source, API source) and the one we listen on.
RADIUS_ADDRESS = env.text("KMIKRO_RADIUS_ADDRESS", "127.0.0.1")
_LOCAL = RADIUS_ADDRESS.startswith("127.")
RADIUS_BIND = env.text("KMIKRO_RADIUS_BIND", RADIUS_ADDRESS if _LOCAL else "0.0.0.0")  # noqa: S104
RADIUS_PROBE_ADDRESS = env.text("KMIKRO_RADIUS_PROBE", RADIUS_ADDRESS if _LOCAL else "127.0.0.1")
# Routers on loopback or private addresses: the virtual router and laboratories. Never on a public service.
ALLOW_PRIVATE_ROUTERS = env.flag("KMIKRO_ALLOW_PRIVATE_ROUTERS", default=DEVELOPMENT)
# The WireGuard hub (manage.py tunnel_agent): host and port that routers find it at, or none; docs/operations.md.
TUNNEL_ENDPOINT = env.endpoint("KMIKRO_TUNNEL_ENDPOINT")
TUNNEL_POOL = env.network("KMIKRO_TUNNEL_POOL", "10.99.0.0/16")
TUNNEL_PORT = env.number("KMIKRO_TUNNEL_PORT", TUNNEL_ENDPOINT[1] or 51820, low=1, high=65535)
TUNNEL_INTERFACE = env.text("KMIKRO_TUNNEL_INTERFACE", "kmikro-wg")
TUNNEL_WEB_PORT = env.number("KMIKRO_TUNNEL_WEB_PORT", 0, low=0, high=65535)
# Beside it the SSTP hub (manage.py sstp_hub) at the same host, for RouterOS 6: its TCP port; 0: none.
SSTP_PORT = env.number("KMIKRO_SSTP_PORT", 0, low=0, high=65535)
SSTP_INTERFACE = env.text("KMIKRO_SSTP_INTERFACE", "kmikro-sstp")
SSTP_USER = env.text("KMIKRO_SSTP_USER", "kmikro")  # who runs sstp_hub; the interface is made for that user

SHARED_APPS = [
    "django_tenants",
    "kmikro",
    "tenants",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "accounts",
    "legal",
    "dashboard",
    "portal",
    "api",
    "template_partials.apps.SimpleAppConfig",
    "lucide",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
TENANT_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "accounts",
    "legal",
    "subscribers",
    "billing",
    "routers",
    "radius",
]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]

TENANT_MODEL = "tenants.Isp"
TENANT_DOMAIN_MODEL = "tenants.Domain"
TENANT_LIMIT_SET_CALLS = False
PUBLIC_SCHEMA_URLCONF = "kmikro.urls_public"
ROOT_URLCONF = "kmikro.urls"
WSGI_APPLICATION = "kmikro.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # e-mail addresses are unique without regard to case, by a constraint
AUTHENTICATION_BACKENDS = ["accounts.backend.EmailBackend"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

MIDDLEWARE = [
    "kmikro.middleware.RequestContext",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tenants.middleware.ResolveTenant",
    "legal.middleware.TermsGate",
    "tenants.middleware.EnterTenant",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.middleware.SignedIn",
]

DATABASES = {
    "default": {
        "ENGINE": "tenants.backend",
        **env.database("DATABASE_URL"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "kmikro"},
        "TEST": {"TEMPLATE": "template0"},
    }
}
# radiusd's own login to the same database, so that no one else can use up its connections; empty: the same login.
RADIUS_DB_USER = env.text("KMIKRO_RADIUS_DB_USER", "")
RADIUS_DB_PASSWORD = env.text("KMIKRO_RADIUS_DB_PASSWORD", "")
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]

REDIS_URL = env.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_FUNCTION": "tenants.keys.cache_key",
        "OPTIONS": {"serializer": "tenants.keys.JsonSerializer"},
    }
}

CELERY_BROKER_URL = REDIS_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "routers.telling.*": {"queue": "message"},
    "routers.tasks.tend": {"queue": "bulk"},
    "routers.tasks.*": {"queue": "router"},
    "routers.care_tasks.*": {"queue": "router"},
    "routers.changing.*": {"queue": "router"},
    "billing.tasks.*": {"queue": "bulk"},
    "subscribers.tasks.*": {"queue": "bulk"},
    "radius.tasks.*": {"queue": "router"},
    "dashboard.tasks.remove_at_router": {"queue": "router"},
    "dashboard.tasks.audit": {"queue": "bulk"},
    "dashboard.tasks.look_at_router": {"queue": "router"},
    "accounts.tasks.*": {"queue": "message"},
}
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "global_keyprefix": "kmikro:"}

_FILES = [f"django.template.loaders.{kind}.Loader" for kind in ("filesystem", "app_directories")]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dashboard.context.shell",
            ],
            "loaders": [
                ("template_partials.loader.Loader", [("django.template.loaders.cached.Loader", _FILES)])
            ],
            "builtins": [
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                "kmikro.templatetags.kmikro_ui",
            ],
        },
    }
]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.passwords.MaximumLengthValidator"},
    {"NAME": "accounts.passwords.RepetitionValidator"},
]
LOGIN_URL = "sign-in"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
SESSION_COOKIE_NAME = "__Host-sessionid" if SECURE else "sessionid"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrftoken" if SECURE else "csrftoken"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "kmikro.errors.csrf_failure"
SECURE_HSTS_SECONDS = 63072000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUST_PROXY else None
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        **{of: ["'self'"] for of in ("script-src", "style-src", "font-src", "connect-src", "form-action")},
        **{of: ["'none'"] for of in ("default-src", "base-uri", "object-src", "frame-ancestors")},
        "img-src": ["'self'", "data:"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("sw", "Kiswahili")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEVELOPMENT
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

EMAIL_BACKEND = env.text("KMIKRO_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = str(STATE_DIR / "mail")
EMAIL_HOST = env.text("KMIKRO_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("KMIKRO_EMAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = env.text("KMIKRO_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("KMIKRO_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("KMIKRO_EMAIL_TLS")
DEFAULT_FROM_EMAIL = env.text("KMIKRO_EMAIL_FROM", f"K-Mikro Core <no-reply@{BASE_DOMAIN}>")

LOGGING_CONFIG = None
configure(json=not DEVELOPMENT, level=env.text("KMIKRO_LOG_LEVEL", "INFO"))
