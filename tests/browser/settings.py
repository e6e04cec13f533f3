"""The settings of the worker that a browser test starts: the suite's server, the database and the archive of that one test, the real jobs."""

import os
from pathlib import Path

from config.test_settings import *  # noqa: F403
from config.test_settings import DATABASES

EMBEDDED_DATABASE = False  # the suite's server is not the worker's to start or to end
for _database in DATABASES.values():
    _database["NAME"] = os.environ["TRIAL_DATABASE"]
ARCHIVE_DIR = Path(os.environ["TRIAL_ARCHIVE"])
CAPTURE_ALLOWED_HOSTS = ["127.0.0.1"]
