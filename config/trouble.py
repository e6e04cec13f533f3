"""The one kind of failure that a person is meant to read. Standard library only: manage.py uses it before Django is there."""


class Trouble(Exception):
    """A failure that somebody at the keyboard can mend. Its text is the one sentence they get, without a traceback.

    It names the thing that is wrong and what would be right. manage.py prints it on stderr and exits with `exit_code`.
    """

    exit_code = 1
