"""The one kind of failure that a person is meant to read, and what need not be read of others.

Standard library only: manage.py uses it before Django is there.
"""

import logging


class Trouble(Exception):
    """A failure that somebody at the keyboard can mend. Its text is the one sentence they get, without a traceback.

    It names the thing that is wrong and what would be right. manage.py prints it on stderr and exits with `exit_code`.
    """

    exit_code = 1


class Brief(logging.Filter):
    """What was refused (an answer of 400 to 499) is one line in the log: where in the code it was refused helps nobody, and would bury the rest."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; takes the traceback off."""
        if 400 <= getattr(record, "status_code", 500) < 500:
            record.exc_info = record.exc_text = None
        return True
