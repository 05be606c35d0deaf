"""The service elsewhere, for Python: what plans are made with, by methods that say what they give.

    with Client("https://staffing.example.org", key) as staffing:
        run = staffing.follow(staffing.start("adviesbureau", settings=Settings(seconds=10)), print)
        proposal = staffing.proposal(run.id)

What a role may not see is left out of every answer, so what may lack fields is plain JSON; records about it are typed.
`docs/client.md` tells more. Every method raises ServiceError where the service refuses or cannot be reached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel, ValidationError

from service.connection import ENDED, STOPPING_SECONDS, Connection, Event, Json, ServiceError
from service.media import AGREEMENTS, PORTFOLIOS, PROPOSALS, type_of
from service.told import (
    AuditEntry,
    AuditVerdict,
    ComparisonAnswer,
    ComparisonInfo,
    Contest,
    Decision,
    ErasedPerson,
    Incumbents,
    OverrideReport,
    PortfolioInfo,
    PortfolioPage,
    RunAnswer,
    ScenarioAnswer,
    StudyAnswer,
)

if TYPE_CHECKING:
    from solver.portfolio import Portfolio
    from solver.settings import Settings

__all__ = ["Client", "Event", "ServiceError"]

Changes = Sequence[Mapping[str, Any]]
OnEvent = Callable[[Event], object]
Record = TypeVar("Record", bound=BaseModel)

#: questions begin a run and do not wait for it: it can then be watched and stopped
NO_WAIT = {"Prefer": "respond-async"}
#: how often somebody who follows a run is asked whether to stop
LOOK_SECONDS = 0.1


class Client:
    """The service at an address, for one user: the holder of a key, or this machine where the service has no keys.

    patience: seconds to go on trying where the queue is full or the service is away for a moment. on_wait: called with
    the reason and the seconds before each next try. `stop` is an event: once it is set, the run that is being followed
    is cancelled, which keeps its best plan. May be used from several threads.
    """

    def __init__(
        self,
        server: str,
        key: str | None = None,
        *,
        patience: float = 60.0,
        on_wait: Callable[[ServiceError, float], None] | None = None,
    ) -> None:
        """Raises ValueError for an address that is none."""
        self._connection = Connection(server, key, patience, on_wait)

    @property
    def server(self) -> str:
        """The address."""
        return self._connection.server

    @property
    def stop(self) -> threading.Event:
        """Once it is set, runs that are followed are cancelled, and little time is spent on trying again."""
        return self._connection.stop

    @property
    def is_open(self) -> bool:
        """Whether others on the way can read what is sent, the key among it."""
        return self._connection.is_open

    def close(self) -> None:
        """Let go of what is open."""
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- what the service can do

    def rules(self) -> list[Json]:
        """Every rule, hard ones first."""
        return self._items("/v1/rules")

    def presets(self) -> list[Json]:
        """Every preset with its weights."""
        return self._items("/v1/presets")

    def changes(self) -> list[Json]:
        """Every change that a scenario can make, each with its schema."""
        return self._items("/v1/changes")

    def library(self) -> list[Json]:
        """The bundled portfolios: slug, title and summary."""
        return self._items("/v1/library")

    def library_portfolio(self, slug: str) -> Json:
        """One of them, with its story and the portfolio itself."""
        return self._json(f"/v1/library/{_id(slug)}")

    def model_card(self, language: str = "en") -> Json:
        """Every rule, weight and field of data, in words."""
        return self._json("/v1/model-card", language=language)

    def ready(self) -> Json:
        """Whether it takes requests, and how many runs there are to do."""
        return self._json("/health/ready")

    # --- without the store

    def check(self, portfolio: Mapping[str, Any] | Portfolio) -> Json:
        """`warnings` and `summary` of a portfolio that is right; one that is not is a ServiceError with every error."""
        return self._sent("/v1/check", {"portfolio": _given(portfolio)})

    def score(self, portfolio: str | Mapping[str, Any] | Portfolio, plan: Mapping[str, Any]) -> Json:
        """A plan that was made elsewhere, as a proposal."""
        return self._sent("/v1/scores", {"portfolio": _given(portfolio), "plan": plan})

    # --- portfolios

    def portfolios(self, *, name: str | None = None, by: str | None = None) -> Iterator[PortfolioInfo]:
        """Every portfolio in its latest revision, newest first."""
        return self._pages("/v1/portfolios", PortfolioInfo, name=name, by=by)

    def portfolio(self, id: str, revision: int | None = None) -> PortfolioPage:
        """A portfolio as it stands in its latest revision, or in another one."""
        return self._record(PortfolioPage, self._json(f"/v1/portfolios/{_id(id)}", revision=revision))

    def revisions(self, id: str) -> Iterator[PortfolioInfo]:
        """Every revision of a portfolio, newest first."""
        return self._pages(f"/v1/portfolios/{_id(id)}/revisions", PortfolioInfo)

    def add_portfolio(self, portfolio: Mapping[str, Any] | Portfolio) -> PortfolioInfo:
        """Store a portfolio under its own id, as revision 1."""
        return self._record(PortfolioInfo, self._posted("/v1/portfolios", {"portfolio": _given(portfolio)}))

    def change_portfolio(self, id: str, operations: Changes, revision: int | None = None) -> PortfolioInfo:
        """Make a new revision by operations on ids; revision: the one that was read, `stale` where there is a later."""
        response = self._connection.send(
            "PATCH",
            f"/v1/portfolios/{_id(id)}",
            {"operations": list(operations)},
            headers=_if_match(revision),
            once=True,
        )
        return self._record(PortfolioInfo, response.json())

    def import_portfolio(self, id: str, data: bytes, suffix: str, revision: int | None = None) -> PortfolioInfo:
        """Store a file (`.xlsx`, `.zip` or `.json`): a new portfolio, or a new revision, of `revision` as above."""
        headers = {"Content-Type": type_of(suffix, PORTFOLIOS), **_if_match(revision)}
        response = self._connection.send(
            "POST", f"/v1/portfolios/{_id(id)}/import", content=data, headers=headers, once=True
        )
        return self._record(PortfolioInfo, response.json())

    def export_portfolio(self, id: str, suffix: str = ".xlsx", revision: int | None = None) -> bytes:
        """The portfolio as such a file."""
        headers = {"Accept": type_of(suffix, PORTFOLIOS)}
        params = _said(revision=revision)
        return self._connection.send("GET", f"/v1/portfolios/{_id(id)}/export", params=params, headers=headers).content

    # --- scenarios

    def scenarios(
        self, portfolio: str | None = None, *, name: str | None = None, by: str | None = None
    ) -> Iterator[ScenarioAnswer]:
        """Every scenario, newest first, those of the library among them."""
        return self._pages("/v1/scenarios", ScenarioAnswer, portfolio=portfolio, name=name, by=by)

    def scenario(self, id: str) -> ScenarioAnswer:
        """One of them."""
        return self._record(ScenarioAnswer, self._json(f"/v1/scenarios/{_id(id)}"))

    def add_scenario(self, name: str, portfolio: str, changes: Changes, revision: int | None = None) -> ScenarioAnswer:
        """Store changes on a revision of a portfolio, by default the latest."""
        body = _scenario(name, portfolio, changes, revision)
        return self._record(ScenarioAnswer, self._posted("/v1/scenarios", body))

    def replace_scenario(
        self,
        id: str,
        name: str,
        portfolio: str,
        changes: Changes,
        revision: int | None = None,
        *,
        version: int | None = None,
    ) -> ScenarioAnswer:
        """Replace all of it; version: the one that was read, `stale` where there is a later."""
        body = _scenario(name, portfolio, changes, revision)
        response = self._connection.send(
            "PUT", f"/v1/scenarios/{_id(id)}", body, headers=_if_match(version), once=version is not None
        )
        return self._record(ScenarioAnswer, response.json())

    def delete_scenario(self, id: str, *, version: int | None = None) -> None:
        """Delete it; runs that were made from it stay."""
        self._connection.send("DELETE", f"/v1/scenarios/{_id(id)}", headers=_if_match(version), once=True)

    # --- runs

    def start(
        self,
        portfolio: str | Mapping[str, Any] | Portfolio | None = None,
        changes: Changes = (),
        settings: Settings | None = None,
        *,
        scenario: str | None = None,
        revision: int | None = None,
        parent: str | None = None,
    ) -> RunAnswer:
        """Queue a run of a portfolio, or of a scenario; parent: the run whose plan to start from."""
        body = _said(changes=list(changes), settings=_settings(settings), parent=parent)
        if portfolio is None or isinstance(portfolio, str):
            body |= _said(portfolio=portfolio, scenario=scenario, revision=revision)
            response = self._connection.start("/v1/runs", body)
        else:
            response = self._connection.start("/v1/proposals", {**body, "portfolio": _given(portfolio)})
        return self._record(RunAnswer, response.json())

    def runs(
        self,
        *,
        portfolio: str | None = None,
        scenario: str | None = None,
        parent: str | None = None,
        status: str | None = None,
        kind: str | None = None,
        by: str | None = None,
    ) -> Iterator[RunAnswer]:
        """Every run, newest first: solves, studies and questions."""
        given = {"portfolio": portfolio, "scenario": scenario, "parent": parent, "status": status, "kind": kind}
        return self._pages("/v1/runs", RunAnswer, **given, by=by)

    def run(self, id: str) -> RunAnswer:
        """A run as it is now."""
        return self._record(RunAnswer, self._json(f"/v1/runs/{_id(id)}"))

    def cancel(self, id: str) -> RunAnswer:
        """Stop a run, or a study; the best plan so far is kept."""
        return self._record(RunAnswer, self._sent(f"/v1/runs/{_id(id)}/cancel", None))

    def events(self, id: str, after: int = 0) -> Iterator[Event]:
        """What happened to a run, and what happens, until its end; a lost connection is taken up where it was."""
        return self._connection.events(id, after)

    def follow(self, run: RunAnswer, on_event: OnEvent | None = None) -> RunAnswer:
        """The run when it has ended. Where `stop` is set meanwhile it is cancelled."""
        if run.status not in ENDED:
            with self._cancelling(run.id):
                for event in self.events(run.id):
                    if on_event is not None:
                        on_event(event)
        return self.run(run.id)

    def proposal(
        self, run: str, *, person: str | None = None, project: str | None = None, unit: str | None = None
    ) -> Json:
        """The proposal of a run; of a cancelled one the best until then."""
        return self._json(f"/v1/runs/{_id(run)}/proposal", person=person, project=project, unit=unit)

    def proposal_file(
        self,
        run: str,
        suffix: str,
        *,
        person: str | None = None,
        project: str | None = None,
        unit: str | None = None,
        language: str = "en",
    ) -> bytes:
        """The same as a file: `.json`, `.csv`, `.xlsx` or `.ics`; language: of the labels of terms in tables."""
        headers = {"Accept": type_of(suffix, PROPOSALS)}
        params = _said(person=person, project=project, unit=unit, language=language)
        return self._connection.send("GET", f"/v1/runs/{_id(run)}/proposal", params=params, headers=headers).content

    # --- questions about a run

    def why_not(
        self, run: str, question: Mapping[str, Any], settings: Settings | None = None, on_event: OnEvent | None = None
    ) -> Json:
        """Why the plan is not otherwise; `ask` of the question is `person`, `hours`, `mentor` or `unfilled`."""
        return self._asked(run, "why-not", {"question": question}, settings, on_event)

    def alternatives(
        self,
        run: str,
        plans: int = 3,
        within: float = 5,
        settings: Settings | None = None,
        on_event: OnEvent | None = None,
    ) -> Json:
        """Other plans, at most `within` percent dearer."""
        return self._asked(
            run, "alternatives", {"alternatives": {"plans": plans, "within": within}}, settings, on_event
        )

    def conflict(self, run: str, settings: Settings | None = None, on_event: OnEvent | None = None) -> Json:
        """The rules that contradict each other in an infeasible run, and ways out."""
        return self._asked(run, "conflict", {}, settings, on_event)

    def _asked(self, run: str, ask: str, body: Json, settings: Settings | None, on_event: OnEvent | None) -> Json:
        body |= _said(settings=_settings(settings))
        response = self._connection.start(f"/v1/runs/{_id(run)}/{ask}", body, NO_WAIT)
        answer: Json = response.json()
        if response.status_code != 202:
            return answer  # a repeat, after the first answer was lost
        asking = self.follow(self._record(RunAnswer, answer), on_event)
        return self._json(f"/v1/runs/{_id(asking.id)}/answer")

    # --- comparisons and studies

    def compare(
        self, runs: Sequence[str], names: Sequence[str] | None = None, language: Literal["en", "nl"] = "en"
    ) -> ComparisonAnswer:
        """Two to ten runs side by side; the first is what the others are held against."""
        body = _said(runs=list(runs), names=None if names is None else list(names), language=language)
        return self._record(ComparisonAnswer, self._posted("/v1/comparisons", body))

    def comparisons(self) -> Iterator[ComparisonInfo]:
        """Every comparison that was made, newest first."""
        return self._pages("/v1/comparisons", ComparisonInfo)

    def comparison(self, id: str) -> ComparisonAnswer:
        """One of them."""
        return self._record(ComparisonAnswer, self._json(f"/v1/comparisons/{_id(id)}"))

    def start_study(
        self,
        portfolio: str | Mapping[str, Any] | Portfolio,
        study: Mapping[str, Any],
        settings: Settings | None = None,
        *,
        changes: Changes = (),
        revision: int | None = None,
        parent: str | None = None,
    ) -> RunAnswer:
        """Queue a study; settings: of each solve; parent: a run of the portfolio as it stands, to spare solving it."""
        body = _said(portfolio=_given(portfolio), study=study, settings=_settings(settings), changes=list(changes))
        response = self._connection.start("/v1/studies", body | _said(revision=revision, parent=parent))
        return self._record(RunAnswer, response.json())

    def study(self, id: str) -> StudyAnswer:
        """A study as it is now, with what it found once it has ended."""
        return self._record(StudyAnswer, self._json(f"/v1/studies/{_id(id)}"))

    def studies(
        self, *, portfolio: str | None = None, status: str | None = None, by: str | None = None
    ) -> Iterator[RunAnswer]:
        """Every study, newest first, without what it found."""
        return self._pages("/v1/studies", RunAnswer, portfolio=portfolio, status=status, by=by)

    # --- people and decisions

    def explanation(self, person: str, run: str | None = None, language: str = "en") -> Json:
        """What a proposal says of a person; by default the latest that was accepted."""
        return self._json(f"/v1/people/{_id(person)}/explanation", run=run, language=language)

    def agreement(self, person: str, run: str | None = None, language: str = "en") -> Json:
        """The talent agreement of a person, likewise."""
        return self._json(f"/v1/people/{_id(person)}/agreement", run=run, language=language)

    def agreement_file(self, person: str, suffix: str, run: str | None = None, language: str = "en") -> bytes:
        """The same as a file: `.json`, `.md`, `.html` or `.pdf`."""
        headers, params = {"Accept": type_of(suffix, AGREEMENTS)}, _said(run=run, language=language)
        return self._connection.send(
            "GET", f"/v1/people/{_id(person)}/agreement", params=params, headers=headers
        ).content

    def decide(
        self,
        run: str,
        decision: Literal["accept", "reject", "override"],
        bookings: Sequence[Mapping[str, Any]] | None = None,
        reason: str | None = None,
    ) -> Decision:
        """Write down what somebody decides about a proposal; an override needs a reason."""
        body = _said(decision=decision, bookings=None if bookings is None else list(bookings), reason=reason)
        return self._record(Decision, self._posted(f"/v1/runs/{_id(run)}/decisions", body))

    def decisions(self, run: str) -> Iterator[Decision]:
        """What was decided about a proposal, newest first."""
        return self._pages(f"/v1/runs/{_id(run)}/decisions", Decision)

    def make_incumbent(self, run: str, revision: int | None = None) -> Incumbents:
        """Make what was accepted the incumbent bookings of the portfolio's next revision; revision: as above."""
        path = f"/v1/runs/{_id(run)}/incumbents"
        return self._record(Incumbents, self._posted(path, None, headers=_if_match(revision)))

    def overrides(self) -> OverrideReport:
        """How often proposals were followed, by portfolio and in all, and why they were not."""
        return self._record(OverrideReport, self._json("/v1/overrides"))

    def contest(self, person: str, portfolio: str, term: str, reason: str, level: int | None = None) -> Contest:
        """Contest the level of a person in a term; level: what it should be."""
        body = _said(portfolio=portfolio, term=term, reason=reason, level=level)
        return self._record(Contest, self._posted(f"/v1/people/{_id(person)}/contests", body))

    def contests(self, person: str) -> Iterator[Contest]:
        """The levels that a person contests, newest first, with the answers."""
        return self._pages(f"/v1/people/{_id(person)}/contests", Contest)

    def settle(self, person: str, contest: str, status: Literal["upheld", "dismissed"], answer: str) -> Contest:
        """Answer a contested level, in words for the person; upheld, the portfolio is still to be changed."""
        body = {"status": status, "answer": answer}
        return self._record(Contest, self._posted(f"/v1/people/{_id(person)}/contests/{_id(contest)}/settlement", body))

    def erase(self, person: str) -> ErasedPerson:
        """Put a pseudonym in a person's place in everything that is stored. It cannot be undone."""
        return self._record(
            ErasedPerson, self._connection.send("DELETE", f"/v1/people/{_id(person)}", once=True).json()
        )

    def audit(self, action: str | None = None, by: str | None = None) -> Iterator[AuditEntry]:
        """The audit log, newest first, of one deed or one doer alone where said; to others than HR and auditors what
        concerns themselves."""
        wanted = {"action": action, "by": by}
        return self._pages("/v1/audit", AuditEntry, **{name: one for name, one in wanted.items() if one is not None})

    def verify_audit(self) -> AuditVerdict:
        """Whether the log is whole: every hash is worked out again there."""
        return self._record(AuditVerdict, self._json("/v1/audit/verify"))

    # --- how it is done

    @contextmanager
    def _cancelling(self, run: str) -> Iterator[None]:
        """Cancels the run as soon as `stop` is set; reading its events goes on meanwhile."""
        over = threading.Event()

        def look() -> None:
            while not over.wait(LOOK_SECONDS):
                if self.stop.is_set():
                    with suppress(ServiceError):  # what is wrong shows where the events are read
                        self.cancel(run)
                    return

        looking = threading.Thread(target=look, daemon=True)
        looking.start()
        try:
            yield
        finally:
            over.set()
            looking.join(STOPPING_SECONDS)

    def _record(self, record: type[Record], told: Any) -> Record:
        try:
            return record.model_validate(told)
        except ValidationError as invalid:
            what = f"{self.server} tells of a {record.__name__} what this version does not know"
            raise ServiceError("not_staffing", f"{what}: {invalid.errors()[0]['msg']}.") from None

    def _json(self, path: str, **params: Any) -> Json:
        told: Json = self._connection.send("GET", path, params=_said(**params)).json()
        return told

    def _posted(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """What is told of a POST that is not sent again once it may have been done."""
        return self._connection.send("POST", path, body, headers=headers, once=True).json()

    def _sent(self, path: str, body: Any) -> Json:
        told: Json = self._connection.send("POST", path, body).json()
        return told

    def _items(self, path: str) -> list[Json]:
        items: list[Json] = self._json(path)["items"]
        return items

    def _every(self, path: str, params: Json) -> Iterator[Json]:
        cursor = None
        while True:
            page = self._json(path, **params, limit=200, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def _pages(self, path: str, record: type[Record], **params: Any) -> Iterator[Record]:
        return (self._record(record, one) for one in self._every(path, params))


def _given(portfolio: str | Mapping[str, Any] | Portfolio) -> Any:
    return portfolio if isinstance(portfolio, str | Mapping) else portfolio.canonical()


def _id(text: str) -> str:
    """An id as a part of a path; what is none leads nowhere, and not elsewhere."""
    return quote(text, safe=":")


def _settings(settings: Settings | None) -> Json | None:
    return None if settings is None else settings.model_dump(mode="json")


def _scenario(name: str, portfolio: str, changes: Changes, revision: int | None) -> Json:
    return _said(name=name, portfolio=portfolio, changes=list(changes), revision=revision)


def _if_match(version: int | None) -> dict[str, str]:
    return {} if version is None else {"If-Match": f'"{version}"'}


def _said(**given: Any) -> Json:
    """What was given; what is None was not."""
    return {name: value for name, value in given.items() if value is not None}
