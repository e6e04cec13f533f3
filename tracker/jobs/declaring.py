"""What a job is: a function with a name, a title for people, and how often it is tried."""

import hashlib
import inspect
import json
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procrastinate import retry
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job as Row

from config.trouble import Trouble
from tracker.jobs import running

QUEUE = "desk"
LONGEST_LOCK = 500  # characters; PostgreSQL's index takes a few times as many bytes
LONGEST_WAIT = 60 * 60  # seconds between two tries
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_RESERVED = frozenset({"job", "timestamp"})  # `defer`'s own, and what Procrastinate adds to a periodic one
_declared: dict[str, "Job"] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A declared job. Calling it runs it here and now, without queue or lock, as a test wants it."""

    name: str
    title: Any
    function: Callable[..., str | None]
    retries: int
    wait: int
    retry_on: tuple[type[Exception], ...]
    cron: str
    alone: bool
    about: Callable[..., str] | None
    takes: Mapping[str, inspect.Parameter] = field(default_factory=dict)
    kinds: Mapping[str, type] = field(default_factory=dict)

    def __call__(self, **arguments: Any) -> str | None:
        """Run the function itself."""
        return self.function(**arguments)

    @property
    def purpose(self) -> str:
        """The docstring, which also says why the job may be run twice."""
        return inspect.getdoc(self.function) or ""

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments as they are kept in the queue. TypeError where one is missing, unknown or of another kind."""
        if unknown := sorted(set(arguments) - set(self.takes)):
            raise TypeError(f"The job {self.name} takes no argument {unknown[0]}.")
        for name, parameter in self.takes.items():
            if name not in arguments:
                if parameter.default is parameter.empty:
                    raise TypeError(f"The job {self.name} needs the argument {name}.")
                continue
            value, kind = arguments[name], self.kinds[name]
            if type(value) is not kind and not (value is None and parameter.default is None):
                raise TypeError(f"The job {self.name} takes {name} as {kind.__name__}, not as {type(value).__name__}.")
        return dict(arguments)

    def lock(self, arguments: Mapping[str, Any]) -> str:
        """What makes two runs the same work: the job and its arguments; the job alone where it is declared so."""
        if self.alone:
            return self.name
        defaults = {name: parameter.default for name, parameter in self.takes.items() if parameter.default is not parameter.empty}
        if not (whole := defaults | dict(arguments)):
            return self.name
        text = f"{self.name} {json.dumps(whole, sort_keys=True, ensure_ascii=False)}"
        return text if len(text) <= LONGEST_LOCK else f"{self.name} {hashlib.sha256(text.encode()).hexdigest()}"

    def in_words(self, arguments: Mapping[str, Any]) -> str:
        """The arguments for people; empty without any. Never fails: what is queued may be older than the code."""
        if self.about is not None:
            try:
                return str(self.about(**arguments))
            except Exception:
                pass  # other arguments than today's: said plainly below
        return in_words(arguments)


def in_words(arguments: Mapping[str, Any]) -> str:
    """Arguments of a job that is not declared, or does not say how to put them."""
    return ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in arguments.items() if name != "timestamp")


def job(
    name: str,
    *,
    title: Any,
    retries: int = 0,
    wait: int = 60,
    retry_on: tuple[type[Exception], ...] = (Exception,),
    cron: str = "",
    alone: bool = False,
    about: Callable[..., str] | None = None,
) -> Callable[[Callable[..., str | None]], Job]:
    """Declare a function as a job. The function takes keyword arguments of the kinds str, int and bool, and gives a sentence or None.

    name      in the queue and on the command line; it stays, as jobs in the queue go by it
    title     for people, lazily translated
    retries   how often it is tried again by itself when it fails; after that a person decides
    wait      seconds before the first of these tries; each further one waits twice as long, an hour at most
    retry_on  the failures that may pass by themselves; others are not tried again
    cron      when it runs by itself, in UTC ("40 2 * * *"), with the defaults of its arguments; several workers do not double it
    alone     only one at a time, whatever the arguments
    about     the arguments in words, from the arguments alone: without asking the database
    """

    def declare(function: Callable[..., str | None]) -> Job:
        takes, kinds = _parameters(name, function, periodic=bool(cron))
        made = Job(name, title, function, retries, wait, retry_on, cron, alone, about, takes, kinds)
        if not _NAME.fullmatch(name) or name in _declared:
            raise ValueError(f"A job's name is its own, in small letters, digits and underscores: {name!r} is not.")
        if not made.purpose:
            raise ValueError(f"The job {name} needs a docstring that says what it does and why it may be run twice.")
        _register(made)
        _declared[name] = made
        return made

    return declare


def declared() -> dict[str, Job]:
    """Every job by its name, in the order of their names."""
    return dict(sorted(_declared.items()))


def find(name: str) -> Job:
    """The job of that name, or one sentence with the names that there are."""
    try:
        return _declared[name]
    except KeyError:
        raise Trouble(f"There is no job {name!r}; there are {', '.join(declared())}.") from None


def _parameters(name: str, function: Callable[..., Any], *, periodic: bool) -> tuple[dict[str, inspect.Parameter], dict[str, type]]:
    takes = dict(inspect.signature(function).parameters)
    hints = typing.get_type_hints(function)
    kinds = {}
    for argument, parameter in takes.items():
        hint = hints.get(argument)
        if typing.get_origin(hint) in (types.UnionType, typing.Union):
            of = [part for part in typing.get_args(hint) if part is not type(None)]
            hint = of[0] if len(of) == 1 and parameter.default is None else None
        if parameter.kind is not parameter.KEYWORD_ONLY or hint not in (str, int, bool) or argument in _RESERVED:
            raise TypeError(f"The job {name} takes {argument}: each argument is keyword-only, a str, an int or a bool, and not called {argument!r}.")
        if periodic and parameter.default is parameter.empty:
            raise TypeError(f"The job {name} runs by itself, so its argument {argument} needs a default.")
        kinds[argument] = hint
    return takes, kinds


class _Tries(retry.BaseRetryStrategy):
    """When a job that ended without success comes back by itself."""

    def __init__(self, of: Job) -> None:
        self.of = of

    def get_retry_decision(self, *, exception: BaseException, job: Row) -> retry.RetryDecision | None:
        """Interrupted: at once, by the next worker. Running elsewhere: in a minute. Failed: as declared."""
        if isinstance(exception, JobAborted):
            return retry.RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, running.RunningAlready):
            return retry.RetryDecision(retry_in={"seconds": 60})
        if job.attempts >= self.of.retries or not isinstance(exception, self.of.retry_on):
            return None
        return retry.RetryDecision(retry_in={"seconds": min(self.of.wait * 2**job.attempts, LONGEST_WAIT)})


def _register(made: Job) -> None:
    def entry(context: Any, timestamp: int | None = None, **arguments: Any) -> None:
        running.run_queued(made, context, arguments)

    task = app.task(name=made.name, queue=QUEUE, retry=_Tries(made), pass_context=True)(entry)
    if made.cron:
        lock = made.lock({})
        app.periodic(cron=made.cron, lock=lock, queueing_lock=lock)(task)
