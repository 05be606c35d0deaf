"""Who may do what: one table from operation to roles, and the dependency that every route under /v1 passes through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, cast

from fastapi import Depends, Request

from service.oidc import BadToken, Provider
from service.paging import following
from service.problems import Forbidden, Unauthenticated
from service.store import Store, StoredPortfolio
from service.store.keys import MARK
from service.store.portfolios import stale
from service.visible import hidden_fields, limits_changed, money_set, uncovered, with_hidden_of
from service.who import LOCAL, ROLES, Role, Who
from solver.portfolio import Portfolio

EVERYBODY: frozenset[Role] = frozenset(ROLES)
#: those whose own view there is; HR see everybody's
PEOPLE: frozenset[Role] = frozenset({"lead", "planner", "hr", "employee"})
STAFFING: frozenset[Role] = frozenset({"lead", "planner", "hr"})
PLANNING: frozenset[Role] = frozenset({"planner", "hr"})
RUNS_READ: frozenset[Role] = STAFFING | {"auditor"}
RECORD: frozenset[Role] = frozenset({"hr", "auditor"})
HR: frozenset[Role] = frozenset({"hr"})
OPERATING: frozenset[Role] = frozenset({"admin"})

#: operation id → the roles that may; what is not here is refused
PERMISSIONS: Mapping[str, frozenset[Role]] = {
    # what the service can do
    "list_rules": EVERYBODY,
    "list_presets": EVERYBODY,
    "list_changes": EVERYBODY,
    "list_library": EVERYBODY,
    "get_library_portfolio": EVERYBODY,
    "get_model_card": EVERYBODY,
    # without the store
    "check": STAFFING,
    "propose": STAFFING,
    "score": STAFFING,
    # portfolios and scenarios
    "add_portfolio": PLANNING,
    "list_portfolios": STAFFING,
    "get_portfolio": STAFFING,
    "change_portfolio": PLANNING,
    "list_revisions": STAFFING,
    "import_portfolio": PLANNING,
    "export_portfolio": STAFFING,
    "add_scenario": STAFFING,
    "list_scenarios": STAFFING,
    "get_scenario": STAFFING,
    "replace_scenario": PLANNING,
    "delete_scenario": PLANNING,
    # runs
    "start_run": STAFFING,
    "list_runs": RUNS_READ,
    "get_run": RUNS_READ,
    "watch_run": RUNS_READ,
    "cancel_run": STAFFING,
    "get_proposal": RUNS_READ,
    "ask_why_not": STAFFING,
    "ask_alternatives": STAFFING,
    "ask_conflict": STAFFING,
    "get_answer": STAFFING,
    "compare": STAFFING,
    "list_comparisons": STAFFING,
    "get_comparison": STAFFING,
    "start_study": PLANNING,
    "list_studies": PLANNING,
    "get_study": PLANNING,
    "watch_study": PLANNING,
    "cancel_study": PLANNING,
    # people's decisions, and the record
    "decide": STAFFING,
    "list_decisions": PEOPLE | RECORD,
    "make_incumbent": PLANNING,
    "report_overrides": RECORD,
    "explain_person": PEOPLE,
    "get_agreement": PEOPLE,
    "contest_level": PEOPLE,
    "list_contests": PEOPLE,
    "settle_contest": HR,
    "erase_person": HR,
    "list_audit": RECORD | PEOPLE,
    "verify_audit": RECORD,
    # for operators
    "read_metrics": OPERATING,
}


def who_of(request: Request) -> Who:
    """Who asks; raises Unauthenticated where that cannot be told."""
    state = request.app.state
    store, provider = cast(Store, state.store), cast(Provider | None, state.provider)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if not token or scheme.lower() != "bearer":
        if provider is not None or store.has_keys():
            raise Unauthenticated("A key is needed: send `Authorization: Bearer` and the key.")
        _only_this_machine(request)
        return LOCAL
    if provider is not None and not token.startswith(MARK):
        try:
            return provider.who(token)
        except BadToken as bad:
            raise Unauthenticated(str(bad)) from None
    who = store.who(token)
    if who is None:
        raise Unauthenticated("The key is wrong, revoked or out of date.")
    return who


def allowed(request: Request) -> Who:
    """Who asks for an operation that they may ask for.

    Raises Unauthenticated, or Forbidden where the role may not, or where nobody said who may.
    """
    who = request.state.who = who_of(request)
    operation = getattr(request.scope["route"], "operation_id", None)
    if not who.roles & PERMISSIONS.get(operation or "", frozenset()):
        raise Forbidden(f"The role {who.role} may not do this.")
    return who


TheWho = Annotated[Who, Depends(allowed)]

_TELLS_MONEY = "The role {} may not set {}: money that it is not shown could be worked out from it."


def refuse_hidden(paths: Iterable[str], who: Who, portfolio: Portfolio) -> None:
    """Raises Forbidden where an operation addresses what the role is not shown (`/people/p07/rate`), or loses it."""
    people = {one.id: {"id": one.id, "unit": one.unit} for one in portfolio.people}
    for path in paths:
        section, _, rest = path.removeprefix("/").partition("/")
        id, _, field = rest.partition("/")
        hidden = hidden_fields(people[id], who) if section == "people" and id in people else frozenset()
        if field.partition("/")[0] in hidden:
            raise Forbidden(f"The role {who.role} may not change {path}, which it is not shown.")
        if hidden and field == "id":
            raise Forbidden(f"The role {who.role} may not change {path}: what it is not shown would be lost.")


def refuse_money(data: Any, who: Who, *portfolios: Portfolio, place: str = "/changes") -> None:
    """Raises Forbidden where changes, or a study, would let money be worked out that the role is not shown."""
    for path in money_set(data, who, *portfolios):
        raise Forbidden(_TELLS_MONEY.format(who.role, place + path))


def merged(after: Portfolio, before: Portfolio, who: Who) -> Portfolio:
    """A stored portfolio that somebody changed, with what they were not shown as it was.

    Raises Forbidden where money could be worked out from it, or somebody was moved into where the role is shown more of
    them; PortfolioInvalid where what was hidden does not fit.
    """
    for id in uncovered(after, before, who):
        raise Forbidden(
            f"The role {who.role} may not change /people/{id}/unit: it would be shown what it is not shown."
        )
    for path in limits_changed(after, before, who):
        raise Forbidden(_TELLS_MONEY.format(who.role, path))
    return with_hidden_of(after, before, who)


def revised(store: Store, portfolio: Portfolio, who: Who, expected: int | None = None) -> StoredPortfolio:
    """The next revision of a portfolio that somebody changed, with what they were not shown as it is by now.

    Raises UnknownPortfolio, Stale where the latest revision is not the `expected` one, or as `merged` does.
    """

    def once() -> StoredPortfolio:
        stored, before = store.portfolio(portfolio.id)
        if expected not in (None, stored.revision):
            raise stale(portfolio.id, stored.revision, expected)
        return store.revise_portfolio(portfolio.id, merged(portfolio, before, who), who.name, stored.revision)

    return following(expected, once)


def _only_this_machine(request: Request) -> None:
    """Without keys the service answers this machine alone.

    Nobody else's address, none forwarded, and no name that a page elsewhere could have pointed at this machine.
    """
    server = (request.scope.get("server") or ("", None))[0]
    client = "" if request.client is None else request.client.host
    name = _host(request.headers.get("host", ""))
    elsewhere = [one for one in (server, client, name) if _is_address(one) and not is_loopback(one)]
    named = not _is_address(name) and "." in name and not is_loopback(name)
    if elsewhere or named:
        raise Unauthenticated("There are no keys yet, so only this machine is answered: `staffing keys add` makes one.")


def is_loopback(host: str) -> bool:
    """Whether an address, or a name, is this machine's alone."""
    if _is_address(host):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")


def _host(header: str) -> str:
    """The host in a Host header, without its port and brackets."""
    host = header.partition("]")[0].removeprefix("[") if header.startswith("[") else header.partition(":")[0]
    return host.lower().rstrip(".")


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
