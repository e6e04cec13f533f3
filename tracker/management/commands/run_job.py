"""`run_job`: one background job, here and now."""

import re
from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.env import FALSE_WORDS, TRUE_WORDS
from config.trouble import Trouble
from tracker.jobs.declaring import Job, declared, find
from tracker.jobs.running import run_by_hand, sentence_of


class Command(BaseCommand):
    """Run a job outside the queue, with its progress. Without a name, the jobs that there are."""

    help = "Run a background job here and now; without a name, list the jobs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The job, and what it takes."""
        parser.add_argument("name", nargs="?", metavar="NAME", help="the job")
        parser.add_argument("arguments", nargs=REMAINDER, metavar="--argument value", help="what the job takes; the list says what that is")

    def handle(self, *args: Any, name: str | None, arguments: list[str], **options: Any) -> None:
        """Run it, or list them."""
        if name is None:
            for job in declared().values():
                self.stdout.write(told(job))
            return
        job = find(name)
        given = read(job, arguments)
        try:
            said = run_by_hand(job, given, self.progress)
        except Trouble:
            raise
        except Exception as error:
            if options["traceback"] and options["verbosity"] > 1:
                raise
            raise Trouble(sentence_of(error)) from error
        self.stdout.write(said)

    def progress(self, words: str) -> None:
        """How far it has come."""
        self.stderr.write(f"  {words}")
        self.stderr.flush()


def told(job: Job) -> str:
    """A job in the list: its name, title and arguments, when it runs by itself, and its first sentence."""
    takes = "".join(f" [--{name.replace('_', '-')} {job.kinds[name].__name__}]" for name in job.takes)
    when = f" (by itself at “{job.cron}”, UTC)" if job.cron else ""
    return f"{job.name}{takes}: {job.title}{when}\n    {job.purpose.splitlines()[0]}"


def read(job: Job, words: list[str]) -> dict[str, Any]:
    """The arguments as typed: ``--name value`` or ``--name=value``, each of the kind that the job takes."""
    found: dict[str, Any] = {}
    rest = list(words)
    while rest:
        match = re.fullmatch(r"--([a-z][a-z0-9_-]*)(?:=(.*))?", rest.pop(0), re.DOTALL)
        name = match[1].replace("-", "_") if match else ""
        if match is None or name not in job.takes:
            raise Trouble(f"This cannot be run so; what it takes is {told(job).splitlines()[0]}.")
        if match[2] is None and not rest:
            raise Trouble(f"--{match[1]} needs a value.")
        found[name] = _value(match[1], rest.pop(0) if match[2] is None else match[2], job.kinds[name])
    try:
        return job.checked(found)
    except TypeError as error:
        raise Trouble(str(error)) from None


def _value(name: str, text: str, kind: type) -> Any:
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise Trouble(f"--{name} takes a whole number, not {text!r}.")
        return int(text)
    if kind is bool:
        if text.lower() not in TRUE_WORDS | FALSE_WORDS:
            raise Trouble(f"--{name} takes yes or no, not {text!r}.")
        return text.lower() in TRUE_WORDS
    return text
