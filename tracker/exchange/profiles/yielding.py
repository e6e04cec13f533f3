"""What one row of a file yields: its recommendation, whom it addresses, what was answered and done, and the verdict that the file gives.

All of it cites the file's own document at that row. A verdict is the source's, with the source's word beside it (``source_status``); it is the
staff's only where the profile says so and the row has both a date and a supporting citation of another document. What the package
demands and the file does not say is filled in by :mod:`tracker.exchange.profiles.deriving`.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count
from typing import TYPE_CHECKING

from tracker.exchange.files import Problem
from tracker.exchange.profiles import naming
from tracker.exchange.profiles.kinds import KIND_OF, UNCLASSIFIED
from tracker.exchange.profiles.named import Ambiguous
from tracker.exchange.profiles.naming import bounded, key_of, short_name
from tracker.exchange.profiles.reading import Unreadable, Values
from tracker.exchange.profiles.rows import LONGEST_SHOWN, MappedRow, problem_at, quoted, rows_told
from tracker.exchange.profiles.taking import KindReader, Taken, reference_of
from tracker.exchange.schema import BY_NAME
from tracker.rules import sentences
from tracker.rules.languages import OURS
from tracker.rules.shortening import first_words
from tracker.rules.translating import same_language
from tracker.rules.vocabulary import Answer, AssessorKind, Stance, Status

if TYPE_CHECKING:
    from tracker.exchange.profiles.mapping import MappedFile

_HALF = 0xFFFFFFFF
"""Of a hash, as much as is kept: 32 bits, which are compared only where the keys are the same."""

_SUPPORTS = {"stance": Stance.SUPPORTS.value}
"""What a passage does for what its row yields, unless the file says otherwise."""

_KINDS_GIVEN = {
    ("document", "kind"): sentences.KIND_OF_DOCUMENT_AS,
    ("recommendation", "measure"): sentences.KIND_OF_MEASURE_AS,
    ("action", "measure"): sentences.KIND_OF_ACTION_AS,
    ("event", "kind"): sentences.KIND_OF_EVENT_AS,
}
"""Fields whose words in the file are kept by the passage that cites its row: ours may say less, or something else."""

_MADE_FROM = {
    ("recommendations", "short_title"): "statement",
    ("actions", "title"): "description",
    ("actions", "description"): "title",
    ("assessments", "assessor"): "assessor_kind",
    ("assessments", "rationale"): "source_status",
    ("positions", "statement"): "answer",
}
"""What is filled in from another column of its record, and from which: it changes with it."""


class RowMaker:
    """One row of the file on its way to be rows of the package."""

    def __init__(self, file: "MappedFile", kinds: Mapping[str, KindReader], number: int, values: Values) -> None:
        self.file, self.kinds, self.number, self.values = file, kinds, number, values
        self.deriving, self.fillers = file.deriving, file.fillers
        self.records: list[MappedRow] = []
        self.problems: list[Problem] = []
        self.met = 0  # records that an earlier row gave already
        self.first = 0
        self.taken: dict[str, Taken] = {}
        self.rows: tuple[int, ...] = (number,)
        self.reference = self.document = self.cited = ""
        self.of = ""  # the reference that the row names, whether or not what it says of it can be taken
        self.codes: list[str] = []
        self.actions: list[tuple[str, str]] = []  # key, government
        self.says: list[str] = []
        self.served: list[tuple[str, str]] = []  # the record and its key

    def source_document(self) -> None:
        """The document that the file is."""
        source = self.deriving.source
        if not source.refers_only:
            self.put("documents", {"key": source.key, **source.fields})

    def make(self) -> None:
        """All of it, in the order in which records refer to one another."""
        for name, kind in self.kinds.items():
            if kind.applies(self.values):
                self.taken[name] = kind.read(self.values, self.number, self.problems)
                for field, values in self.taken[name].left_out.items():
                    for value in values:
                        self.file.leave_out(f"{name}.{field}", first_words(value, LONGEST_SHOWN), self.number)
        self.own_document()
        self.recommendation()
        self.addressees()
        self.themes()
        self.take_actions()
        verdicts = self.assessments()
        self.positions(verdicts)
        self.citations()

    # Putting records down

    def put(
        self,
        resource: str,
        cells: Mapping[str, str],
        taken: Taken | None = None,
        *,
        otherwise: Mapping[str, str] | None = None,
        rows: tuple[int, ...] = (),
        only_new: bool = False,
        apart: tuple[str, ...] = (),
        quiet: bool = False,
    ) -> bool | None:
        """Add a record, unless an earlier row gave it; None where an earlier row says something else under its key.

        ``otherwise``: what is filled in where the file says nothing; ``apart``: columns in which two rows may differ; ``quiet``: all of them.
        """
        filler = self.fillers[resource]
        filled = {name: text for name, text in (otherwise or {}).items() if not cells.get(name)}
        cells = {**cells, **filled}
        assumed = {name: _MADE_FROM.get((resource, name), "") for name in filled}
        key = tuple(cells.get(name, "") for name in filler.key)
        mark = self.mark(resource, cells)
        words = hash(cells.get("statement") or cells.get("description") or cells.get("title")) & _HALF
        rest = 0 if quiet else hash(frozenset((name, text) for name, text in cells.items() if text and name not in apart)) & _HALF
        if (before := self.file.seen.get(mark)) is not None:
            row, words_before, rest_before = before & _HALF, before >> 32 & _HALF, before >> 64
            self.first = self.first or row
            if rest != rest_before:
                named = " ".join(filter(None, key))
                another = "another text" if words != words_before else "other details"
                where = f"in {rows_told([row])}" if row != self.number else "in this row"
                came_to = "that row is refused as well, so that neither is taken" if row in self.file.refused else "only the first can be taken"
                words_for_it = f"{filler.noun} {named} stands {where} already, with {another}; {came_to}."
                about = f"{KIND_OF[resource].name}.key" if resource in KIND_OF and KIND_OF[resource].keyed else ""
                self.problems.append(problem_at([self.number], "", words_for_it, about=about))
                return None
            self.met += 1
            return False
        self.file.seen[mark] = self.number | words << 32 | rest << 64  # one number, not a tuple: there is one for each record of the file
        sources, raw, wrong = (taken.sources, taken.raw, taken.wrong) if taken else (None, None, ())
        made, problems = filler.row(self.number, cells, sources, raw, rows=rows or self.rows, only_new=only_new, assumed=assumed, told=wrong)
        self.records.append(made)
        self.problems += problems
        return True

    def mark(self, resource: str, cells: Mapping[str, str]) -> int:
        """What a record is kept by among those that the file gave already."""
        return hash((resource, tuple(cells.get(name, "") for name in self.fillers[resource].key)))

    def locator(self) -> str:
        """Where the row stands in the file."""
        return first_words(self.deriving.locator(self.values, rows_told(list(self.rows))), 200)

    def missing(self, kind: str, name: str, taken: Taken) -> None:
        """Say that a field without which there is no record is empty, unless something is said of it already."""
        if name not in taken.wrong:
            self.problems.append(
                problem_at([self.number], f"column {taken.sources.get(name, name)}", "there must be a value.", about=f"{kind}.{name}")
            )

    # Each kind

    def own_document(self) -> None:
        """A document of the row's own."""
        taken = self.taken.get("document")
        if taken is None or not taken.get("title"):
            return
        title = taken.get("title")
        parts = self.kinds["document"].key_parts(self.values)
        self.document = key_of(self.deriving.prefix, *map(bounded, parts if any(parts) else [title]))
        cells = {**taken.values, "key": self.document, "title": first_words(title, 500)}
        otherwise = {"kind": "official_statement", **self.deriving.document}
        if self.kinds.keys() == {"document"} and taken.raw.get("kind"):  # nothing else is made of the row, so that no passage cites it
            otherwise["note"] = sentences.KIND_GIVEN(words=first_words(taken.raw["kind"], 200))
        self.put("documents", cells, taken, otherwise=otherwise, rows=(self.number,), apart=("note",))

    def measure(self, taken: Taken, taken_of: str) -> str:
        """The key of the kind of measure; a kind that the site does not have is made."""
        name = taken.get("measure")
        key = self.key_of_named("measures", name, taken, f"{taken_of}.measure") if name else UNCLASSIFIED
        quiet = {"key": key, "name": name or sentences.UNCLASSIFIED()}
        if not name:
            quiet["definition"] = sentences.UNCLASSIFIED_MEANS()
        self.put("measures", quiet, rows=(self.number,), only_new=True, quiet=True)
        return key

    def key_of_named(self, resource: str, name: str, taken: Taken, about: str) -> str:
        """The key of a theme or a kind of measure, of one that is here where the word means it; a word that may mean several is a problem."""
        try:
            return self.file.named.key(resource, name)
        except Ambiguous as error:
            column = taken.sources.get(about.partition(".")[2], "")
            words = f"{quoted(name)}{error}"
            self.problems.append(problem_at([self.number], f"column {column}" if column else "", words, about=about))
            return short_name(name)

    def recommendation(self) -> None:
        """The recommendation, or only its reference where the site has it already."""
        taken = self.taken.get("recommendation")
        if taken is None:
            return
        kind = self.kinds["recommendation"]
        try:
            self.reference = reference_of(kind, self.values, self.deriving.source)
        except Unreadable:
            return  # told already
        self.of = self.reference
        if not self.reference:
            self.problems.append(
                problem_at([self.number], "", "nothing stands in the columns of the recommendation's key.", about="recommendation.key")
            )
            return
        if "statement" not in kind.by_name:
            self.says.append(sentences.SPEAKS_OF(of=self.reference))
            return
        statement = taken.get("statement")
        if not statement:
            self.missing("recommendation", "statement", taken)
            self.reference = ""
            return
        rows, united = self.file.united(self.reference, statement)
        self.rows = rows or (self.number,)
        cells = {**taken.values, "reference": self.reference}
        for name, items in {**taken.items, **united}.items():
            self.shorten(cells, name, items)
        source = self.deriving.key
        if cells.get("short_title"):
            cells["short_title"] = first_words(cells["short_title"], 200)
        cells.setdefault("locator", self.locator())
        cells.setdefault("made_in", self.document)
        cells.setdefault("recommended_on", self.taken["document"].get("published_on") if "document" in self.taken else "")
        measure = self.measure(taken, "recommendation")
        if taken.get("measure"):
            cells["measure"] = measure
        otherwise = {
            "short_title": first_words(statement, 200), "statement_form": "paraphrase", "made_by": self.deriving.named, "made_in": source,
            "known_from": source, "recommended_on": self.deriving.published_on, "corroboration": "single_source", "measure": measure,
        }  # fmt: skip
        if not same_language(self.deriving.language, OURS):  # what the file says is in the file's language, unless the profile says another
            otherwise["language"] = self.deriving.language
        put = self.put("recommendations", cells, taken, otherwise=otherwise, apart=("locator",))
        if put is None:
            self.reference = ""  # what the row says besides is of another recommendation than the one that has the key
            return
        self.says.append(sentences.LISTS(of=cells.get("number") or self.reference))
        if not cells.get("recommended_on"):
            self.dated_by_document(sentences.UNDATED)
        self.served.append(("recommendation", self.reference))

    def dated_by_document(self, says: sentences.Sentence) -> None:
        """Say, in the passage that cites the row, that a date is the document's, as the file gives none."""
        if self.deriving.published_on:
            self.says.append(says(day=self.deriving.published_on))

    def shorten(self, cells: dict[str, str], name: str, items: list[str]) -> None:
        """A list of values in one field; where it is longer than the field, the first of them there and all of them in the note."""
        if name not in BY_NAME["recommendations"].by_name or not items:
            return
        longest = BY_NAME["recommendations"].by_name[name].field.max_length
        cells[name] = naming.listed(items, longest) if longest else "; ".join(items)
        if cells[name] != "; ".join(items):
            verbose = str(BY_NAME["recommendations"].by_name[name].own.name).replace("_", " ")
            cells["note"] = "\n".join(filter(None, [cells.get("note", ""), f"{verbose[:1].upper()}{verbose[1:]}: {'; '.join(items)}."]))

    def resolved(self, names: Iterable[str], about: str = "addressee.government") -> list[str]:
        """Codes of governments, each once; names that nobody knows are kept among the unknown."""
        codes = (self.file.government(name, self.number, about) for name in names)
        return list(dict.fromkeys(code for code in codes if code))

    def addressees(self) -> None:
        """Whom the recommendation concerns."""
        taken = self.taken.get("addressee")
        own = self.kinds["addressee"].by_name.get("government") if taken is not None else None
        if own is not None and taken is not None:
            names = taken.items.get("government") or ([taken.get("government")] if taken.get("government") else [])
            if not names:
                self.missing("addressee", "government", taken)
            self.codes = self.resolved(names)
        elif self.file.profile.governments.all:
            self.codes = self.resolved([self.file.profile.governments.all])
        if not self.reference or (taken is None and "statement" not in self.kinds["recommendation"].by_name):
            return  # whom a recommendation addresses that the site has already, the site says
        for code in self.codes:
            cells = {**(taken.values if taken else {}), "recommendation": self.reference, "government": code}
            self.put("addressees", cells, taken, otherwise={"basis": "named"}, rows=(self.number,))

    def themes(self) -> None:
        """The recommendation's subjects."""
        taken = self.taken.get("theme")
        if taken is None or not self.reference or "statement" not in self.kinds["recommendation"].by_name:
            return
        for name in taken.items.get("name") or ([taken.get("name")] if taken.get("name") else []):
            key = self.key_of_named("themes", name, taken, "theme.name")
            self.put("themes", {"key": key, "name": name}, taken, rows=(self.number,), only_new=True, quiet=True)
            self.put("recommendation_themes", {"recommendation": self.reference, "theme": key}, taken, rows=(self.number,))

    def take_actions(self) -> None:
        """What was done, when, and how it bears on the recommendation."""
        taken = self.taken.get("action")
        if taken is None or not (taken.get("title") or taken.get("description")):
            return
        kind = self.kinds["action"]
        governments = self.codes
        if "government" in kind.by_name:
            names = taken.items.get("government") or [taken.get("government")]
            governments = self.resolved(filter(None, names), "action.government")
        description, title = taken.get("description"), taken.get("title")
        parts = kind.key_parts(self.values)
        for code in governments:
            # Where a row may name several, how many it names is no part of a key: a corrected file may name one less.
            own = (code,) if self.file.profile.may_name_several("action" if "government" in kind.by_name else "addressee") else ()
            key = key_of(self.deriving.prefix, *parts, *own) if any(parts) else key_of(self.reference, code, self.deriving.key, "action")
            measure = self.measure(taken, "action")
            cells = {**taken.values, "key": key, "government": code, "title": first_words(title, 300)}
            if taken.get("measure"):
                cells["measure"] = measure
            otherwise = {
                "body": self.file.governments.name_of(code), "corroboration": "single_source", "measure": measure,
                "title": first_words(description, 300), "description": title,
            }  # fmt: skip
            self.put("actions", cells, taken, otherwise=otherwise, rows=(self.number,))
            self.actions.append((key, code))
            self.served.append(("action", key))
            self.event(key)
            self.effects(key, code)
        if self.actions:
            self.says.append(sentences.SAYS_WHAT_WAS_DONE())

    def event(self, action: str) -> None:
        """The event that decides the action's order; an action without a date has none."""
        taken = self.taken.get("event")
        if taken is not None and taken.get("on"):
            otherwise = {"kind": "announced", "decisive": "true"}
            self.put("events", {**taken.values, "action": action}, taken, otherwise=otherwise, rows=(self.number,))

    def effects(self, action: str, actor: str) -> None:
        """How the action bears on the recommendation: not judged, unless the file judges it."""
        taken = self.taken.get("effect")
        if taken is None or not self.reference:
            return
        for code in self.codes if "government" in self.kinds["action"].by_name else [actor]:
            cells = {
                **taken.values,
                "key": key_of(action, self.reference, code), "action": action, "recommendation": self.reference, "government": code,
            }  # fmt: skip
            otherwise = {
                "direction": "not_judged", "reasoning": sentences.NOT_JUDGED(), "corroboration": "single_source",
            }  # fmt: skip
            self.put("effects", cells, taken, otherwise=otherwise, rows=(self.number,))

    def has_status(self, code: str) -> bool:
        """Whether a government can have a status; a group has none."""
        if code not in self.file.governments.groups:
            return True
        words = f"{self.file.governments.name_of(code)} is a group, which has no status of its own; its members are addressees by rows of their own."
        self.problems.append(problem_at([self.number], "", words, about="addressee.government"))
        return False

    def assessments(self) -> dict[str, str]:
        """The verdict that the file gives, by government: the key of each."""
        taken = self.taken.get("assessment")
        if taken is None or not taken.get("status") or not self.reference:
            return {}
        raw = first_words(taken.raw.get("status") or taken.get("status"), 200)
        searched_on = taken.values.pop("searched_on", "")
        if Status(taken.get("status")).rests_on_a_search and not searched_on:
            self.without_search(taken, raw)
            return {}
        found = {}
        for code in self.codes:
            if not self.has_status(code):
                continue
            cells = {**taken.values, "source_status": raw, "recommendation": self.reference, "government": code}
            whose = self.whose(taken, code)
            parts = self.kinds["assessment"].key_parts(self.values)
            cells["key"] = key_of(self.reference, code, self.deriving.key, *parts)
            otherwise = {"confidence": "not_stated", "corroboration": "single_source"}
            otherwise["rationale"] = self.deriving.rationale(whose["assessor"] or self.deriving.title, raw)
            for name, text in whose.items():
                if text != taken.get(name):
                    cells.pop(name, None)
                    otherwise[name] = text
            self.put("assessments", cells, taken, otherwise=otherwise, rows=(self.number,))
            self.served.append(("assessment", cells["key"]))
            found[code] = cells["key"]
            if Status(cells["status"]).rests_on_a_search:
                searched = self.deriving.search(whose["assessor"] or self.deriving.named or self.deriving.title, sentences.FOUND(words=raw))
                search = {
                    "key": key_of(cells["key"], "search"), "assessment": cells["key"], "searched_on": searched_on, "found": taken.get("rationale"),
                }  # fmt: skip
                told = Taken({}, {"searched_on": taken.sources.get("searched_on", "")}, {}, {})
                self.put("searches", search, told, otherwise=searched, rows=(self.number,))
        if found:
            self.says.append(sentences.STATUS_AS(words=raw))
        return found

    def without_search(self, taken: Taken, raw: str) -> None:
        """Say that a verdict that finds nothing rests on a search of which the row does not say when it was made."""
        if "searched_on" in taken.wrong:
            return  # told already
        word = Status(taken.get("status")).label
        says = f"“{raw}”" if raw == word else f"“{raw}” ({word})"
        words = f"{says} rests on a search, and nothing says when it was made; choose the column of “searched on”,"
        words += " say one day for every row (assessment.searched_on), or say that the word means nothing."
        self.problems.append(problem_at([self.number], f"column {taken.sources.get('status', 'status')}", words, about="assessment.searched_on"))

    def whose(self, taken: Taken, code: str) -> dict[str, str]:
        """Whose verdict it is. The staff's is only what has its date and a document besides the file that supports it."""
        kind = taken.get("assessor_kind") or AssessorKind.THIRD_PARTY.value
        if kind == AssessorKind.STAFF:
            if taken.get("effective_on") and self.has_own_citation("assessment"):
                return {"assessor_kind": kind, "assessor": ""}
            kind = AssessorKind.THIRD_PARTY.value
            if self.number not in self.file.not_the_staffs[-1:]:
                self.file.not_the_staffs.append(self.number)
        government = kind == AssessorKind.GOVERNMENT
        name = self.file.governments.name_of(code) if government else first_words(self.deriving.named or self.deriving.title, 300)
        return {"assessor_kind": kind, "assessor": taken.get("assessor") or name}

    def has_own_citation(self, served: str) -> bool:
        """Whether the row cites a passage of another document than the file that supports that kind of record."""
        taken = self.taken.get("citation")
        if taken is None or not taken.get("says") or served not in self.serves():
            return False
        if self.cited_document(taken) in ("", self.deriving.key):
            return False
        return (taken.get("stance") or Stance.SUPPORTS) == Stance.SUPPORTS

    def positions(self, verdicts: Mapping[str, str]) -> None:
        """What the government said that it would do, beside the verdict of the row or, without one, beside the government's own account."""
        taken = self.taken.get("position")
        if taken is None or not taken.get("answer") or not self.reference:
            return
        answer, raw = taken.get("answer"), taken.raw.get("answer") or taken.get("answer")
        for code in self.codes:
            verdict = verdicts.get(code)
            if verdict is None:
                if not self.has_status(code):
                    continue
                verdict = self.account(code, answer, raw, taken)
            parts = self.kinds["position"].key_parts(self.values)
            key = key_of(self.reference, code, self.deriving.key, *parts, "position")
            cells = {**taken.values, "key": key, "assessment": verdict}
            otherwise = {"said_by": self.file.governments.name_of(code), "statement": sentences.GIVEN_AS(words=raw), "on": self.deriving.published_on}
            self.put("positions", cells, taken, otherwise=otherwise, rows=(self.number,))
            self.served.append(("position", key))
        if self.codes:
            self.says.append(sentences.ANSWER_AS(words=first_words(raw, 200)))
        if self.codes and not taken.get("on"):
            self.dated_by_document(sentences.ANSWER_UNDATED)

    def account(self, code: str, answer: str, raw: str, taken: Taken) -> str:
        """The government's own account, which says no more than its answer."""
        name = self.file.governments.name_of(code)
        key = key_of(self.reference, code, self.deriving.key, "own")
        cells = {
            "key": key, "recommendation": self.reference, "government": code, "status": self.deriving.stands_beside(answer).value,
            "source_status": first_words(raw, 200),
        }  # fmt: skip
        said = sentences.ANSWERED_WITHOUT_POSITION if answer == Answer.NOTED else sentences.ANSWERED
        otherwise = {
            "rationale": said(who=name, words=first_words(raw, 300)), "confidence": "not_stated",
            "corroboration": "single_source", "assessor_kind": AssessorKind.GOVERNMENT.value, "assessor": first_words(name, 300),
        }  # fmt: skip
        if self.put("assessments", cells, Taken({}, {"status": taken.sources.get("answer", "")}, {}, {}), otherwise=otherwise, rows=(self.number,)):
            self.records[-1].answer = answer
        self.served.append(("assessment", key))
        return key

    # Citing

    def cited_document(self, taken: Taken) -> str:
        """The document that a citation of the row's own is of."""
        return taken.get("document") or self.document

    def serves(self) -> tuple[str, ...]:
        """What the row's own citation bears out."""
        return self.file.profile.records["citation"].serves or ("assessment", "action", "position", "recommendation")

    def citations(self) -> None:
        """The file's own row, cited for all that it yields, and the citation that the row itself names."""
        if not self.served:
            return
        key = self.passage()
        where = first_words(self.deriving.locator(self.values, rows_told([self.number])), 200)
        cells = {
            "key": key,
            "document": self.deriving.key,
            "locator": where,
            "says": sentences.said_together([*self.says, *self.kinds_given()]),
        }
        self.put("citations", cells, otherwise={"corroboration": "single_source"}, rows=(self.number,), quiet=True)
        for record, name in self.served:
            self.put("citation_uses", {"citation": key, record: name}, otherwise=_SUPPORTS, rows=(self.number,), quiet=True)
        self.own_citation(key)

    def passage(self) -> str:
        """The key of the passage that the row is: of the recommendation, and of the government where each row names one.

        A later row that bears out something else by the same words is told apart by the first of its governments for which no row is cited yet, else
        by a number. Nor is the passage of another row that is here already taken from it, as where the rows stand in another order now: it would bear
        out for one government what the file says of another.
        """
        of = self.reference or self.document or f"row-{self.number}"
        told = self.kinds["recommendation"].key_parts(self.values) if "recommendation" in self.kinds else []
        parts: list[str] = []
        for kind in ("assessment", "position", "action"):
            parts += [part for part in self.kinds[kind].key_parts(self.values) if part not in told] if kind in self.taken else []
        named, others = ([], self.codes) if self.file.profile.may_name_several("addressee") else (self.codes, [])
        spoken_of = {*self.codes, *(code for _action, code in self.actions)}
        for apart in chain([""], others, map(str, count(2))):
            key = key_of(self.deriving.key, of, *named, apart, *parts)
            if self.mark("citations", {"key": key}) in self.file.seen:
                if all(self.is_cited(key, *served) for served in self.served):
                    return key
            elif named or not self.file.borne_out.is_of_others(key, spoken_of):
                return key
        raise AssertionError("there is a number for every row")

    def is_cited(self, citation: str, record: str, name: str) -> bool:
        """Whether an earlier row is the passage that bears out a record."""
        return self.mark("citation_uses", {"citation": citation, record: name}) in self.file.seen

    def kinds_given(self) -> Iterator[str]:
        """What stands in the file where it says of what kind something is."""
        for (kind, name), says in _KINDS_GIVEN.items():
            if (taken := self.taken.get(kind)) is not None and (raw := taken.raw.get(name)):
                yield says(words=first_words(raw, 200))

    def own_citation(self, beside: str) -> None:
        """A passage that the row names besides the file."""
        taken = self.taken.get("citation")
        if taken is None or not taken.get("says") or not (document := self.cited_document(taken)):
            return
        parts = self.kinds["citation"].key_parts(self.values)
        key = key_of(self.deriving.prefix, *parts) if any(parts) else key_of(beside, "cited")
        cells = {**taken.values, "key": key, "document": document}
        stance = cells.pop("stance", "")
        otherwise = {"locator": self.locator(), "corroboration": "single_source"}
        self.put("citations", cells, taken, otherwise=otherwise, rows=(self.number,))
        for record, name in self.served:
            if record in self.serves():
                self.put("citation_uses", {"citation": key, "stance": stance, record: name}, otherwise=_SUPPORTS, rows=(self.number,), quiet=True)
