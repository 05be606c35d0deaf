"""The words of explanations and talent agreements for one person, in English and Dutch, in the second person.

Labels of terms come from the portfolio's vocabulary; names of work, its kinds and phases are shown as they are there.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from solver.portfolio import Calendar

LANGUAGES = ("en", "nl")
MONTHS: Mapping[str, Sequence[str]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
}
#: names in one list
MOST_NAMES = 6

#: key → the words in English and in Dutch
PHRASES: Mapping[str, tuple[str, str]] = {
    "h": ("h", "u"),
    "and": ("and", "en"),
    "more": ("{n} more", "nog {n}"),
    "period_day": ("day {n}", "dag {n}"),
    "period_week": ("week {n}", "week {n}"),
    "period_month": ("month {n}", "maand {n}"),
    "points": ("{n} points", "{n} punten"),
    "points_one": ("1 point", "1 punt"),
    # who said something of a level
    "source_": ("without a source", "zonder bron"),
    "source_self": ("by yourself", "door jezelf"),
    "source_manager": ("by your manager", "door je leidinggevende"),
    "source_peers": ("by peers", "door collega's"),
    "source_test": ("from a test", "uit een test"),
    "source_certificate": ("from a certificate", "uit een certificaat"),
    "source_observed": ("observed at work", "gezien in het werk"),
    "no_date": ("no date", "geen datum"),
    "seen": (
        "level {level} {source}, {on}: {share} of this level",
        "niveau {level} {source}, {on}: {share} van dit niveau",
    ),
    "through": ("through {term}, which is part of it", "via {term}, dat eronder valt"),
    "training": (
        "from {start} on at least {level}, by a planned training in {term}",
        "vanaf {start} ten minste {level}, door een geplande opleiding in {term}",
    ),
    # roles
    "contributor": ("contributor", "uitvoerder"),
    "supporter": ("supporter", "ondersteuner"),
    "learner": ("learner", "lerende"),
    "decides": ("on your own account", "met eigen verantwoordelijkheid"),
    # a requirement, held against the person
    "meets": ("{term} {asked}: you have {level}", "{term} {asked}: je hebt {level}"),
    "below": ("{term} {asked}: you have {level}, so it is not met", "{term} {asked}: je hebt {level}, dus nog niet"),
    "learns": (
        "{term} {asked}: you have {level} and learn it here",
        "{term} {asked}: je hebt {level} en leert het hier",
    ),
    "asks_nothing": ("asks for nothing special", "vraagt niets bijzonders"),
    # facts about the person that were used
    "available": ("You are available for {n} h in this plan.", "Je bent {n} u beschikbaar in dit plan."),
    "absent": ("Absences are taken off.", "Afwezigheid is eraf gehaald."),
    "leaves": ("You are there until {start}.", "Je bent er tot {start}."),
    "unit": (
        "Your unit is {unit}: work of other units is open to you only where lending allows it.",
        "Je afdeling is {unit}: werk van andere afdelingen staat alleen open waar uitlenen mag.",
    ),
    "lent": (
        "In {when} you may do work of {unit} that begins and ends then, for at most {share} of your hours then.",
        "In {when} mag je werk van {unit} doen dat dan begint en eindigt, voor hooguit {share} van je uren dan.",
    ),
    "rotation": (
        "At least {share} of your hours are for other units.",
        "Ten minste {share} van je uren is voor andere afdelingen.",
    ),
    "pinned": ("The planner fixed {n} h on {activity}.", "De planner zette {n} u op {activity} vast."),
    "frozen": ("You worked {n} h on {activity} already.", "Je werkte al {n} u aan {activity}."),
    "incumbent": ("Today you have {n} h on {activity}.", "Vandaag heb je {n} u op {activity}."),
    "forbidden": ("The planner keeps you off {activity}.", "De planner houdt je van {activity} af."),
    "mentor": ("You guide at most {n} learners in this plan.", "Je begeleidt in dit plan hooguit {n} lerenden."),
    "mentor_one": ("You guide at most 1 learner in this plan.", "Je begeleidt in dit plan hooguit 1 lerende."),
    "potential_used": (
        "The rule on room to learn looks at your place in the talent review. That place, and what it weighs, is for HR "
        "to show: ask for it.",
        "De regel over ruimte om te leren kijkt naar je plaats in het talentoverleg. Die plaats, en wat die weegt, "
        "laat HR zien: vraag ernaar.",
    ),
    "money_used": (
        "What your hours cost plays a part in this plan; the amount is for HR to show.",
        "Wat je uren kosten speelt mee in dit plan; het bedrag laat HR zien.",
    ),
    # own statements and their effect
    "gives": ("{of} gives you energy", "{of} geeft je energie"),
    "drains": ("{of} takes energy", "{of} kost je energie"),
    "neutral": ("{of} neither gives nor takes energy", "{of} geeft noch kost je energie"),
    "energy_nothing": ("no work in this plan touches it", "geen werk in dit plan raakt eraan"),
    "energy_elsewhere": ("you are on no such work here", "je zit hier niet op zulk werk"),
    "energy_on": ("it counts on {names}", "het telt mee bij {names}"),
    "energy_free": ("energy does not weigh in this plan", "energie weegt niet mee in dit plan"),
    "ambition": ("You want to grow to {level} in {term}", "Je wilt groeien naar {level} in {term}"),
    "ambition_learned": ("you learn it on {names}", "je leert het bij {names}"),
    "ambition_possible": (
        "it could be learned on {names}, beside somebody who has it; this proposal does not do that",
        "het zou kunnen bij {names}, naast iemand die het heeft; dit voorstel doet dat niet",
    ),
    "ambition_reached": ("you are there already", "je bent er al"),
    "ambition_nowhere": (
        "no work open to you asks for it one step above where you are",
        "geen werk dat voor je openstaat vraagt het één stap boven waar je nu bent",
    ),
    "wish": ("You asked for {activity}", "Je vroeg om {activity}"),
    "wish_met": ("you are on it", "je zit erop"),
    "wish_possible": ("you could be on it, and are not", "je had erop gekund, en zit er niet op"),
    "wish_past": ("it is over", "het is voorbij"),
    "wish_time": ("you have too few hours while it is done", "je hebt te weinig uren in de tijd dat het wordt gedaan"),
    "wish_place": (
        "it has no place for you beside those it cannot do without",
        "er is geen plek voor je naast wie het niet kan missen",
    ),
    "wish_forbidden": ("the planner keeps you off it", "de planner houdt je ervan af"),
    "wish_unit": ("it is another unit's work", "het is werk van een andere afdeling"),
    "wish_brings_nothing": (
        "by the levels used, nothing of what it asks for is met",
        "naar de gebruikte niveaus heb je niets van wat het vraagt",
    ),
    # what weighed for the plan as it is
    "for_staffing": (
        "{hours} h on {activity}: work that would stay open",
        "{hours} u {activity}: werk dat anders open blijft",
    ),
    "for_expertise_coverage": (
        "{activity} needs {term} {asked}, and you have {level}",
        "{activity} vraagt {term} {asked}, en jij hebt {level}",
    ),
    "for_talent_coverage": (
        "{activity} needs {term} {asked}, and you bring {level}",
        "{activity} vraagt {term} {asked}, en jij brengt {level}",
    ),
    "for_wishes": ("you asked for {activity} and are on it", "je vroeg om {activity} en zit erop"),
    "for_stability": (
        "{hours} h of today's work on {activity} stay with you",
        "{hours} u van je werk van vandaag aan {activity} blijft bij jou",
    ),
    # what weighed against it: the rules' findings about the person
    "against_expertise_fit": (
        "{activity} asks for more than you know now: that weighs as {amount} h of {hours}",
        "{activity} vraagt meer dan je nu weet: dat weegt als {amount} u van {hours}",
    ),
    "against_talent_fit": (
        "{activity} asks for a talent you have less of: that weighs as {amount} h of {hours}",
        "{activity} vraagt een talent dat je minder hebt: dat weegt als {amount} u van {hours}",
    ),
    "against_energy": (
        "{activity} takes energy, by your own words: that weighs as {amount} h of {hours}",
        "{activity} kost je energie, naar eigen zeggen: dat weegt als {amount} u van {hours}",
    ),
    "against_wishes": (
        "you asked for {activity}, could do it, and are not on it",
        "je vroeg om {activity}, zou het kunnen, en zit er niet op",
    ),
    "against_wishes_only": (
        "you asked for {activity} and are not on it",
        "je vroeg om {activity} en zit er niet op",
    ),
    "against_talent_use": (
        "{amount} h too little of your work uses one of your top talents",
        "{amount} u te weinig van je werk gebruikt een van je sterkste talenten",
    ),
    "against_role_width": (
        "{amount} h more {kind} than one role should hold",
        "{amount} u meer {kind} dan goed is voor één rol",
    ),
    "against_responsibility": (
        "{amount} h too little of your work is on your own account",
        "{amount} u te weinig van je werk is op eigen verantwoordelijkheid",
    ),
    "against_stretch": (
        "{amount} h too little of your work teaches you something",
        "{amount} u te weinig van je werk leert je iets",
    ),
    "against_load_balance_low": (
        "{amount} h too little work for the time you have",
        "{amount} u te weinig werk voor de tijd die je hebt",
    ),
    "against_load_balance_high": (
        "{amount} h more work than leaves you some room",
        "{amount} u meer werk dan je wat ruimte laat",
    ),
    "against_focus": (
        "{amount} activities more than leave focus",
        "{amount} activiteiten meer dan goed is voor je aandacht",
    ),
    "against_focus_one": (
        "1 activity more than leaves focus",
        "1 activiteit meer dan goed is voor je aandacht",
    ),
    "against_stability": (
        "{amount} h of today's work on {activity} are taken from you",
        "{amount} u van je werk van vandaag aan {activity} gaat van je af",
    ),
    "against_lending": (
        "{amount} h on {activity} are for another unit",
        "{amount} u {activity} is voor een andere afdeling",
    ),
    # what was not used
    "unused_performance": (
        "Performance in the talent review: no rule of any plan uses it.",
        "Prestatie in het talentoverleg: geen enkele regel gebruikt die.",
    ),
    "unused_potential": (
        "Potential in the talent review: the rules of this plan do not use it.",
        "Potentieel in het talentoverleg: de regels van dit plan gebruiken dat niet.",
    ),
    "unused_rate": (
        "What an hour of you costs: it does not weigh in this plan.",
        "Wat een uur van jou kost: dat weegt niet mee in dit plan.",
    ),
    "unused_name": ("Your name: it only labels the plan.", "Je naam: die staat er alleen bij."),
    "unused_observation": (
        "{term} (level {level}, {source}, {on}): nothing here asks for it, or another level is higher.",
        "{term} (niveau {level}, {source}, {on}): niets vraagt erom, of een ander niveau is hoger.",
    ),
    "unused_statement": ("{what}: {why}.", "{what}: {why}."),
    # what would change the outcome
    "change_level": (
        "{term} at level {level} instead of {now}:",
        "{term} op niveau {level} in plaats van {now}:",
    ),
    "opens": ("you could be booked on {names} as well", "je zou ook op {names} kunnen"),
    "counts": ("you would count for what {names} asks", "je zou meetellen voor wat {names} vraagt"),
    "counts_many": ("you would count for what {names} ask", "je zou meetellen voor wat {names} vragen"),
    "change_ambition": (
        "An ambition in {term} above {now} would allow you to learn it on {names}, beside somebody who has it.",
        "Met een ambitie in {term} boven {now} zou je het mogen leren bij {names}, naast iemand die het heeft.",
    ),
    "change_full": (
        "All your hours are planned in {periods}: only more hours, or other work made lighter, leave room there.",
        "Al je uren zijn gepland in {periods}: alleen meer uren, of minder ander werk, geven daar ruimte.",
    ),
    "change_away": (
        "You have no hours in {periods}, when {names} could use you.",
        "Je hebt geen uren in {periods}, terwijl {names} je zou kunnen gebruiken.",
    ),
    "change_unit": (
        "You bring something to work of {units} ({n}); your unit does not lend there.",
        "Je hebt iets te brengen bij werk van {units} ({n}); jouw afdeling leent daar niet aan uit.",
    ),
    "change_wish": (
        "Each wish for work that is open to you weighs {n} points; you gave none.",
        "Elke wens voor werk dat voor je openstaat weegt {n} punten; je gaf er geen.",
    ),
    "change_wish_one": (
        "Each wish for work that is open to you weighs 1 point; you gave none.",
        "Elke wens voor werk dat voor je openstaat weegt 1 punt; je gaf er geen.",
    ),
    # who decides, and how to contest
    "decision_people": (
        "This is a proposal, made by rules. People decide: your manager and the project lead, after speaking with you.",
        "Dit is een voorstel, gemaakt met regels. Mensen beslissen: je leidinggevende en de projectleider, na een "
        "gesprek met jou.",
    ),
    "decision_could": (
        "“Could” means that no rule forbids it as far as it is about you alone; a plan weighs all work together, so it "
        "is no promise.",
        "“Zou kunnen” betekent dat geen regel het verbiedt, voor zover het om jou alleen gaat; een plan weegt al het "
        "werk samen, dus het is geen belofte.",
    ),
    "decision_contest": (
        "Is a level wrong? Say so to your manager or HR, and say what shows it: a certificate, a test, work that was "
        "seen. It is added with its date; a new observation counts for more than an old one, which counts for half "
        "after two years, and your own word counts for half of a test. Then the plan is made anew.",
        "Klopt een niveau niet? Zeg het je leidinggevende of HR, met wat het laat zien: een certificaat, een test, "
        "werk dat gezien is. Het komt erbij met de datum; nieuw telt zwaarder dan oud, dat na twee jaar half telt, "
        "en je eigen woord telt voor de helft van een test. Daarna wordt het plan opnieuw gemaakt.",
    ),
    "decision_own": (
        "Energy, ambitions and wishes are your own words: you can change them at any time.",
        "Energie, ambities en wensen zijn je eigen woorden: je kunt ze altijd veranderen.",
    ),
    "left_out": (
        "Left out, because it is about colleagues as well: who else is on the work, who learns with you, what others "
        "can and want, and agreements on working together or apart, if there are any. So an hour or a level is worth "
        "what is said here at most: colleagues may bring the same.",
        "Weggelaten, omdat het ook over collega's gaat: wie er nog meer aan het werk zitten, wie met je leert, wat "
        "anderen kunnen en willen, en afspraken over samen of juist niet samen werken, als die er zijn. Een uur of een "
        "niveau is dus hooguit waard wat hier staat: collega's brengen misschien hetzelfde.",
    ),
    # headings and connecting words of the text
    "title": ("{name}: what the proposal says about you", "{name}: wat het voorstel over jou zegt"),
    "no_plan": (
        "There is no plan: none was found, or rules contradict each other.",
        "Er is geen plan: er is er geen gevonden, of regels spreken elkaar tegen.",
    ),
    "nothing_planned": ("Nothing is planned for you.", "Er is niets voor je gepland."),
    "load": ("{hours} of your {available} h are planned.", "{hours} van je {available} u zijn gepland."),
    "load_guiding": ("Guiding learners takes {n} h more.", "Lerenden begeleiden kost nog {n} u."),
    "head_work": ("Your work", "Je werk"),
    "head_levels": ("Levels that were used, and where they come from", "Gebruikte niveaus, en waar ze vandaan komen"),
    "head_facts": ("What else was used", "Wat verder is gebruikt"),
    "head_statements": ("Your own words", "Je eigen woorden"),
    "head_for": ("What weighed for this", "Wat ervoor woog"),
    "head_against": ("What weighed against it", "Wat ertegen woog"),
    "head_talents": ("Your talents", "Je talenten"),
    "head_not_used": ("What was not used", "Wat niet is gebruikt"),
    "head_changes": ("What would change the outcome", "Wat de uitkomst zou veranderen"),
    "head_decision": ("Who decides, and what you can do", "Wie beslist, en wat jij kunt doen"),
    "up_to": ("up to {n} points", "hooguit {n} punten"),
    "up_to_one": ("up to 1 point", "hooguit 1 punt"),
    "fit": (
        "knows {expertise}, talent {talent}, energy {energy}",
        "kennis {expertise}, talent {talent}, energie {energy}",
    ),
    "guides": ("{n} h of guiding somebody on {activity}", "{n} u iemand begeleiden bij {activity}"),
    "talent_used": ("used: {term} ({level}), on {names}", "benut: {term} ({level}), bij {names}"),
    "talent_unused": ("not used: {term} ({level})", "niet benut: {term} ({level})"),
    "no_top_talents": ("No talent of level 3 or more is known.", "Er is geen talent van niveau 3 of hoger bekend."),
    "nothing": ("Nothing.", "Niets."),
    # the talent agreement
    "agree_title": ("Talent agreement", "Talentafspraak"),
    "agree_made": (
        "Made from a proposal, for the conversation between {name} and the manager. Nothing here is decided.",
        "Gemaakt uit een voorstel, voor het gesprek tussen {name} en de leidinggevende. Niets hiervan is besloten.",
    ),
    "agree_load": (
        "{hours} of {available} h planned ({share})",
        "{hours} van {available} u gepland ({share})",
    ),
    "agree_work": ("What you would work on", "Waar je aan zou werken"),
    "agree_talents": ("Talents", "Talenten"),
    "agree_learning": ("Learning", "Leren"),
    "agree_energy": ("Energy", "Energie"),
    "agree_questions": ("To talk about", "Om over te praten"),
    "agree_agreed": ("What we agree", "Wat we afspreken"),
    "agree_date": ("Date", "Datum"),
    "agree_manager": ("Manager", "Leidinggevende"),
    "column_activity": ("Activity", "Activiteit"),
    "column_hours": ("Hours", "Uren"),
    "column_when": ("When", "Wanneer"),
    "column_role": ("Role", "Rol"),
    "own_account": ("on own account", "eigen verantwoordelijkheid"),
    "brings": ("Used: {term} ({names})", "Benut: {term} ({names})"),
    "rests": ("Not used here: {term}", "Hier niet benut: {term}"),
    "lesson_learns": (
        "Learns {term} from {name} on {activity}, {n} h of guidance",
        "Leert {term} van {name} bij {activity}, {n} u begeleiding",
    ),
    "lesson_alone": (
        "Learns {term} on {activity}; nobody is named to guide it",
        "Leert {term} bij {activity}; er is nog niemand die begeleidt",
    ),
    "lesson_guides": (
        "Guides {name} in {term} on {activity}, {n} h",
        "Begeleidt {name} in {term} bij {activity}, {n} u",
    ),
    "energy_gives": ("Gives energy: {names} ({n} h)", "Geeft energie: {names} ({n} u)"),
    "energy_takes": ("Takes energy: {names} ({n} h)", "Kost energie: {names} ({n} u)"),
    "no_work": ("No work is planned.", "Er is geen werk gepland."),
    "no_learning": ("Nothing is learned or taught in this plan.", "In dit plan wordt niets geleerd of begeleid."),
    "no_energy": (
        "Nothing was said about energy that touches this work.",
        "Over energie is niets gezegd dat dit werk raakt.",
    ),
    "ask_role_width": (
        "{amount} h more {kind} than one role should hold. Which other work would make the role wider?",
        "{amount} u meer {kind} dan goed is voor één rol. Welk ander werk maakt de rol breder?",
    ),
    "ask_talents": (
        "{names}: not used in this plan. Where could that come into its own?",
        "{names}: niet benut in dit plan. Waar komt dat wel tot zijn recht?",
    ),
    "ask_energy": (
        "{activity} takes energy. What makes it lighter: shorter, shared, another form, or somebody else?",
        "{activity} kost energie. Wat maakt het lichter: korter, samen, een andere vorm, of iemand anders?",
    ),
    "ask_learning": (
        "Learning {term} with {name}: when is it a success, and what is needed for it?",
        "{term} leren met {name}: wanneer is het gelukt, en wat is daarvoor nodig?",
    ),
    "ask_learning_alone": (
        "Learning {term}: who can help with it?",
        "{term} leren: wie kan daarbij helpen?",
    ),
    "ask_guiding": (
        "Guiding {name} in {term}: is there enough time, and is it what you like to pass on?",
        "{name} begeleiden in {term}: is er genoeg tijd, en geef je dit graag door?",
    ),
    "ask_ambition": (
        "The wish to grow in {names} has no place in this plan. Where and when could it?",
        "De wens om te groeien in {names} heeft geen plek in dit plan. Waar en wanneer wel?",
    ),
    "ask_stretch": (
        "{amount} h too little of the work teaches something new. What would you like to learn?",
        "{amount} u te weinig van het werk leert iets nieuws. Wat wil je leren?",
    ),
    "ask_responsibility": (
        "{amount} h too little is done on own account. Which of the work could be led or decided on?",
        "{amount} u te weinig is eigen verantwoordelijkheid. Welk werk kan zelf geleid of beslist worden?",
    ),
    "ask_load_balance_high": (
        "{share} of the hours are planned. What comes first when something unexpected happens?",
        "{share} van de uren is gepland. Wat gaat voor als er iets tussendoor komt?",
    ),
    "ask_load_balance_low": (
        "{share} of the hours are planned. What should the rest be for?",
        "{share} van de uren is gepland. Waar is de rest voor?",
    ),
    "ask_focus": (
        "{n} activities at once. Which may wait, or be combined?",
        "{n} activiteiten naast elkaar. Welke kan wachten, of samen?",
    ),
    "ask_wishes": (
        "{activity} was asked for and is not in the plan. How important is it, and what instead?",
        "Om {activity} is gevraagd, en het zit niet in het plan. Hoe belangrijk is het, en wat in plaats daarvan?",
    ),
    "ask_stability": (
        "{amount} h less of today's work on {activity}. What needs to be handed over?",
        "{amount} u minder van het werk van vandaag aan {activity}. Wat moet worden overgedragen?",
    ),
    "ask_expertise_fit": (
        "{activity} asks for more than is known now. What help is needed?",
        "{activity} vraagt meer kennis dan er nu is. Welke hulp is nodig?",
    ),
    "ask_talent_fit": (
        "{activity} asks for another way of working than comes naturally. Who can complement it?",
        "{activity} vraagt een andere manier van werken dan vanzelf gaat. Wie kan aanvullen?",
    ),
    "ask_open": (
        "What do you look forward to, and what worries you?",
        "Waar kijk je naar uit, en waar zie je tegen op?",
    ),
}


class Phrases:
    """The words of one language: `phrases("points", n=8)`; ValueError for a language there are no words in."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no words in {language!r}; there are words in {', '.join(LANGUAGES)}")
        self.language = language
        self._index = LANGUAGES.index(language)

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key, with the values filled in."""
        return PHRASES[key][self._index].format(**values)

    def counted(self, key: str, n: float) -> str:
        """The words of a key for a number of something, or those for one."""
        return self(f"{key}_one") if n == 1 else self(key, n=self.number(n))

    def has(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in PHRASES

    def number(self, value: float) -> str:
        """At most two decimals, thousands apart: 1,649.3 or 1.649,3."""
        text = f"{value:,.2f}".rstrip("0").rstrip(".")
        return text if self.language == "en" else text.translate({ord(","): ".", ord("."): ","})

    def percent(self, share: float) -> str:
        """A share in whole percents; what is there is not shown as nothing."""
        whole = round(100 * share)
        return f"< {self.number(1)} %" if 0 < share < 0.01 else f"{'−' if whole < 0 else ''}{abs(whole)} %"

    def listed(self, names: Sequence[str]) -> str:
        """ "a, b and c"; long lists are cut, and the rest is counted."""
        if len(names) > MOST_NAMES:
            names = [*names[: MOST_NAMES - 1], self("more", n=len(names) - MOST_NAMES + 1)]
        *rest, last = names
        return f"{', '.join(rest)} {self('and')} {last}" if rest else last

    def day(self, day: date) -> str:
        """A date in words: 4 Jan 2027."""
        return f"{day.day} {MONTHS[self.language][day.month - 1]} {day.year}"

    def period(self, calendar: Calendar, period: int) -> str:
        """The day a period begins on; its number, counted from 1, where the calendar leaves the years there are."""
        start = period_start(calendar, period)
        return self(f"period_{calendar.period}", n=period + 1) if start is None else self.day(start)

    def span(self, calendar: Calendar, first: int, last: int) -> str:
        """The days from the beginning of one period to the end of another: 4 Jan 2027 – 31 Jan 2027."""
        after = period_start(calendar, last + 1)
        end = self.period(calendar, last) if after is None else self.day(after - timedelta(days=1))
        start = self.period(calendar, first)
        return start if start == end else f"{start} – {end}"


def period_start(calendar: Calendar, period: int) -> date | None:
    """The day a period begins on (a month on the calendar's day, or the last it has); None beyond the year 9999."""
    start = calendar.start
    try:
        if calendar.period != "month":
            return start + timedelta(days=period * (7 if calendar.period == "week" else 1))
        year, month = divmod(start.year * 12 + start.month - 1 + period, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None
