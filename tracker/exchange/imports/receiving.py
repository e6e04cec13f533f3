"""A file becomes a batch: its bytes are kept, its profile is written down as it is now, and staff's choices are noted."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pghistory
from django.db import transaction
from django.utils.translation import gettext as _

from tracker.archive import store
from tracker.editions.tables import DESK
from tracker.editorial.verbs import Refused, allowed
from tracker.exchange.files import close_to
from tracker.exchange.imports.beside import ALL, KEEP, TAKE
from tracker.exchange.imports.progress import refuse_while_waited_for
from tracker.exchange.profiles import ProfileError, parse, shipped
from tracker.exchange.profiles.governments import LEFT_OUT
from tracker.exchange.tables import Options
from tracker.exchange.tables.limits import FILE_BYTES, megabytes
from tracker.models import Government, Import, ImportProfile, ImportState, User

RIGHT = "tracker.add_import"
OPTIONS = frozenset(Options.__dataclass_fields__)


def profiles() -> dict[str, str]:
    """Every profile by name, as TOML: those that come with the software, and those of the desk, which may not take their names."""
    own = dict(ImportProfile.objects.values_list("name", "text"))
    return {**own, **shipped()}


def find_profile(name: str) -> str:
    """The text of a profile. ``Refused`` where there is none of that name."""
    found = profiles()
    if name not in found:
        guess = close_to(name, found) or _("; there are %(names)s") % {"names": ", ".join(sorted(found))}
        raise Refused(_("There is no import profile “%(name)s”%(guess)s") % {"name": name, "guess": guess if guess.endswith("?") else guess + "."})
    return found[name]


def receive(
    file: Path,
    *,
    by: User,
    file_name: str = "",
    profile: str,
    text: str = "",
    options: Mapping[str, Any] | None = None,
    joined: Mapping[str, tuple[str, Path]] | None = None,
    draft: bool = False,
    in_place: dict[str, Path] | None = None,
) -> Import:
    """Keep a file's bytes as a new batch. Nothing is read yet.

    ``profile`` names one of :func:`profiles`; ``text`` is TOML to be used instead, under that name. ``options`` are those of ``tables.Options`` that
    are not to be guessed. ``joined`` gives the profile's other files: name of the join to file name and path.
    ``draft``: the profile is made from the file later, so that nothing of it need be there yet. ``in_place``: nothing is kept, and where each file
    lies is noted here, by the place that it would have in the archive: for what is only tried.
    """
    allowed(by, RIGHT)
    beside = joined or {}
    wanted = set(beside)
    if not draft:
        text = text or find_profile(profile)
        parsed = _parsed(text, profile)
        wanted = {join.name for join in parsed.joins}
    _check_options(options or {})
    if missing := sorted(wanted - beside.keys()):
        raise Refused(_("The profile %(profile)s joins another file, “%(name)s”; give that too.") % {"profile": profile, "name": missing[0]})
    if extra := sorted(beside.keys() - wanted):
        raise Refused(_("The profile %(profile)s joins no file “%(name)s”.") % {"profile": profile, "name": extra[0]})
    kept = _kept(file, in_place)
    others = {name: (other, _kept(path, in_place)) for name, (other, path) in beside.items()}
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk):
        return Import.objects.create(
            file_name=(file_name or file.name)[-300:],
            sha256=kept.sha256,
            size=kept.size,
            stored_as=kept.stored_as,
            profile_name=profile[:60],
            profile_text=text,
            options=dict(options or {}),
            joined={name: {"file_name": other[-300:], "sha256": of.sha256, "stored_as": of.stored_as} for name, (other, of) in others.items()},
            made_by=by,
        )


def choose(
    batch: Import,
    *,
    by: User,
    profile: str | None = None,
    text: str | None = None,
    options: Mapping[str, Any] | None = None,
    governments: Mapping[str, str] | None = None,
    decisions: Mapping[str, str] | None = None,
    without_refused: bool | None = None,
    draft: bool = False,
) -> Import:
    """Change how a batch is read or what is decided about it; what is None stays. It must be previewed again then.

    ``governments`` and ``decisions`` are added to those chosen before; an empty code takes one back; a name that means ``LEFT_OUT`` is left out. A
    decision about ``all`` takes the place of those before, and holds for every record about which nothing else is decided.
    ``draft``: the text is of a profile that is still being made, and may lack something.
    """
    allowed(by, RIGHT)
    with transaction.atomic(using=DESK), pghistory.context(user=by.pk):
        batch = Import.objects.select_for_update().get(pk=batch.pk)
        if batch.state in (ImportState.APPLIED, ImportState.UNDONE, ImportState.DISCARDED, ImportState.APPLYING, ImportState.PREVIEWING):
            said = {"number": batch.pk, "state": ImportState(batch.state).label}
            raise Refused(_("Import #%(number)s is %(state)s; nothing about it can be chosen now.") % said)
        refuse_while_waited_for(batch)
        if profile is not None or text is not None:
            batch.profile_name = (profile or batch.profile_name)[:60]
            batch.profile_text = text or find_profile(batch.profile_name)
            if not draft:
                _parsed(batch.profile_text, batch.profile_name)
        if options is not None:
            _check_options(options)
            batch.options = dict(options)
        if governments is not None:
            _check_codes(code for code in governments.values() if code and code != LEFT_OUT)
            batch.governments = {name: code for name, code in {**batch.governments, **governments}.items() if code}
        if decisions is not None:
            for name, decision in decisions.items():
                if decision not in (TAKE, KEEP) or (":" not in name and name != ALL):
                    raise Refused(_("A decision is “keep” or “take”, about a record as recommendations:R-1; “%(name)s” is none.") % {"name": name})
            batch.decisions = {**(batch.decisions if ALL not in decisions else {}), **decisions}
        if without_refused is not None:
            batch.without_refused = without_refused
        batch.state, batch.problem = ImportState.UPLOADED, ""
        batch.save()
    return batch


def _parsed(text: str, name: str) -> Any:
    try:
        return parse(text, name)
    except ProfileError as error:
        raise Refused(str(error)) from error


def _check_options(options: Mapping[str, Any]) -> None:
    if unknown := sorted(set(options) - OPTIONS):
        raise Refused(
            _("“%(name)s” is no option of how a file is read; there are %(names)s.") % {"name": unknown[0], "names": ", ".join(sorted(OPTIONS))}
        )


def _check_codes(codes: Any) -> None:
    wanted = set(codes)
    if missing := sorted(wanted - set(Government.objects.filter(code__in=wanted).values_list("code", flat=True))):
        raise Refused(_("There is no government with the code “%(code)s” here; add it first, or choose another.") % {"code": missing[0]})


def _kept(file: Path, in_place: dict[str, Path] | None) -> store.Kept:
    try:
        size = file.stat().st_size
        if size > FILE_BYTES:
            said = {"file": file.name, "size": megabytes(size), "most": megabytes(FILE_BYTES)}
            raise Refused(_("%(file)s has %(size)s; at most %(most)s are taken.") % said)
        if size == 0:
            raise Refused(_("%(file)s is empty.") % {"file": file.name})
        if in_place is None:
            return store.keep(file)
        kept = store.named(file)
        in_place[kept.stored_as] = file
        return kept
    except OSError as error:
        raise Refused(_("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror or error}) from None
    except store.NotKept as failure:
        raise Refused(str(failure)) from None
