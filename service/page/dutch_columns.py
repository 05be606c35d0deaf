"""Dutch for the tables of a portfolio: what each is, what a column means, and what a cell may hold."""

from __future__ import annotations

from collections.abc import Mapping

#: kinds of value, in the words of `service.columns`
HOLDS: Mapping[str, str] = {
    "an id": "een kenmerk",
    "text": "tekst",
    "a whole number": "een heel getal",
    "a number": "een getal",
    "a date, such as 2027-01-04": "een datum, zoals 2027-01-04",
    "TRUE or FALSE (yes or no)": "WAAR of ONWAAR (ja of nee)",
    "ids with ; between them": "kenmerken met ; ertussen",
    "texts with ; between them": "teksten met ; ertussen",
    "whole numbers with ; between them": "hele getallen met ; ertussen",
    "a whole number, or one for each period with ; between them": "een heel getal, of een voor elke periode met ; ertussen",  # noqa: E501
    "a number, text, TRUE or FALSE": "een getal, tekst, WAAR of ONWAAR",
}

#: what a column means, in the words of `service.columns`
MEANINGS: Mapping[str, str] = {
    "short id of the portfolio": "kort kenmerk van de portfolio",
    "name of the portfolio": "naam van de portfolio",
    "first day of period 0": "eerste dag van periode 0",
    "how long a period is: day, week or month": "hoe lang een periode duurt: day, week of month",
    "how many periods there are": "hoeveel perioden er zijn",
    "first period that is not past; blank is 0": "eerste periode die niet voorbij is; leeg is 0",
    "bookings come in multiples of this; blank is 4": "boekingen zijn hier een veelvoud van; leeg is 4",
    "named set of rule weights; blank is balanced": "naam van een voorinstelling; leeg is balanced",
    "money that the plan may cost; blank is no budget": "wat het plan mag kosten; leeg is geen budget",
    "name of the setting": "naam van de instelling",
    "what it is": "wat het is",
    "id of the term": "kenmerk van het begrip",
    "expertise (the WHAT) or talent (the HOW)": "expertise (het WAT) of talent (het HOE)",
    "the term in English": "het begrip in het Engels",
    "the term in Dutch; likewise any other language": "het begrip in het Nederlands; zo ook elke andere taal",
    "other words for the term": "andere woorden voor het begrip",
    "the wider term that this one is part of": "het ruimere begrip waar dit bij hoort",
    "where the term is defined, such as ESCO": "waar het begrip is vastgelegd, zoals ESCO",
    "id of the goal": "kenmerk van het doel",
    "name of the goal": "naam van het doel",
    "importance (1–5); blank is 3": "belang (1–5); leeg is 3",
    "id of the unit": "kenmerk van de afdeling",
    "name of the unit": "naam van de afdeling",
    "part of its hours (0–1) that may work for others; blank is 0": "deel van de uren (0–1) dat voor anderen mag werken; leeg is 0",  # noqa: E501
    "id of the person": "kenmerk van de persoon",
    "name of the person": "naam van de persoon",
    "id of the person's unit; blank works anywhere": "kenmerk van de afdeling van de persoon; leeg werkt overal",
    "hours in a period; blank is 40": "uren in een periode; leeg is 40",
    "most learners to mentor; blank is 2": "hoeveel lerenden hooguit te begeleiden; leeg is 2",
    "talent review (1–3), shown to HR alone": "talentbeoordeling (1–3), alleen te zien voor HR",
    "money for an hour; blank counts as 0": "bedrag per uur; leeg telt als 0",
    "first period in which the person is gone; blank stays": "eerste periode waarin de persoon weg is; leeg blijft",
    "what taking on this candidate costs": "wat het kost om deze kandidaat aan te nemen",
    "the group this candidate counts in": "de groep waarin deze kandidaat meetelt",
    "at least this part (0–1) of the hours is for other units; blank is 0": "ten minste dit deel (0–1) van de uren is voor andere afdelingen; leeg is 0",  # noqa: E501
    "term of the vocabulary: its id or an alias": "begrip uit de woordenlijst: kenmerk of alias",
    "level (1–5)": "niveau (1–5)",
    "who or what says so; left blank is unstated": "wie of wat dat zegt; leeg is niet vermeld",
    "when it was observed": "wanneer het is gezien",
    "kind:…, talent:…, expertise:…, phase:… or project:…": "kind:…, talent:…, expertise:…, phase:… of project:…",
    "-2 (drains) to 2 (gives energy)": "-2 (kost energie) tot 2 (geeft energie)",
    "level aimed at (1–5)": "beoogd niveau (1–5)",
    "id of the activity": "kenmerk van de activiteit",
    "first period, counted from 0": "eerste periode, geteld vanaf 0",
    "last period, itself included": "laatste periode, die telt mee",
    "hours away in each period; blank is all of it": "uren afwezig in elke periode; leeg is helemaal",
    "the level is at least this (1–5)": "het niveau is ten minste dit (1–5)",
    "from this period on": "vanaf deze periode",
    "id of the unit that borrows": "kenmerk van de afdeling die leent",
    "at most this part (0–1) of the hours available in them": "hooguit dit deel (0–1) van de uren die er dan zijn",
    "id of the project": "kenmerk van het project",
    "name of the project": "naam van het project",
    "id of the unit it belongs to; blank is open to everybody": "kenmerk van de afdeling waar het bij hoort; leeg is open voor iedereen",  # noqa: E501
    "id of the person who leads it": "kenmerk van wie het leidt",
    "goals it serves": "doelen die het dient",
    "id of its project": "kenmerk van het project",
    "phase of the project, such as opening": "fase van het project, zoals opening",
    "name of the activity": "naam van de activiteit",
    "sort of work, such as interview or writing": "soort werk, zoals interview of schrijven",
    "hours asked for": "gevraagde uren",
    "first period it can be worked in, counted from 0": "eerste periode waarin het kan, geteld vanaf 0",
    "last period it can be worked in, itself included": "laatste periode waarin het kan, die telt mee",
    "fewest people on it; blank is 1": "minste mensen erop; leeg is 1",
    "most people on it; blank is 99": "meeste mensen erop; leeg is 99",
    "1–5; blank is 3": "1–5; leeg is 3",
    "TRUE: work done on one's own account; blank is FALSE": "WAAR: werk op eigen verantwoordelijkheid; leeg is ONWAAR",
    "TRUE: losing its expertise would stop the project; blank is FALSE": "WAAR: zonder deze kennis staat het project stil; leeg is ONWAAR",  # noqa: E501
    "activities whose windows must end before this one begins": "activiteiten waarvan de periode voorbij moet zijn voor deze begint",  # noqa: E501
    "level asked for (1–5)": "gevraagd niveau (1–5)",
    "how many different team members must hold it; blank is 1": "hoeveel teamleden het moeten hebben; leeg is 1",
    "TRUE: no hours are booked unless it is met; blank is FALSE": "WAAR: zonder dit worden geen uren geboekt; leeg is ONWAAR",  # noqa: E501
    "weight among the activity's requirements (1–5); blank is 1": "gewicht onder de eisen van de activiteit (1–5); leeg is 1",  # noqa: E501
    "hours; may be blank where forbidden or frozen": "uren; mag leeg zijn bij forbidden of frozen",
    "pinned (stays), incumbent (there today), forbidden, or frozen (worked before now)": "pinned (blijft), incumbent (is er vandaag), forbidden (verboden) of frozen (al gewerkt)",  # noqa: E501
    "hours in each period of the activity's window": "uren in elke periode waarin de activiteit kan",
    "two people or more": "twee mensen of meer",
    "apart or together, on an activity's team": "apart of together (samen), in het team van een activiteit",
    "group of candidates": "groep kandidaten",
    "at most so many of them": "hooguit zoveel van hen",
    "id of the unit that lends": "kenmerk van de afdeling die uitleent",
    "at most this part (0–1) of the lender's hours": "hooguit dit deel (0–1) van de uren van wie uitleent",
    "what it is for": "waar het voor is",
    "what it costs": "wat het kost",
    "name of a rule, such as role_width": "naam van een regel, zoals role_width",
    "weight, mode, tolerance or a setting of the rule's own": "weight, mode, tolerance of een instelling van de regel zelf",  # noqa: E501
    "what it is set to": "waarop het is ingesteld",
    "1 is solved first, then 2, …": "eerst 1, dan 2, …",
    "name of a soft rule in this tier": "naam van een regel op deze plaats",
}

#: what a table is about, in the words of `service.columns`
SHEETS: Mapping[str, str] = {
    "the portfolio as a whole: one key a row": "de portfolio als geheel: één gegeven per rij",
    "the terms that people and activities are described in": "de begrippen waarin mensen en activiteiten worden beschreven",  # noqa: E501
    "what the organisation wants to reach": "wat de organisatie wil bereiken",
    "teams or departments": "teams of afdelingen",
    "who can be booked": "wie er te boeken zijn",
    "what people know and can do now; several observations of one term are combined": "wat mensen nu weten en kunnen; meer waarnemingen van één begrip tellen samen",  # noqa: E501
    "how people naturally work; several observations of one term are combined": "hoe mensen van nature werken; meer waarnemingen van één begrip tellen samen",  # noqa: E501
    "what gives people energy and what drains them": "wat mensen energie geeft en wat energie kost",
    "terms that people want to grow in": "begrippen waarin mensen willen groeien",
    "activities that people asked for": "activiteiten waar mensen om vroegen",
    "periods in which people are away": "perioden waarin mensen weg zijn",
    "planned trainings": "geplande opleidingen",
    "people who may work for another unit for a while": "mensen die een tijd voor een andere afdeling mogen werken",
    "the work, by project": "het werk, per project",
    "the pieces of work that projects consist of": "de stukken werk waar projecten uit bestaan",
    "what activities ask for, the WHAT and the HOW alike: the term's dimension decides which it is": "wat activiteiten vragen, het WAT en het HOE: de dimensie van het begrip bepaalt welk van de twee",  # noqa: E501
    "what is booked already, or must not be": "wat al is geboekt, of niet mag",
    "people who never, or only, work together": "mensen die nooit, of alleen samen, werken",
    "how many candidates may be taken on": "hoeveel kandidaten er mogen worden aangenomen",
    "directions between two units that are opened": "wie aan wie mag uitlenen",
    "costs that the plan has whatever it books": "kosten die het plan hoe dan ook heeft",
    "settings of rules that differ from the preset, one a row": "instellingen van regels die afwijken van de voorinstelling, één per rij",  # noqa: E501
    "soft rules that are solved one tier after the other": "regels die na elkaar worden afgehandeld",
}
