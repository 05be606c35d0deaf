"""The page without a browser: what each role is shown, forms, uploads, signing in, and how it refuses."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from html import unescape
from typing import get_args

import pytest
from fastapi.testclient import TestClient

from scenarios.changes import BY_NAME, changes_to_json, parse_changes
from scenarios.library import ENTRIES, entry
from scenarios.scenario import apply, words
from scenarios.studies import StudyProgress
from scenarios.studies.desk import Stage
from service import spreadsheet
from service.app import create_app
from service.columns import HOLDS as COLUMN_HOLDS
from service.columns import KEYS
from service.orders import Source, order
from service.page.dutch_columns import HOLDS, MEANINGS, SHEETS
from service.page.dutch_forms import ABOUT, FIELDS, HINTS, TITLES, VALUES
from service.page.forms import form_of
from service.page.http import STATIC
from service.page.routes.studies import STAGES
from service.page.sent import RECORDS, given_in
from service.page.sentences import Sentences, expected_in
from service.page.tongue import Tongue
from service.page.view import View
from service.settings import ServiceSettings
from service.store import Store
from service.words import RULE_TITLES, UNITS
from solver.handmade import score_plan
from solver.portfolio import Portfolio
from solver.proposal import Missing, Unfilled
from solver.rules import RULES
from solver.units import ONE_OF
from tests.service.page.sending import filled
from tests.service.page.stored import PLAN, made_proposal, no_plan, with_answer, with_run

TABS = ("map", "list", "time", "talents", "open", "score", "people")


@pytest.fixture(scope="module")
def client(module_address: str) -> Iterator[TestClient]:
    """The service without keys, whose user may do everything."""
    settings = ServiceSettings(database_url=module_address, solve_seconds=2, body_bytes=2_000_000)
    with TestClient(create_app(settings), base_url="http://localhost") as connected:
        yield connected


@pytest.fixture(scope="module")
def run(client: TestClient) -> str:
    """A proposal that is there already."""
    return with_run(client.app.state.store)  # type: ignore[attr-defined]


def text_of(html: str) -> str:
    """What is read, without tags, scripts and the titles of pictures."""
    return unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<script.*?</script>|<title>.*?</title>", "", html)))


def fields_of(html: str) -> dict[str, str]:
    """Hidden fields of the forms of a page."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', html)}


# --- what is there


@pytest.mark.parametrize("language", ["en", "nl"])
@pytest.mark.parametrize("tab", TABS)
def test_every_part_of_a_proposal_is_there_in_both_languages(
    client: TestClient, run: str, tab: str, language: str
) -> None:
    """Each part answers, in the language asked for, with people and activities in it."""
    answer = client.get(f"/runs/{run}", params={"view": tab, "language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert ("ingevuld" in answer.text) == (language == "nl")


@pytest.mark.parametrize(
    "path",
    [
        "/portfolios/adviesbureau",
        "/portfolios/adviesbureau/compare",
        "/portfolios/adviesbureau/studies/new?kind=sweep",
        "/runs/{run}/people/sanne",
        "/runs/{run}/activities/startgesprekken",
        "/runs/{run}/cell?person=sanne&activity=warmtevraag",
        "/runs/{run}/cell?person=marijke&activity=startgesprekken",
        "/runs/{run}/decide",
        "/runs/{run}/people/sanne/own",
        "/runs/{run}/people/sanne/agreement",
        "/compare?run={run}&run={run}",
        "/sign-in",
        "/template.xlsx",
        "/template.zip",
    ],
)
def test_every_view_answers_and_keeps_the_policy(client: TestClient, run: str, path: str) -> None:
    """A 200, with a policy that runs nothing but the service's own scripts, and no style in the markup."""
    answer = client.get(path.format(run=run))
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    if answer.headers["content-type"].startswith("text/html"):
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", answer.text)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', answer.text)


def test_with_tiers_the_gap_is_of_the_last_tier() -> None:
    """The page says what the gap is of, in both languages, where the cost beside it is that of all rules."""
    case, made = entry("adviesbureau").portfolio(), made_proposal()
    tiers = case.model_copy(update={"policy": case.policy.model_copy(update={"tiers": (("staffing",),)})})
    found = made.model_copy(update={"run": made.run.model_copy(update={"status": "FEASIBLE", "gap": 0.03})})
    said = [View(tiers, found, Tongue(language), "").status for language in ("en", "nl")]
    assert "in the last tier" in said[0]
    assert "laatste plaats in de volgorde" in said[1]


@pytest.mark.parametrize("language", ["en", "nl"])
def test_one_person_is_told_as_one(language: str) -> None:
    """What deserves a look agrees in number, and what is missing is counted once, on the map in all before that."""
    case, made = entry("adviesbureau").portfolio(), made_proposal()
    busy = made.people[0].model_copy(update={"utilisation": 0.95})
    rest = [one.model_copy(update={"utilisation": 0.5}) for one in made.people[1:]]
    missing = Missing(term="connecting", level=4, missing=1)
    lacks = Unfilled(activity="opties", hours=0, expertise=(), talents=(missing,))
    quiet = {"people": (busy, *rest), "learning": made.learning[:1], "unfilled": (lacks,), "talent_balance": ()}
    view = View(case, made.model_copy(update=quiet), Tongue(language), "")
    told = [note.text for note in view.notes()]
    for sentence in {
        "en": ("1 person is planned for more than", "1 person learns something new"),
        "nl": ("1 persoon zit boven de 90 %", "1 persoon leert iets nieuws"),
    }[language]:
        assert any(one.startswith(sentence) for one in told), told
    assert "✕" not in view.lacking["opties"]
    assert "1 ✕ · 1 × " in unescape(str(view.heat(view.order()).activities))


def test_every_colour_in_time_is_told(client: TestClient, run: str) -> None:
    """Where somebody guides, the legend has the colour of that."""
    html = client.get(f"/runs/{run}?view=time").text
    assert ('class="guide"' in html, 'class="swatch guide"' in html) == (True, True)


@pytest.mark.parametrize(("status", "said"), [("INFEASIBLE", "Look for ways out"), ("NONE", "No plan was found")])
def test_a_run_without_a_plan_says_why(client: TestClient, run: str, status: str, said: str) -> None:
    """Its page has the reason and what to do; a comparison with it has words where there are no numbers."""
    empty = with_run(client.app.state.store, proposal=no_plan(status))  # type: ignore[attr-defined]
    answer = client.get(f"/runs/{empty}")
    assert (answer.status_code, said in answer.text) == (200, True)
    assert "no plan" in client.get(f"/compare?run={run}&run={empty}").text


def test_plans_that_cannot_be_compared_are_called_neither_better_nor_worse(client: TestClient, run: str) -> None:
    """Where other rules were scored by, there is the difference in points, and no word beside it that judges."""
    changes = parse_changes([{"change": "set_policy", "rules": {"cost": {"weight": 1}}}])
    dearer = score_plan(apply(entry("adviesbureau").portfolio(), changes), json.loads(PLAN.read_text()))
    other = with_run(client.app.state.store, changes, proposal=dearer)  # type: ignore[attr-defined]
    html = client.get(f"/compare?run={run}&run={other}").text
    told = text_of(html[html.index('class="cards"') : html.index("Held against")])
    assert "Scored by different rules" in told
    assert re.search(r"\+[\d,.]+ points", told)
    assert not re.search(r"\b(?:better|worse)\b(?!\.)", told)


def test_a_fault_of_ours_is_told_on_a_page(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """In words and in both languages, with nothing of what went wrong, of which the log says where."""
    broken = with_answer(client.app.state.store, "adviesbureau", {"bookings": "secret"})  # type: ignore[attr-defined]
    for language, said in (("en", "A fault of ours"), ("nl", "Een fout van ons")):
        answer = client.get(f"/runs/{broken}", params={"language": language})
        assert (answer.status_code, f"<h1>{said}</h1>" in answer.text) == (500, True)
        assert "script-src 'self'" in answer.headers["content-security-policy"]
        assert "secret" not in answer.text
    faults = [one for one in caplog.records if one.levelname == "ERROR"]
    assert [one.getMessage() for one in faults] == ["a request failed"] * 2
    assert "secret" not in str([vars(one) for one in faults])


def test_the_map_is_narrowed_to_a_project_and_a_unit(client: TestClient, run: str) -> None:
    """Only the project's activities, those who work on it first; only the unit's people."""
    portfolio = entry("adviesbureau").portfolio()

    def shown(**query: str) -> dict[str, list[list[str]]]:
        html = client.get(f"/runs/{run}", params=query).text
        told = re.search(r'id="heat-data">(.*?)</script>', html)
        assert told is not None
        return dict(json.loads(told[1]))

    narrowed = shown(project="warmte")
    own = {one.id for one in portfolio.activities if one.project == "warmte"}
    assert {id for id, _ in narrowed["activities"]} == own
    booked = {one.person for one in made_proposal().bookings or () if one.activity in own}
    assert {id for id, _ in narrowed["people"][: len(booked)]} == booked
    assert len(narrowed["people"]) == len(portfolio.people)
    unit = portfolio.units[0].id
    members = {one.id for one in portfolio.people if one.unit == unit}
    assert {id for id, _ in shown(unit=unit, people="work")["people"]} == members


@pytest.mark.parametrize("form", ["xlsx", "csv", "ics", "json"])
def test_a_proposal_is_downloaded(client: TestClient, run: str, form: str) -> None:
    """Each file comes under a name of its own."""
    answer = client.get(f"/runs/{run}/download.{form}")
    assert answer.status_code == 200
    assert f".{form}" in answer.headers["content-disposition"]


def test_files_of_the_page_may_be_kept_for_ever(client: TestClient) -> None:
    """Their address has the hash of what is in them; another hash, or a name that leads elsewhere, is not found."""
    addresses = re.findall(r"/static/[^\"]+", client.get("/").text)
    assert len(addresses) == 4
    for address in addresses:
        answer = client.get(address)
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == (STATIC / address.rpartition("/")[2]).read_bytes()
    assert client.get("/static/0/page.css").status_code == 404
    assert client.get("/static/0/..%2Fhttp.py").status_code == 404


def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, run: str) -> None:
    """An unknown run, person or cell is a 404 in words, with a way back."""
    for path in ("/runs/none", f"/runs/{run}/people/nobody", f"/runs/{run}/cell?person=a&activity=b", "/studies/none"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert '<a href="/">' in answer.text


def test_a_browser_that_goes_astray_is_told_by_a_page(client: TestClient, run: str) -> None:
    """A page for people, in their language; programs get what they got, also below /v1."""
    person = {"accept": "text/html,*/*", "accept-language": "nl"}
    for path in ("/nowhere", "/portfolios", "/compare", f"/runs/{run}/cell?person=a", f"/runs/{run}/others/x/y"):
        answer = client.get(path, headers=person)
        assert (answer.status_code, "Hier is niets" in answer.text) == (404, True), path
    for path, headers in (("/nowhere", {}), ("/v1/nowhere", person)):
        assert client.get(path, headers=headers).headers["content-type"] == "application/problem+json"


def test_what_a_form_leads_to_can_be_read_in_another_language(client: TestClient) -> None:
    """The language is changed on the page that the form was on: what it sent has no address of its own."""
    answer = client.post("/portfolios", headers={"referer": "http://localhost/?x=1"})
    assert (answer.status_code, fields_of(answer.text)["back"]) == (422, "/?x=1")
    elsewhere = client.post("/portfolios", headers={"referer": "http://elsewhere.test/x"})
    assert fields_of(elsewhere.text)["back"] == "/"


def test_nobody_is_led_to_an_address_that_only_forms_are_sent_to(client: TestClient) -> None:
    """After an upload that follows an upload the way back is the first page: there is none at the upload's address."""
    again = client.post("/portfolios", headers={"referer": "http://localhost/portfolios"})
    assert fields_of(again.text)["back"] == "/"


# --- forms


@pytest.mark.parametrize(
    ("address", "sent", "stays"),
    [
        (
            "/portfolios/adviesbureau/scenarios/new",
            {"change": "leave", "person": "sanne", "from": "9", "name": "Without Sanne", "changes": "[]"},
            ('value="sanne" selected', 'value="9" selected', 'name="name" value="Without Sanne"'),
        ),
        (
            "/portfolios/adviesbureau/studies",
            {"kind_of_study": "best_hires", "profiles": "7"},
            ('name="profiles" inputmode="decimal" size="8" value="7"',),
        ),
        ("/portfolios/adviesbureau/compare", {"scenario": "base", "run": "{run}"}, ('value="{run}" checked',)),
        (
            "/runs/{run}/decide",
            {"reason": "a holiday", "proposed sanne warmtevraag": "68", "hours sanne warmtevraag": "41"},
            ("a holiday</textarea>", 'value="41"'),
        ),
    ],
    ids=["scenario", "study", "comparison", "decision"],
)
def test_a_form_is_read_in_another_language_with_all_that_stands_in_it(
    client: TestClient, run: str, address: str, sent: dict[str, str], stays: tuple[str, ...]
) -> None:
    """It comes back in the language, which is kept, with what was typed; nothing is begun, added or decided."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    before = len(store.runs(limit=200).items), len(store.decisions_of(run))
    data = {name: value.format(run=run) for name, value in sent.items()}
    answer = client.post(address.format(run=run), data={**data, "look": "nl"}, follow_redirects=False)
    assert (answer.status_code, '<html lang="nl"' in answer.text) == (200, True)
    assert "staffing_language=nl" in answer.headers["set-cookie"]
    for one in stays:
        assert one.format(run=run) in answer.text
    assert (len(store.runs(limit=200).items), len(store.decisions_of(run))) == before
    client.cookies.clear()


def test_what_is_left_open_is_to_be_chosen(client: TestClient) -> None:
    """A list without a choice, and a grid of nothing, are told in the words of the form, in both languages."""
    build = "/portfolios/adviesbureau/scenarios/new"
    for language, one, several in (
        ("en", "choose one", "at least one scenario"),
        ("nl", "kies er een", "één scenario"),
    ):
        left = client.post(f"{build}?language={language}", data={"do": "add", "change": "pin", "hours": "8"})
        assert (left.status_code, left.text.count(f'">{one}</p>')) == (422, 2)
        grid = client.post(f"/portfolios/adviesbureau/studies?language={language}", data={"kind_of_study": "sweep"})
        assert (grid.status_code, several in grid.text) == (422, True)


def test_a_change_that_others_need_is_not_taken_away(client: TestClient) -> None:
    """What then cannot be made is named by its sort, not by its place."""
    vera = {"id": "vera", "name": "Vera", "hours_per_period": 36}
    changes = [{"change": "hire", "person": vera}, {"change": "leave", "person": "vera", "from": 3}]
    data = {"changes": json.dumps(changes), "do": "remove 0"}
    left = client.post("/portfolios/adviesbureau/scenarios/new", data=data)
    told = re.search(r'<p class="problem">(.*?)</p>', left.text)
    assert told is not None
    assert told[1].startswith(f"{BY_NAME['leave'].title}: the id of a person")


def test_a_scenario_keeps_its_name(client: TestClient) -> None:
    """Also while there is no change in it, and while the next one is chosen."""
    address = "/portfolios/adviesbureau/scenarios/new"
    change = json.dumps([{"change": "leave", "person": "sanne", "from": 9}])
    emptied = client.post(address, data={"changes": change, "name": "Later", "do": "remove 0"})
    assert fields_of(emptied.text)["name"] == "Later"
    chosen = client.post(address, data={**fields_of(emptied.text), "do": "choose", "kind": "pin"})
    assert fields_of(chosen.text)["name"] == "Later"


@pytest.mark.parametrize("name", sorted(RECORDS))
def test_every_record_has_a_form_in_words(name: str) -> None:
    """Each kind of change and study has a title, a sentence and hints in Dutch, and each of its fields a label."""
    portfolio = entry("adviesbureau").portfolio()
    form = form_of(name, portfolio, Tongue("nl"))
    assert (form.title, form.about) == (TITLES[name], ABOUT[name].replace("`", ""))
    schema = RECORDS[name].model_json_schema(by_alias=True)
    assert {one["description"] for one in schema["properties"].values() if "description" in one} <= HINTS.keys()
    parts = [schema, *schema.get("$defs", {}).values()]
    fixed = [one.get("enum") or one.get("examples") or [] for part in parts for one in part["properties"].values()]
    assert {value for values in fixed for value in values} <= VALUES.keys()

    def labels(fields: object) -> Iterator[str]:
        for one in fields:  # type: ignore[attr-defined]
            if not one.name.rpartition(".")[2].isdigit():
                yield one.name.rpartition(".")[2]
            if one.sort != "ranks":
                yield from labels(one.parts)

    assert not {one for one in labels(form.fields) if one not in FIELDS} - {"rule", "setting", "value"}


@pytest.mark.parametrize(
    "change",
    [
        {"change": "train", "person": "sanne", "term": "persuading", "level": 4, "from": 8, "hours": 8, "lasts": 6},
        {"change": "lend", "person": "marijke", "to": "omgeving", "share": 0.5},
        {"change": "open_lending", "between": ["omgeving", "bestuur"], "share": 0.25},
        {"change": "set_policy", "rules": {"stretch": {"weight": 9}}, "budget": 1000},
        {"change": "set_policy", "tiers": [["staffing", "cost"], ["stretch"]]},
        {"change": "pin", "person": "sanne", "activity": "opties", "hours": 12, "by_period": [8, 4, 0, 0]},
        {"change": "set_requirement", "activity": "opties", "term": "cost-benefit", "must": True},
        {
            "change": "hire",
            "person": {"name": "Vera Kok", "unit": "omgeving", "talents": [{"term": "connecting", "level": 4}]},
            "cost": 9000,
        },
        {
            "change": "add_project",
            "project": {"id": "new", "name": "New"},
            "activities": [
                {
                    "id": "n1",
                    "project": "new",
                    "name": "N",
                    "kind": "work",
                    "hours": 8,
                    "window": {"first": 0, "last": 1},
                }
            ],
        },
    ],
    ids=lambda change: change["change"],
)
def test_what_a_form_sends_is_the_change_it_shows(change: dict[str, object]) -> None:
    """Filling a form with a change and sending it gives that change; an id that was left open is made of the name."""

    def flat(value: object, path: str) -> Iterator[tuple[str, object]]:
        if path == "rules":
            rows = [(rule, name, one) for rule, said in value.items() for name, one in said.items()]  # type: ignore[attr-defined]
            for n, row in enumerate(rows):
                yield from zip((f"rules.{n}.{part}" for part in ("rule", "setting", "value")), row, strict=True)
        elif isinstance(value, dict):
            for name, one in value.items():
                yield from flat(one, f"{path}.{name}" if path else name)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            for n, one in enumerate(value):
                yield from flat(one, f"{path}.{n}")
        elif path == "tiers":
            yield from ((f"tiers.{rule}", n + 3) for n, rules in enumerate(value) for rule in rules)  # type: ignore[arg-type, attr-defined]
        elif path == "by_period":
            yield path, "; ".join(map(str, value))  # type: ignore[call-overload]
        else:
            yield path, value

    sent = {
        name: value if isinstance(value, list) else "yes" if value is True else str(value).replace(".", ",")
        for name, value in flat(change, "")
        if name != "change"
    }
    read = given_in(str(change["change"]), sent)
    if change["change"] == "hire":
        assert read["person"].pop("id") == "vera-kok"
    for name, value in change.items():
        assert read[name] == value
    parse_changes([given_in(str(change["change"]), sent)])


def test_a_form_as_it_stands_says_no_more_than_what_was_filled_in(client: TestClient) -> None:
    """A project with two activities, in lines that were asked for one by one; what was left open is not sent along."""
    address = "/portfolios/adviesbureau/scenarios/new"
    form = client.get(address, params={"change": "add_project"})
    assert "activities.1.name" not in form.text
    first = {"activities__0__name": "Look", "activities__0__kind": "study", "activities__0__hours": "40"}
    first |= {"activities__0__window__first": "0", "activities__0__window__last": "3", "project__name": "A tender"}
    first |= {"activities__0__expertise__0__term": "cost-benefit", "do": "more activities"}
    longer = client.post(address, data=filled(form.text, **first))
    assert 'value="Look"' in longer.text
    second = {"activities__1__name": "Write", "activities__1__kind": "writing", "activities__1__hours": "1.000"}
    second |= {"activities__1__window__first": "4", "activities__1__window__last": "5", "do": "add"}
    wrong = client.post(address, data=filled(longer.text, **second, activities__1__after="look"))
    assert wrong.status_code == 422
    faults = text_of(wrong.text[wrong.text.index('<div class="problem"') :].partition("</div>")[0])
    assert re.findall(r"(Hours|Level)\s*:", faults) == ["Level", "Hours"]
    assert 'value="1.000"' in wrong.text, "what was given stays"
    mended = {"activities__0__expertise__0__term": "", "activities__1__hours": "24", "do": "add"}
    added = client.post(address, data=filled(wrong.text, **mended))
    assert added.status_code == 200, text_of(added.text)
    project = json.loads(fields_of(added.text)["changes"])[0]
    assert (project["project"]["id"], [one["project"] for one in project["activities"]]) == (
        "a-tender",
        ["a-tender"] * 2,
    )
    assert [(one["hours"], one["after"], one["expertise"]) for one in project["activities"]] == [
        (40, [], []),
        (24, ["look"], []),
    ]


def test_what_a_policy_has_is_taken_away_only_where_that_is_said(client: TestClient) -> None:
    """A field that is left open keeps what stands there; the box beside it takes that away."""
    address = "/portfolios/adviesbureau/scenarios/new"
    form = client.get(address, params={"change": "set_policy"}).text
    said = {"tiers.none": "yes", "budget.none": "yes", "do": "add"}
    added = client.post(address, data={**filled(form), **said})
    assert json.loads(fields_of(added.text)["changes"]) == [{"change": "set_policy", "tiers": [], "budget": None}]


def test_a_scenario_is_built_run_and_asked_again(client: TestClient, run: str) -> None:
    """A change that is wrong is told at its field; a right one is kept; running starts from the run it came from."""
    address = "/portfolios/adviesbureau/scenarios/new"
    begun = fields_of(client.get(address, params={"run": run}).text)
    train = {"change": "train", "person": "sanne", "term": "persuading", "level": "9", "from": "8"}
    wrong = client.post(address, data={**begun, "do": "add", **train})
    assert wrong.status_code == 422
    assert 'id="wf-level"' in wrong.text
    right = client.post(address, data={**begun, "do": "add", "change": "leave", "person": "sanne", "from": "9"})
    assert "Sanne de Wit leaves" in text_of(right.text)
    started = client.post(address, data={**fields_of(right.text), "do": "run", "name": "x"}, follow_redirects=False)
    assert started.status_code == 303
    made = client.app.state.store.run(started.headers["location"].rpartition("/")[2])  # type: ignore[attr-defined]
    client.app.state.store.cancel_run(made.id, "ana")  # type: ignore[attr-defined]
    assert [one["change"] for one in made.changes] == ["leave"]
    assert made.parent == run


def test_a_pin_and_a_forbid_replace_each_other(client: TestClient) -> None:
    """Asking again with a pair forbidden that was pinned before has one change about that pair."""
    pinned = parse_changes([{"change": "pin", "person": "sanne", "activity": "warmtevraag", "hours": 68}])
    first = with_run(client.app.state.store, pinned)  # type: ignore[attr-defined]
    sent = {"change": "forbid", "person": "sanne", "activity": "warmtevraag"}
    answer = client.post(f"/runs/{first}/again", data=sent, follow_redirects=False)
    made = client.app.state.store.run(answer.headers["location"].rpartition("/")[2])  # type: ignore[attr-defined]
    client.app.state.store.cancel_run(made.id, "ana")  # type: ignore[attr-defined]
    assert made.changes == changes_to_json(parse_changes([sent]))


def test_a_run_that_brought_nothing_is_asked_again(client: TestClient) -> None:
    """The very question: its changes, of no stored scenario, in its own revision and from the plan it began with."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    case = entry("bedrijfsbureau").portfolio().model_copy(update={"id": "again"})
    stored = store.add_portfolio(case, "local")
    changes = parse_changes([{"change": "leave", "person": case.people[0].id, "from": 2}])
    claimed = None
    while claimed is None:  # the service may be quicker to take it up
        failed, _ = store.add_run(order(Source(case, stored), "local", changes))
        claimed = store.claim_run(failed.id)
        if claimed is None:
            store.cancel_run(failed.id, "ana")
    store.end_run(failed.id, claimed.attempt, "failed", None, None, {"code": "x", "detail": "It ended."})
    store.revise_portfolio("again", case.model_copy(update={"name": "Other"}), "local")
    action = re.search(r'action="(/runs/[^"]+)"', client.get(f"/runs/{failed.id}").text)
    assert action is not None
    answer = client.post(action[1], follow_redirects=False)
    made = store.run(answer.headers["location"].rpartition("/")[2])
    store.cancel_run(made.id, "ana")
    assert made.id != failed.id
    assert (made.revision, made.changes, made.parent) == (1, failed.changes, failed.parent)


# --- comparisons


def test_only_what_can_be_compared_is_offered(client: TestClient, run: str) -> None:
    """A run that ended without a proposal is not there, and after an error all stays as it was ticked."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    stored, portfolio = store.portfolio("adviesbureau")
    claimed = None
    while claimed is None:
        failed, _ = store.add_run(order(Source(portfolio, stored), "local"))
        claimed = store.claim_run(failed.id)
        if claimed is None:
            store.cancel_run(failed.id, "ana")
    store.end_run(failed.id, claimed.attempt, "failed", None, None, {"code": "x", "detail": "It ended."})
    address = "/portfolios/adviesbureau/compare"
    choice = client.get(address).text
    assert (failed.id in choice, run in choice) == (False, True)
    scenarios = re.findall(r'name="scenario" value="([^"]+)"', choice)[:4]
    again = client.post(address, data={"scenario": scenarios, "run": [run]})
    assert again.status_code == 422
    assert sorted(re.findall(r'value="([^"]+)" checked', again.text)) == sorted([*scenarios, run])


@pytest.mark.parametrize(("cost", "said"), [(-12, "found a better plan"), (3, "1 other plan is nearly as good")])
def test_other_plans_that_are_better_are_called_so(client: TestClient, run: str, cost: int, said: str) -> None:
    """What the search found is told as it is: better than the proposal, or nearly as good."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    difference = {"moves": [], "rules": [], "cost": {"before": 100, "after": 100 + cost, "difference": cost}}
    answer = {"outcome": "answered", "within": 5, "complete": True, "exhausted": False}
    answer |= {"alternatives": [{"plan": {}, "difference": difference}]}
    asked = with_answer(store, "adviesbureau", answer, kind="alternatives", asked={}, parent=run)
    html = client.get(f"/runs/{run}/others/{asked}").text
    assert said in text_of(html)
    assert ("at most 5 % more" in html) == (cost > 0)


# --- studies


def test_a_study_says_what_it_is_doing_and_how_far_it_is(client: TestClient) -> None:
    """The stage in words of the page, plans made and to come, and whom it is about; every stage has words."""
    assert set(get_args(Stage)) == STAGES.keys()
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    stored, portfolio = store.portfolio("adviesbureau")
    claimed = None
    while claimed is None:  # the service may be quicker to take it up
        run, _ = store.add_run(order(Source(portfolio, stored), "local", kind="study", asked={"kind": "exposure"}))
        claimed = store.claim_run(run.id)
        if claimed is None:
            store.cancel_run(run.id, "ana")
    store.tell_progress(run.id, claimed.attempt, asdict(StudyProgress(9.0, 3, 12, "without", "Sanne de Wit")))
    said = text_of(client.get(f"/studies/{run.id}?language=nl").text)
    for told in ("Het plan zonder ieder van hen", "3 / 12", "Nu : Sanne de Wit", "duurt nog ongeveer"):
        assert told in re.sub(r"\s+", " ", said).replace("Nu:", "Nu :")
    store.end_run(run.id, claimed.attempt, "cancelled", None, None)


# --- decisions


def test_a_decision_is_written_down(client: TestClient, run: str) -> None:
    """Accepting is stored; an override without a reason is refused in words, with one it is stored with its hours."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    client.post(f"/runs/{run}/decide", data={"decision": "accept"})
    pair = "sanne warmtevraag"
    other = {"decision": "override", f"proposed {pair}": "68", f"hours {pair}": "40"}
    assert client.post(f"/runs/{run}/decide", data=other).status_code == 422
    client.post(f"/runs/{run}/decide", data={**other, "reason": "holiday"})
    made = store.decisions_of(run)
    assert [one.decision for one in made] == ["accept", "override"]
    assert made[1].bookings == [{"person": "sanne", "activity": "warmtevraag", "hours": 40}]
    told = text_of(client.get(f"/runs/{run}/decide").text)
    assert "holiday" in told
    name = next(one.name for one in entry("adviesbureau").portfolio().activities if one.id == "warmtevraag")
    assert f"Sanne de Wit, {name}: 40 h instead of 68" in told


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"decision": ""}, "Nothing is decided yet"),
        ({"decision": "accept"}, "Hours were changed"),
        ({"decision": "reject", "about sanne warmtevraag": "on"}, "Hours were changed"),
        ({"decision": "override", "about sanne leiding-warmte": "on"}, "tick all of those, or none"),
        ({"decision": "override", "hours sanne warmtevraag": "many"}, "Hours are whole numbers"),
        ({"decision": "override", "hours sanne warmtevraag": "4000"}, "at most"),
    ],
)
def test_what_cannot_have_been_meant_is_not_decided(client: TestClient, sent: dict[str, str], said: str) -> None:
    """It is a 422 in words that name the booking and mark its field; all that was filled in is there still."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    run = with_run(store)
    pair = "sanne warmtevraag"
    data = {"reason": "a holiday", f"proposed {pair}": "68", f"hours {pair}": "40", **sent}
    answer = client.post(f"/runs/{run}/decide", data=data)
    assert (answer.status_code, store.decisions_of(run)) == (422, [])
    told = re.search(r'role="alert" id="wrong">(.*?)</p>', answer.text)
    assert told is not None
    assert said in told[1]
    assert "/bookings" not in told[1]
    assert f'name="hours {pair}" value="{data[f"hours {pair}"]}"' in answer.text
    assert "a holiday</textarea>" in answer.text
    if sent["decision"]:
        assert "Sanne de Wit, " in told[1]
        assert len(re.findall(r'name="hours [^>]+ aria-invalid="true"', answer.text)) == 1 + ("leiding" in str(sent))


def test_what_was_taken_over_is_said_where_it_was_decided(client: TestClient) -> None:
    """Once what was accepted is in a revision the page names it and offers it no more, until more is decided."""
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    case = entry("adviesbureau").portfolio().model_copy(update={"id": "taken"})
    store.add_portfolio(case, "local")
    run = with_answer(store, "taken", made_proposal().to_json())
    client.post(f"/runs/{run}/decide", data={"decision": "accept"})
    said = client.post(f"/runs/{run}/incumbents")
    assert (said.status_code, "revision 2 of the portfolio" in said.text) == (200, True)
    for path in (f"/runs/{run}/decide", f"/runs/{run}"):
        assert f"/runs/{run}/incumbents" not in client.get(path).text
    client.post(f"/runs/{run}/decide", data={"decision": "reject", "about sanne warmtevraag": "on"})
    assert f"/runs/{run}/incumbents" in client.get(f"/runs/{run}/decide").text


# --- uploads


def test_an_upload_tells_what_is_wrong_with_the_thing_it_is_about(client: TestClient) -> None:
    """Errors of JSON and of a workbook stand with the person or the row; nothing is stored."""
    data = json.loads(entry("adviesbureau").text()) | {"id": "mine"}
    data["people"][0]["unit"] = "<nowhere>"
    answer = client.post("/portfolios", files={"file": ("a.json", json.dumps(data).encode())})
    assert answer.status_code == 422
    assert "people 1: Sanne de Wit" in answer.text
    assert "&lt;nowhere&gt;" in answer.text
    broken = client.post("/portfolios", files={"file": ("a.xlsx", b"PK\x03\x04 no workbook")})
    assert broken.status_code == 422
    assert client.get("/portfolios/mine").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", b'{"people": 1', ("op regel", "positie")),
        ("a.json", b"[]", ("een portfolio, en dat is een object", "<h2>Het bestand</h2>")),
        ("people.csv", "id;name\n1;Ané\n".encode("utf-16"), ("tekst in UTF-8: kies in Excel",)),
        ("a.xlsx", b"PK\x03\x04 no workbook", ("die niet beschadigd is",)),
        ("a.csv", b"id,name\n1,2\n", ()),
        ("a.bin", b"\xff\xfe\x00", ("een werkmap (XLSX), CSV-bestanden",)),
        ("a.json", b"\xff\xfe\x00", ()),
        ("plan.json", b'{"format": "staffing-proposal/1"}', ("dit is een voorstel",)),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so(
    client: TestClient, name: str, content: bytes, said: tuple[str, ...]
) -> None:
    """In words, in the language of the page, and nothing is stored."""
    answer = client.post("/portfolios?language=nl", files={"file": (name, content)})
    assert answer.status_code == 422
    assert "Er is niets opgeslagen" in answer.text
    assert all(one in answer.text for one in said)
    assert "b&#39;" not in answer.text


def csv_files(portfolio: Portfolio) -> list[tuple[str, tuple[str, bytes]]]:
    """A portfolio as a browser sends CSV files that were chosen together."""
    with zipfile.ZipFile(io.BytesIO(spreadsheet.to_bytes(portfolio, ".zip"))) as archive:
        return [("file", (name, archive.read(name))) for name in archive.namelist()]


def test_csv_files_are_chosen_together(client: TestClient) -> None:
    """They are one portfolio; one of them alone is told which others there are, and beside it nothing else is taken."""
    files = csv_files(entry("bedrijfsbureau").portfolio().model_copy(update={"id": "tables", "name": "Tables"}))
    assert client.post("/portfolios", files=files).url.path == "/portfolios/tables"
    alone = client.post("/portfolios?language=nl", files=[one for one in files if one[1][0] == "people.csv"])
    assert alone.status_code == 422
    said = text_of(alone.text)
    assert "een rij start: eerste dag van periode 0" in said
    assert re.search(r"people\.csv\s+is er\s+wie er te boeken zijn\s+id, name", said)
    assert re.search(r"portfolio\.csv\s+nodig", said)
    mixed = client.post("/portfolios", files=[*files, ("file", ("plan.json", b"{}"))])
    assert (mixed.status_code, "<h2>plan.json</h2>" in mixed.text) == (422, True)


def test_every_table_and_column_is_told_in_dutch() -> None:
    """What a table is, what a column means and what a cell may hold."""
    columns = [one for several in (*spreadsheet.COLUMNS.values(), KEYS) for one in several]
    assert {one.meaning for one in columns} == MEANINGS.keys()
    assert set(COLUMN_HOLDS.values()) == HOLDS.keys()
    assert set(spreadsheet.MEANINGS.values()) == SHEETS.keys()
    for one in columns:
        for said in (f"a column {one.name}: {one.meaning}", f"{COLUMN_HOLDS[one.kind]}: {one.meaning}"):
            assert MEANINGS[one.meaning] in expected_in(Tongue("nl"), said)


def test_errors_are_dutch_where_the_page_is(client: TestClient, run: str) -> None:
    """Errors of an upload, of changes that cannot be made, and of what is not there have no English word left."""
    data = json.loads(entry("adviesbureau").text()) | {"id": "mine"}
    data["people"][0] |= {"unit": "nowhere", "hours_per_period": "many", "name": ""}
    data["people"][1]["expertise"][0] |= {"level": 9, "term": "finance"}
    data["activities"][0] |= {"hours": 1.5, "window": {"first": 5, "last": 2}, "project": None}
    del data["activities"][1]["kind"]
    said = [client.post("/portfolios?language=nl", files={"file": ("a.json", json.dumps(data).encode())})]
    changes = json.dumps([{"change": "leave", "person": "nobody", "from": 99}, {"change": "pin"}])
    said.append(client.post(f"/runs/{run}/with?language=nl", data={"changes": changes}))
    said.append(client.get("/runs/none?language=nl"))
    assert [one.status_code for one in said] == [422, 422, 404]
    for one in said:
        main = re.sub(r"<strong>[^<]*</strong>|<h2>[^<]*</h2>", "", one.text[one.text.index("<main") :])
        assert not re.search(r"\b(the|with|and|on|an|that|than|for|from|to|is not)\b", text_of(main)), text_of(main)


def test_an_upload_is_stored_and_never_over_another_portfolio(client: TestClient) -> None:
    """A workbook is a new portfolio, the same again its next revision; one of another name stands beside it."""
    portfolio = entry("bedrijfsbureau").portfolio()
    workbook = spreadsheet.to_bytes(portfolio.model_copy(update={"id": "sheet", "name": "One"}), ".xlsx")
    other = spreadsheet.to_bytes(portfolio.model_copy(update={"id": "sheet", "name": "Two"}), ".xlsx")
    for data in (workbook, workbook, other):
        assert client.post("/portfolios", files={"file": ("p.xlsx", data)}).status_code == 200
    store: Store = client.app.state.store  # type: ignore[attr-defined]
    assert (store.portfolio_record("sheet").revision, store.portfolio_record("sheet").name) == (2, "One")
    assert store.portfolio_record("sheet-2").name == "Two"
    first = spreadsheet.to_bytes(portfolio.model_copy(update={"id": "sheet-1", "name": "One"}), ".xlsx")
    second = spreadsheet.to_bytes(portfolio.model_copy(update={"id": "sheet-1", "name": "Two"}), ".xlsx")
    for data in (first, second):  # a number that the id has of its own is part of it
        assert client.post("/portfolios", files={"file": ("p.xlsx", data)}).status_code == 200
    assert store.portfolio_record("sheet-2").revision == 1
    assert (store.portfolio_record("sheet-1").name, store.portfolio_record("sheet-1-2").name) == ("One", "Two")


def test_forms_come_from_the_page_itself(client: TestClient) -> None:
    """A form that another site sends is refused, and so is one that is too large."""
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://elsewhere.test"}):
        assert client.post("/portfolios/adviesbureau/runs", headers=headers).status_code == 403
    assert client.post("/portfolios", files={"file": ("a.json", b" " * 2_100_000)}).status_code == 413


def test_language_and_colours_are_kept(client: TestClient) -> None:
    """What was chosen holds on the next page; where to go back to is a page of this service."""
    chosen = client.post("/look", data={"language": "nl", "theme": "dark", "back": "/sign-in"})
    assert chosen.url.path == "/sign-in"
    assert '<html lang="nl" data-theme="dark">' in chosen.text
    elsewhere = client.post("/look", data={"back": "//elsewhere.test/x"}, follow_redirects=False)
    assert elsewhere.headers["location"] == "/x"
    client.cookies.clear()


# --- Dutch

ENGLISH = re.compile(r"\b(the|of|with|and|on|work|hours|missing|people|instead|leaves|joins|there|than|for)\b")


def test_every_rule_has_a_dutch_name() -> None:
    """Titles and units of all rules are there in Dutch."""
    assert {rule.name for rule in RULES} == RULE_TITLES.keys()
    assert {rule.unit for rule in RULES} == UNITS.keys() == ONE_OF.keys()


def test_the_sentences_of_a_proposal_are_dutch_where_dutch_is_asked_for() -> None:
    """No English word is left in a finding or a reason once names are taken out, and hours are `u`."""
    portfolio = entry("adviesbureau").portfolio()
    sentences = Sentences(portfolio, Tongue("nl"))
    proposal = made_proposal()
    assert proposal.score_card is not None
    said = [finding.text for rule in proposal.score_card.rules for finding in rule.findings]
    said += [one.reason for one in proposal.bookings or ()]
    kinds = {activity.kind for activity in portfolio.activities}
    names = [item.name for item in (*portfolio.people, *portfolio.activities, *portfolio.projects)]
    names += [portfolio.label(term.id, "nl") for term in portfolio.vocabulary]
    for text in said:
        dutch = sentences(text)
        for name in sorted([*names, *kinds], key=len, reverse=True):
            dutch = dutch.replace(name, "")
        assert not ENGLISH.search(dutch), (text, dutch)
        assert not re.search(r"\d h\b", dutch)


@pytest.mark.parametrize("slug", [one.slug for one in ENTRIES])
def test_the_changes_of_the_library_are_dutch_where_dutch_is_asked_for(slug: str) -> None:
    """Each change of a bundled scenario has its sentence in Dutch."""
    portfolio = entry(slug).portfolio()
    sentences = Sentences(portfolio, Tongue("nl"))
    for scenario in entry(slug).scenarios():
        for line, change in zip(words(portfolio, scenario.changes), scenario.changes, strict=True):
            assert sentences(line) != line or change.name() not in BY_NAME, line
