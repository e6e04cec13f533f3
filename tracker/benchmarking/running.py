"""One run: every row of the table, round after round, what is interrupted included."""

import datetime as dt
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from django.db import DatabaseError
from django.utils import timezone

from tracker.benchmarking import limits, load, overload
from tracker.benchmarking.asked import Failed, Site, asking
from tracker.benchmarking.asking import Published
from tracker.benchmarking.measuring import Memory, Times, memory, questions
from tracker.benchmarking.overload import Overload
from tracker.benchmarking.peers import datasette
from tracker.benchmarking.scenarios import LIMIT, PEERS, PRODUCT, Ask, Ground, Scenario, names, scenarios

WARM = "warm"
"""The name of the row that is measured under load."""
OVERLOAD = "overload"
"""The name of what is measured under more than there is room for."""
LEAST = 3
"""Rounds of what takes long, where so many were asked for."""
SECONDS_OF_LOAD = 5.0

Say = Callable[[str], None]


@dataclass
class Row:
    """What was measured of a scenario: the times of each who took part, or why there are none."""

    scenario: Scenario
    times: dict[str, Times] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    questions: int | None = None
    memory: Memory | None = None


@dataclass
class Run:
    """All that was measured."""

    began: dt.datetime
    rounds: int
    published: Published
    busy: float
    """How many processes wanted the cores in the minute before it began."""
    rows: list[Row] = field(default_factory=list)
    loads: dict[str, load.Load] = field(default_factory=dict)
    overload: Overload | None = None
    remarks: list[str] = field(default_factory=list)
    complete: bool = False
    """Every row, beside everybody."""
    interrupted: bool = False


def every_name() -> list[str]:
    """What ``--only`` takes."""
    return [*names(), WARM, OVERLOAD]


def measure(*, rounds: int, only: Iterable[str], peers: bool, say: Say, seconds_of_load: float = SECONDS_OF_LOAD) -> Run:
    """Measure the rows named (all of them where none is), each beside its limit and its peers.

    Interrupted, it gives what it has, as not complete. Raises :class:`Trouble` where nothing was published that could be asked for.
    """
    wanted = set(only) or set(every_name())
    now = timezone.now()
    with limits.connection() as over:
        run = Run(now, rounds, Published.read(over, now.date()), os.getloadavg()[0])
        try:
            with asking(), _ground(over, run, peers=peers, say=say) as ground:
                chosen = [each for each in scenarios(ground) if each.name in wanted]
                for number, scenario in enumerate(chosen, start=1):
                    say(f"{number} of {len(wanted)}: {scenario.title}")
                    row = _measured(scenario, ground, rounds)
                    run.rows.append(row)
                    say("  " + ", ".join([f"{who} {times.median * 1000:,.1f} ms" for who, times in row.times.items()] + _told(row.failed)))
            if WARM in wanted:
                say(f"{len(chosen) + 1} of {len(wanted)}: a warm page under load")
                _under_load(run, seconds_of_load)
            if OVERLOAD in wanted:
                say(f"{len(wanted)} of {len(wanted)}: more readers of the costliest page than there is room for")
                _overloaded(run, seconds_of_load)
            run.complete = wanted == set(every_name()) and peers and not run.remarks
        except KeyboardInterrupt:
            run.interrupted = True
            run.remarks.append("It was interrupted: rows that were not whole by then are left out.")
    return run


@contextmanager
def _ground(over: object, run: Run, *, peers: bool, say: Say) -> Iterator[Ground]:
    """Everybody who is asked; a peer that cannot be had is remarked on."""
    with ExitStack() as held:
        program = None
        if peers:
            try:
                program = held.enter_context(datasette.running(over, say))
            except Failed as failed:
                run.remarks.append(f"{failed}.")
                say(f"{failed}; it is left out")
        yield Ground(Site(), Site(signed_in=True), over, run.published, Site.stock() if peers else None, program)


def _measured(scenario: Scenario, ground: Ground, rounds: int) -> Row:
    """First everybody once unmeasured, so that what is read and compiled once is; the product is counted and weighed meanwhile. Then the rounds."""
    row = Row(scenario)
    taking_part: dict[str, Ask] = {PRODUCT: scenario.product, LIMIT: scenario.limit, **scenario.peers}
    seconds: dict[str, list[float]] = {who: [] for who in taking_part}

    def ask(who: str, choice: object) -> float | None:
        try:
            return taking_part[who](choice)  # type: ignore[arg-type]
        except (Failed, DatabaseError) as failed:
            row.failed[who] = str(failed) if isinstance(failed, Failed) else f"the database says: {' '.join(str(failed).split())[:80]}"
            del taking_part[who]
            return None

    try:
        choices = scenario.choices(ground.published)
        choice = next(choices)
        with questions() as asked:
            ask(PRODUCT, choice)
        if PRODUCT not in row.failed:
            row.questions = scenario.questions() if scenario.questions else asked.number
            with memory() as row.memory:
                ask(PRODUCT, choice)
        for who in list(taking_part):
            if who != PRODUCT:
                ask(who, choice)
        for _round in range(max(rounds // scenario.share, min(rounds, LEAST))):
            choice = next(choices)
            for who in list(taking_part):
                if (took := ask(who, choice)) is not None:
                    seconds[who].append(took)
    except Failed as failed:
        row.failed |= dict.fromkeys(taking_part, str(failed))
    row.times = {who: Times(tuple(took)) for who, took in seconds.items() if took and who not in row.failed}
    return row


def _told(failed: dict[str, str]) -> list[str]:
    return [f"{who} {why}" for who, why in failed.items()]


def _under_load(run: Run, seconds: float) -> None:
    try:
        for who, found in load.measured("/", seconds):
            run.loads[who] = found
    except Failed as failed:
        run.remarks.append(f"A warm page under load: {failed}.")


def _overloaded(run: Run, seconds: float) -> None:
    try:
        run.overload = overload.measured(run.published, seconds)
    except Failed as failed:
        run.remarks.append(f"More readers than there is room for: {failed}.")


def taking_part(run: Run) -> list[str]:
    """The peers that were asked anything."""
    return [who for who in PEERS if any(who in row.times or who in row.failed for row in run.rows)]
