"""Settings, all from the environment (README, "Deploy").

Three modes: production (the default), demo (`DEMO=true`) and development
(`DEBUG=true`). `bin/setup` writes `var/local.env` for the last two; it is read
only where the environment itself says nothing.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _
from environs import Env
from psycopg2.extensions import parse_dsn
from redis.backoff import NoBackoff
from redis.retry import Retry

from coaching.content_keys import id_of, key_of
from coaching.logs import logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"

env = Env()
if "SECRET_KEY" not in os.environ and (VAR / "local.env").exists():
    env.read_env(VAR / "local.env", recurse=False)

DEBUG = env.bool("DEBUG", False)
DEMO = env.bool("DEMO", False)
IS_LOCAL = DEBUG or DEMO
"""Demo or development: the mailbox, the style guide and the demo accounts exist."""

NEEDED = ["SECRET_KEY", "CONTENT_KEYS", "DATABASE_URL", "SITE_URL"]
if not IS_LOCAL:
    NEEDED += ["REDIS_URL", "EMAIL_URL"]
if missing := [name for name in NEEDED if not env.str(name, "")]:
    raise ImproperlyConfigured(
        f"Not set: {', '.join(missing)}. Set them in the environment (README, Deploy), "
        "or run bin/setup for a demo or development installation."
    )

SECRET_KEY = env.str("SECRET_KEY")
CONTENT_KEYS: list[str] = env.list("CONTENT_KEYS")
"""What private texts are encrypted with; the first one writes, all of them read (README, Deploy)."""
try:
    _key_ids = {id_of(key_of(words)) for words in CONTENT_KEYS}
except ValueError:
    _key_ids = set()
if len(_key_ids) != len(CONTENT_KEYS):
    raise ImproperlyConfigured(
        "CONTENT_KEYS must be different keys of 32 bytes in base64url, with commas between them. Make one: "
        "python -c 'import secrets; print(secrets.token_urlsafe(32))'"
    )
SITE_URL = env.str("SITE_URL").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}; it must look like https://trellis.example")
IS_SECURE = _site.scheme == "https"
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]
"""Health checks ask from the machine itself, and both names of it work in a demo."""
ALLOWED_HOSTS = [*(env.list("ALLOWED_HOSTS", []) or [_site.hostname]), *LOOPBACK]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- the house --------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    # Ours come last, so that they may take back what others put into the admin; the highest floor first.
    "coaching.home",
    "coaching.scheduling",
    "goals",
    "clients",
    "community",
    "coaching.accounts",
]

MIDDLEWARE = [
    "coaching.logs.RequestLogMiddleware",
    "coaching.accounts.middleware.OnlyUtf8Middleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "coaching.accounts.middleware.OwnTimeZoneMiddleware",
    "coaching.accounts.middleware.PrivatePagesMiddleware",
    "coaching.accounts.middleware.GoneMeanwhileMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "clients.middleware.NotOpenToWordsMiddleware",
]

PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
"""Reading changes nothing; and a health check must not need to know who asks."""

ROOT_URLCONF = "coaching.urls"
WSGI_APPLICATION = "coaching.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["coaching.accounts.templatetags.trellis"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "coaching.accounts.context.installation",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- what it stands on ------------------------------------------------------


def _database(url: str) -> dict[str, object]:
    """Django's form of a libpq address; options libpq knows (`sslmode`) are passed on."""
    try:
        parts = parse_dsn(url)
    except Exception as error:
        raise ImproperlyConfigured(f"DATABASE_URL is not an address PostgreSQL knows: {error}") from error
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "trellis"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": {"connect_timeout": 5, **parts},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASES = {"default": _database(env.str("DATABASE_URL"))}

REDIS_URL = env.str("REDIS_URL", "")
REDIS_TIMEOUTS = {"socket_timeout": 5, "socket_connect_timeout": 2}
"""A frozen Redis must never hang a web request."""

CACHES = {
    "default": {
        "BACKEND": "coaching.accounts.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {**REDIS_TIMEOUTS, "retry": Retry(NoBackoff(), 0)},
    }
    if REDIS_URL
    # Web and worker see the same.
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR / "cache"}
}

BROKER = VAR / "broker"
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "coaching.broker:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {**REDIS_TIMEOUTS, "visibility_timeout": 3600}
    if REDIS_URL
    else {
        "data_folder_in": str(BROKER / "messages"),
        "data_folder_out": str(BROKER / "messages"),
        "control_folder": str(BROKER / "control"),
    }
)
if not REDIS_URL:
    (BROKER / "messages").mkdir(parents=True, exist_ok=True)
    (BROKER / "control").mkdir(parents=True, exist_ok=True)
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_TASK_PUBLISH_RETRY = False  # a lost message loses nothing: beat asks again
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
"""Keeps nothing on disk: what is due stands in the database, and a file that cannot be locked ends a beat."""
CELERY_BEAT_SCHEDULE = {
    "check-links": {"task": "community.check_links", "schedule": timedelta(minutes=1)},
    "work-on-imports": {"task": "community.work_on_imports", "schedule": timedelta(minutes=1)},
    "find-alike": {"task": "community.find_alike", "schedule": timedelta(minutes=1)},
    "note-links": {"task": "community.write_down_links", "schedule": timedelta(minutes=15)},
    "tick": {"task": "coaching.tick", "schedule": timedelta(seconds=10)},
    "bring-in": {"task": "clients.bring_in", "schedule": timedelta(minutes=1)},
    "erase-due": {"task": "clients.erase_due", "schedule": timedelta(minutes=15)},
    "plan-nudges": {"task": "coaching.plan_nudges", "schedule": timedelta(minutes=5)},
    "send-due": {"task": "coaching.send_due", "schedule": timedelta(seconds=15)},
}


def _mailer(url: str) -> dict[str, object]:
    """`smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`, with user and password if any."""
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtp+tls", "smtps"} or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must look like smtp+tls://user:password@mail.example:587")
    return {
        "BACKEND": "coaching.accounts.mail.RecordingEmailBackend",
        "OPTIONS": {
            "host": parts.hostname,
            "port": parts.port,
            "username": unquote(parts.username or ""),
            "password": unquote(parts.password or ""),
            "use_tls": parts.scheme == "smtp+tls",
            "use_ssl": parts.scheme == "smtps",
            "timeout": 20,
        },
    }


MAIL_PROVIDER = env.str("MAIL_PROVIDER", "")
"""Whose reports of mails that came back are taken, at `/accounts/mail/events/PROVIDER/`."""


def _anymail(provider: str, secret: str) -> dict[str, str]:
    """Mailgun signs with a key; Postmark is given `user:password` for its webhook's address."""
    if not provider:
        return {}
    if provider == "mailgun" and secret:
        return {"MAILGUN_WEBHOOK_SIGNING_KEY": secret}
    if provider == "postmark" and ":" in secret:
        return {"WEBHOOK_SECRET": secret}
    raise ImproperlyConfigured(
        "MAIL_PROVIDER must be mailgun, with its signing key in MAIL_WEBHOOK_SECRET, "
        "or postmark, with user:password in MAIL_WEBHOOK_SECRET"
    )


ANYMAIL = _anymail(MAIL_PROVIDER, env.str("MAIL_WEBHOOK_SECRET", ""))


def _sms_url(url: str) -> str:
    """See `coaching.accounts.sms`; it is checked here, so that a mistake is found at the start."""
    parts = urlsplit(url)
    is_whole = parts.username and parts.password and parts.hostname and "from=" in parts.query
    is_mailbox = IS_LOCAL and url == "mailbox:"
    if url and not is_mailbox and not (parts.scheme in {"twilio", "twilio+http"} and is_whole):
        raise ImproperlyConfigured(
            "SMS_URL must look like twilio://ACCOUNT_SID:AUTH_TOKEN@api.twilio.com?from=+15005550006"
        )
    return url


SMS_URL = _sms_url(env.str("SMS_URL", "mailbox:" if IS_LOCAL else ""))

MAIL_LEASE = timedelta(minutes=2)
"""How long a worker may hold a mail before another may take it: longer than all waits within a try."""
MAIL_FIRST_WAIT = timedelta(seconds=30)
MAIL_LONGEST_WAIT = timedelta(hours=1)
"""A mail that could not be handed over waits half a minute, then twice as long each time, up to an hour."""
MAIL_RECORD_WAITS = [0.5, 1, 2, 4, 8]
"""Seconds between tries to record an answer while the database is away. The lease outlasts them."""
MAIL_SETTLING = timedelta(minutes=1)
"""News of a booking or a move waits so long: somebody who corrects a slip at once sends one mail, not two."""
MAIL_HOLD_AFTER = timedelta(hours=3)
"""A mail about a session that has been due for so long is sent only if a person says so."""
MAILBOX_DIR = VAR / "mailbox"
"""Where the demo's own mail server puts what it was given; shown at /mailbox/."""
MAILERS = {"default": _mailer(env.str("EMAIL_URL", "smtp://127.0.0.1:8025"))}
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", f"Trellis <no-reply@{_site.hostname}>")

# --- the directory ----------------------------------------------------------

LINK_CHECKS = env.bool("LINK_CHECKS", not IS_LOCAL)
"""Ask the links of listings once a week whether they still work. A demo's invented places have none."""

SECOND_PAIR_OF_EYES = env.bool("SECOND_PAIR_OF_EYES", False)
"""Who wrote a listing or changed it last cannot publish or check it; another curator does."""

# --- people -----------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["coaching.accounts.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:home"
ACCOUNT_ADAPTER = "coaching.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"reset_password_from_key": "coaching.accounts.forms.NewPasswordForm"}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation's link, opened, has shown the address to be theirs
ACCOUNT_CHANGE_EMAIL = True  # a new address counts once its mail was answered
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
"""How many of our own proxies append to X-Forwarded-For: whom the rate limits count by."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
ICF_CREDENTIALS = {
    "ACC": {"hours": 100, "paid": 75, "clients": 8, "recent": 25},
    "PCC": {"hours": 500, "paid": 450, "clients": 25, "recent": 50},
    "MCC": {"hours": 2500, "paid": 2250, "clients": 35, "recent": 0},
}
"""What the International Coaching Federation asks for; where it is from stands in `scheduling.icf`."""
ICF_LARGEST_GROUP = 15
"""Hours with more people at once are not counted."""
QUICK_EXIT_URL = env.str("QUICK_EXIT_URL", "https://www.bbc.co.uk/weather")
"""Where the quick exit leads: a page that anybody may have open, and that opens fast where people are."""
INVITATION_LIFETIME = timedelta(days=14)

# --- words, times, files ----------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static", VAR / "assets"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR / "media"
ERASURES_FILE = env.str("ERASURES_FILE", str(VAR / "erasures.log"))
"""The numbers of erased records, outside the database: a restored backup is erased again by it."""
MOST_UPLOAD_BYTES = 10 * 1024 * 1024
"""The largest file that any form takes. What is larger is not kept, not even while it is sent."""
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",  # up to FILE_UPLOAD_MAX_MEMORY_SIZE, 2.5 MB
    "coaching.accounts.uploads.BoundedFileUploadHandler",
]
FORMAT_MODULE_PATH = "coaching.formats"

# --- safety -----------------------------------------------------------------

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz/"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None

# --- logs -------------------------------------------------------------------

LOGGING_CONFIG = None
LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
logging_settings(level=LOG_LEVEL)
