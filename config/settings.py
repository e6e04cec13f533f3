"""Django's settings, read from top to bottom. What differs between installations comes from the environment (config/env.py);
config/deploy/policy-tracker.env lists every variable."""

import copy
import os
import secrets

import pghistory

from config import env, postgres, state
from tracker import languages

BASE_DIR = state.BASE_DIR
STATE_DIR = state.folder()

# --- Secrets and safety --------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
SECRET_KEY = (
    env.text("SECRET_KEY") or state.kept_secrets(STATE_DIR / "secret_key.json", {"secret_key": lambda: secrets.token_urlsafe(50)})["secret_key"]
)

ALLOWED_HOSTS = env.hosts("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")

# HTTPS=1 where readers come over https; BEHIND_PROXY=1 where a proxy of ours says so in X-Forwarded-Proto.
HTTPS = env.flag("HTTPS")
BEHIND_PROXY = env.flag("BEHIND_PROXY")  # one proxy: the last address in X-Forwarded-For is the reader's, too
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "desk_session"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60  # a working day, in seconds
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 30 * 24 * 60 * 60) if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # the pages made for embedding lift it for themselves
# Nothing but our own files: no inline script or style, no other host. A view may set a narrower or wider one.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)

# --- The application -----------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "tracker.apps.TrackerConfig",
    "tracker.jobs.apps.JobsConfig",
    "tracker.admin.site.TrackerAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.middleware.ContentSecurityPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pages and downloads; it pads its answers against guessing by length (BREACH)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tracker.languages.middleware.LanguageOfTheAddress",
    "django.middleware.common.CommonMiddleware",
    "tracker.admin.importing.limits.UploadLimit",  # before whatever reads a form
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tracker.signin.middleware.Entrance",  # what a session may do before it has given its second factor; forms of sessions that ended
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["tracker.templatetags.languages"],  # no page is right without them
        },
    },
]

# --- Databases: the desk writes, the owner migrates, the public reads ------------------------------------------------------

EMBEDDED_DATABASE = not env.text("DATABASE_URL")
SERVING = env.flag("TRACKER_SERVING")  # set by `manage.py serve` for its workers

if EMBEDDED_DATABASE:
    _cluster = postgres.Cluster(STATE_DIR)
    DATABASES = {
        "default": _cluster.address("desk"),
        "owner": _cluster.address("owner"),
        "public": _cluster.address("public"),
        "eraser": _cluster.address("eraser"),
    }
else:
    # Whatever is not given falls back to the desk's; tracker.checks says what is less safe then.
    _desk = env.database("DATABASE_URL") or {}
    DATABASES = {
        "default": _desk,
        "owner": env.database("OWNER_DATABASE_URL") or copy.deepcopy(_desk),
        "public": env.database("PUBLIC_DATABASE_URL", server="prefer-standby") or env.database("DATABASE_URL", server="prefer-standby") or {},
        "eraser": env.database("ERASER_DATABASE_URL") or env.database("OWNER_DATABASE_URL") or copy.deepcopy(_desk),
    }

# Seconds (of the last one milliseconds) until a server that has fallen silent counts as gone; it has no part in a socket of this machine.
_SILENCE = {"keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "10000"}
for _alias, _database in DATABASES.items():
    _database["CONN_HEALTH_CHECKS"] = True
    # Each of several hosts is waited for that long.
    _several = "," in (_database["HOST"] or _database["OPTIONS"].get("hostaddr", ""))
    _database["OPTIONS"] = (
        {"connect_timeout": "3" if _several else "10", "application_name": f"policy-tracker {_alias}"} | _SILENCE | _database["OPTIONS"]
    )

# A mistake in reading code fails at once instead of writing, and no reader's question holds a connection for long: least of all one that most pages
# ask in a hundredth of that time. The longest is for files and other data.
PUBLIC_STATEMENT_TIMEOUT_MS = env.number("PUBLIC_STATEMENT_TIMEOUT_MS", 10_000, least=1)
COSTLY_STATEMENT_TIMEOUT_MS = env.number("COSTLY_STATEMENT_TIMEOUT_MS", 8_000, least=1)
PAGE_STATEMENT_TIMEOUT_MS = env.number("PAGE_STATEMENT_TIMEOUT_MS", 4_000, least=1)
_public = DATABASES["public"]["OPTIONS"]
_public["options"] = " ".join(
    filter(
        None,
        [
            _public.get("options", ""),
            "-c default_transaction_read_only=on",
            f"-c statement_timeout={PUBLIC_STATEMENT_TIMEOUT_MS}",
        ],
    )
)
# A file is one question, and its reader may be slow.
PUBLIC_FILE_TIMEOUT_MS = env.number("PUBLIC_FILE_TIMEOUT_MS", 600_000, least=1)

# How many requests of a kind are answered at once (tracker/public/gate.py): costly pages on half the cores of the machine, in all processes together;
# files in each process; of ordinary pages in each as many as connections are left. And for how long one waits at the longest that comes in between.
PUBLIC_POOL_SIZE = env.number("PUBLIC_POOL_SIZE", 8, least=1)
COSTLY_AT_ONCE = env.number("COSTLY_AT_ONCE", max(1, (os.cpu_count() or 1) // 2), least=1, most=256)
FILES_AT_ONCE = env.number("FILES_AT_ONCE", 2, least=1, most=256)
PAGES_AT_ONCE = max(1, PUBLIC_POOL_SIZE - COSTLY_AT_ONCE - FILES_AT_ONCE)
QUEUE_MS = env.number("QUEUE_MS", 5_000)

if SERVING:
    # The desk's connections end with each request, as the server has more threads than may ask at once: each would keep one.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    # A connection that broke is found out by the question that meets it, which is asked again over a new one (tracker/public/servers.py): a check
    # before each would cost a way to the server and back, and wait longer after each dead one. While no server answers the pool gives up soon,
    # so that the next reader's request begins anew; and no connection stays for long with the server that happened to be there when it was made.
    DATABASES["public"]["CONN_HEALTH_CHECKS"] = False
    _public["pool"] = {
        "min_size": 1,
        "max_size": PUBLIC_POOL_SIZE,
        "timeout": 10,
        "reconnect_timeout": 3,
        "max_lifetime": 300,
    }  # seconds

# Seconds for which a shared cache may keep what it can be told to drop by its key (config/deploy/sizing.md): 1 where nobody tells it.
CDN_SECONDS = env.number("CDN_SECONDS", 1, least=1, most=24 * 60 * 60)

# Public pages kept ahead of Django, in each process (tracker/public/ahead); 0 keeps none. What is being worked on is not kept.
KEPT_PAGES_BYTES = 0 if DEBUG else env.number("KEPT_PAGES_MB", 64, most=65_536) * 2**20

# --- History: who changed what, when and why, kept by triggers -----------------------------------------------------------

# Who and why stand on the event itself: a context table of its own would need UPDATE by the role that writes.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")  # reading changes nothing

# --- People ---------------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "tracker.User"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# --- Background jobs ------------------------------------------------------------------------------------------------------

# Where jobs are declared (tracker/jobs says how). The queue is in the desk's database, and the desk's role works on it.
JOB_MODULES = [
    "tracker.jobs.housekeeping",
    "tracker.signin.upkeep",
    "tracker.editorial.capturing",
    "tracker.editorial.tending",
    "tracker.exchange.imports.jobs",
    "tracker.releasing",
]
JOBS_AT_ONCE = env.number("JOBS_AT_ONCE", 2, least=1, most=32)
FINISHED_JOB_DAYS = env.number("FINISHED_JOB_DAYS", 30)
PROCRASTINATE_DATABASE_ALIAS = "default"
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
# What was due while no worker ran is made up for within a day: a machine may be off at night.
PROCRASTINATE_PERIODIC_DEFAULTS = {"max_delay": 24 * 60 * 60}

# --- Signing in (allauth, with the pages, limits and records of tracker/signin) --------------------------------------------

# Whoever may approve, publish, keep accounts or reference data needs a second factor. `manage.py start` turns it off for the demo.
SECOND_FACTOR_REQUIRED = env.flag("SECOND_FACTOR_REQUIRED", True)
SIGN_INS_KEPT_DAYS = env.number("SIGN_INS_KEPT_DAYS", 90, least=30)  # then addresses and browsers are forgotten
CSRF_FAILURE_VIEW = "tracker.signin.keeping.not_from_our_form"
ACCOUNT_ADAPTER = "tracker.signin.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]  # nobody signs up: this says what an account has
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = False  # ours do not lock the owner out: tracker/signin/throttle.py
MFA_ADAPTER = "tracker.signin.adapters.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Shared by all processes: a code used at one of them is used up at all.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "tracker_shared_value",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # In each process by itself, so that readers cost the desk's database nothing: what the API counts (tracker/public/api/limits.py).
    "limits": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits", "OPTIONS": {"MAX_ENTRIES": 50_000}},
}

# --- The API (tracker/public/api) -------------------------------------------------------------------------------------------

# Requests a minute from one network address, counted in each process; 0 for no limit.
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600)
# Nobody signs in there, and nothing but JSON is spoken: whatever REST framework could do besides is turned off.
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_THROTTLE_CLASSES": ["tracker.public.api.limits.Readers"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "tracker.public.api.described.Described",
    "EXCEPTION_HANDLER": "tracker.public.api.problems.as_problem",
    "UNAUTHENTICATED_USER": None,
    "UNAUTHENTICATED_TOKEN": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "SERVERS": [{"url": "/"}],  # wherever the site is reached
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["tracker.public.api.described.say_once"],
}

# --- Languages and time ---------------------------------------------------------------------------------------------------

LANGUAGE_CODE = languages.SOURCE  # of the desk, too, and of every address without a language in it
LANGUAGES = [(each.code, each.name) for each in languages.LANGUAGES.values()]
LOCALE_PATHS = [BASE_DIR / "tracker" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Who answers for the site ----------------------------------------------------------------------------------------------

# Shown on /about/ and /accessibility/; without them the pages say that the operator has not named itself.
OPERATOR_NAME = env.text("OPERATOR_NAME")
OPERATOR_CONTACT = env.text("OPERATOR_CONTACT")  # an e-mail address or a web address

# --- Files ----------------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = STATE_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = STATE_DIR / "media"
ARCHIVE_DIR = env.path("ARCHIVE_DIR") or STATE_DIR / "archive"  # copies of other people's pages: for staff, so never below MEDIA_ROOT
# Hosts whose pages may be captured although they lie in a private network. Everything else about fetching holds for them too.
CAPTURE_ALLOWED_HOSTS = env.places("CAPTURE_ALLOWED_HOSTS")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a recommendation with many addressees is one long admin form

# --- What is written down while it runs -----------------------------------------------------------------------------------

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"brief": {"()": "config.trouble.Brief"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["brief"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # The default handlers would mail errors and repeat each line.
        "django": {"handlers": [], "level": env.one_of("LOG_LEVEL", LOG_LEVELS, "WARNING"), "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "tracker": {"level": env.one_of("LOG_LEVEL", LOG_LEVELS, "INFO")},
    },
}

# --- Tools ----------------------------------------------------------------------------------------------------------------

SILENCED_SYSTEM_CHECKS: list[str] = [
    "security.W008",  # redirecting http to https is the proxy's work
]
os.environ.setdefault("PYTHONUTF8", "1")  # for the programs started from here
