"""The settings of workers that tests start: the suite's server, the database of one test, and jobs to try things with."""

import os

from config.test_settings import *  # noqa: F403
from config.test_settings import DATABASES, INSTALLED_APPS  # noqa: F401

EMBEDDED_DATABASE = False  # the suite's server is not theirs to start or to end
JOB_MODULES = ["tracker.jobs.housekeeping", "tests.jobs.trials"]
for _database in DATABASES.values():
    _database["NAME"] = os.environ.get("TRIAL_DATABASE", _database["NAME"])
