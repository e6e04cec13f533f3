"""A job as a plain command: run here and now, with its progress, and one sentence where it fails."""

from typing import Any

from django.core.management.base import BaseCommand

from config.trouble import Trouble
from tracker.jobs import Job
from tracker.jobs.running import run_by_hand, sentence_of


def run(command: BaseCommand, job: Job, **arguments: Any) -> str:
    """What the job says at its end. Progress goes to stderr; Ctrl-C leaves everything that was done until then."""

    def progress(words: str) -> None:
        command.stderr.write(f"  {words}")
        command.stderr.flush()

    try:
        return run_by_hand(job, arguments, progress)
    except KeyboardInterrupt:
        raise Trouble("Interrupted: what was done until now is kept, and the command can be run again.") from None
    except Trouble:
        raise
    except Exception as error:
        raise Trouble(sentence_of(error)) from error
