"""Settings of the test suite: the real ones, over a throwaway server. No configured database can be reached from here."""

import os

# A configured database is never a test's business: not here, and not in the programs that tests start.
for _name in (
    *("DATABASE_URL", "OWNER_DATABASE_URL", "PUBLIC_DATABASE_URL", "ERASER_DATABASE_URL"),
    *("TRACKER_SERVING", "DEBUG", "HTTPS", "BEHIND_PROXY", "ARCHIVE_DIR", "CAPTURE_ALLOWED_HOSTS", "SIGN_INS_KEPT_DAYS"),
    *("KEPT_PAGES_MB", "CDN_SECONDS", "PUBLIC_POOL_SIZE", "COSTLY_AT_ONCE", "FILES_AT_ONCE", "QUEUE_MS"),
    *("PUBLIC_STATEMENT_TIMEOUT_MS", "COSTLY_STATEMENT_TIMEOUT_MS", "PAGE_STATEMENT_TIMEOUT_MS", "PUBLIC_FILE_TIMEOUT_MS"),
):
    os.environ.pop(_name, None)
for _name in [name for name in os.environ if name.startswith("PG")]:
    os.environ.pop(_name)

from config import throwaway  # noqa: E402

RUN_FOLDER = throwaway.run_folder()
os.environ["TRACKER_STATE_DIR"] = str(RUN_FOLDER)
os.environ["SECRET_KEY"] = "only for tests"
os.environ["API_REQUESTS_PER_MINUTE"] = "1000000"  # the tests of the limit set their own
os.environ["COSTLY_AT_ONCE"] = "4"  # the suite's workers share the folder of the seats
os.environ["SECOND_FACTOR_REQUIRED"] = "0"  # as in the demo; the tests of signing in turn it on

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, MIDDLEWARE, STORAGES  # noqa: E402

# A fixture names the database; a test that asks for none reaches none.
NO_DATABASE = "no_database_asked_for"
for _database in DATABASES.values():
    _database["NAME"] = NO_DATABASE
    _database["CONN_MAX_AGE"] = 0
    _database["TEST"] = {"NAME": NO_DATABASE, "MIGRATE": False}

KEPT_PAGES_BYTES = 0  # in one process tests ask many databases; tests/public/ahead keep pages of their own
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
# Files as they lie in the source, without collecting them first.
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
MIDDLEWARE = list(MIDDLEWARE)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
