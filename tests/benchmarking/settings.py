"""The settings of the server that a test puts under load: the suite's database server, and the database of that one test."""

import os

from config.test_settings import *  # noqa: F403
from config.test_settings import DATABASES

EMBEDDED_DATABASE = False  # the suite's server is not its to start or to end
for _database in DATABASES.values():
    _database["NAME"] = os.environ["TRIAL_DATABASE"]
KEPT_PAGES_BYTES = 2**24  # as an installation has it: what is measured is the page that is kept
