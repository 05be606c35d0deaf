"""The model card in Dutch: every sentence of the English one, which is made from the code, with its translation."""

from __future__ import annotations

from collections.abc import Mapping

NL: Mapping[str, str] = {
    # sections
    "Model card of the staffing service": "Modelkaart van de plandienst",
    "What it is for": "Waar het voor is",
    "What it never uses": "Wat het nooit gebruikt",
    "People decide": "Mensen beslissen",
    "Rules": "Regels",
    "Presets": "Voorkeuzes",
    "Data": "Gegevens",
    "rule": "regel",
    "what it wants": "wat hij wil",
    "kind": "soort",
    "weight": "gewicht",
    "hard": "hard",
    "soft": "zacht",
    "preset": "voorkeuze",
    "what for": "waarvoor",
    "other weights": "andere gewichten",
    "field": "veld",
    "meaning": "betekenis",
    "who sees it": "wie het ziet",
    # text
    "It proposes who works on what, for how many hours, from people's expertise, talents, energy and wishes and from "
    "what the work asks for. It does not assess people, does not rank them, and does not learn from past plans: every "
    "proposal follows from the rules and weights below alone.": "Het stelt voor wie waaraan werkt, en hoeveel uur, op "
    "grond van expertise, talenten, energie en wensen van mensen en van wat het werk vraagt. Het beoordeelt mensen "
    "niet, rangschikt ze niet en leert niet van eerdere plannen: elk voorstel volgt alleen uit de regels en gewichten "
    "hieronder.",
    "Age, birth, gender, origin, religion, health, family, sexual orientation, politics and union membership have no "
    "field, and data with such a field are refused. Performance and potential are used only where the policy says "
    "so.": (
        "Leeftijd, geboorte, geslacht, herkomst, geloof, gezondheid, gezin, seksuele gerichtheid, politiek en "
        "vakbondslidmaatschap hebben geen veld, en gegevens met zo'n veld worden geweigerd. Prestatie en "
        "potentieel tellen alleen mee waar het beleid dat zegt."
    ),
    "A proposal is a proposal: people accept, reject or override it, with their reasons, and nothing is booked by "
    "itself. All can read what was used about them, where each level comes from and what would change the "
    "outcome, and can contest a level. Who did what stands in a log that shows when it was tampered with.": (
        "Een voorstel is een voorstel: mensen nemen het over, wijzen het af of wijken ervan af, met hun redenen, en "
        "niets wordt vanzelf geboekt. Iedereen kan lezen wat over hem of haar is gebruikt, waar elk niveau vandaan "
        "komt en wat de uitkomst zou veranderen, en kan een niveau betwisten. Wie wat deed staat in een logboek dat "
        "laat zien of ermee is geknoeid."
    ),
    # who sees
    "HR": "HR",
    "HR, the person": "HR, de persoon zelf",
    "HR, planners of the own units": "HR, planners van de eigen eenheden",
    "HR, planners": "HR, planners",
    "HR, planners, leads of the project": "HR, planners, leiders van het project",
    "HR, planners, leads": "HR, planners, projectleiders",
    "HR, the person; others only as the fit that results": (
        "HR, de persoon zelf; anderen alleen als de passing die volgt"
    ),
    # rules: titles
    "Hours a person has": "Uren die iemand heeft",
    "Inside the window": "Binnen de periode",
    "Brings something to the work": "Brengt iets mee voor het werk",
    "Size of the team": "Grootte van het team",
    "No booking for the form": "Geen boeking voor de vorm",
    "Must have": "Onmisbaar",
    "Hours by experts": "Uren door deskundigen",
    "No more than asked": "Niet meer dan gevraagd",
    "A mentor for every learner": "Een mentor voor wie leert",
    "Not only stretch": "Niet alleen rekken",
    "Pinned, frozen and forbidden": "Vastgezet, bevroren en verboden",
    "Apart and together": "Apart en samen",
    "Lending within what was agreed": "Uitlenen binnen de afspraak",
    "Rotation": "Rotatie",
    "Room for new people": "Plaats voor nieuwe mensen",
    "Within the budget": "Binnen het budget",
    "Hours left open": "Uren die openblijven",
    "Expertise missing from a team": "Expertise die in een team ontbreekt",
    "Talent missing from a team": "Talent dat in een team ontbreekt",
    "Work beyond what people know": "Werk buiten wat mensen weten",
    "Work beside how people work best": "Werk naast hoe mensen het beste werken",
    "Work that drains": "Werk dat energie kost",
    "Wishes not met": "Wensen die niet uitkomen",
    "Talents left unused": "Talenten die blijven liggen",
    "Narrow roles": "Smalle rollen",
    "Too little to answer for": "Te weinig eigen verantwoordelijkheid",
    "Too little to learn": "Te weinig om van te leren",
    "Uneven load": "Ongelijke belasting",
    "Too many things at once": "Te veel tegelijk",
    "Work taken away from who does it": "Werk weggehaald bij wie het doet",
    "Single points of failure": "Afhankelijk van één persoon",
    "Hours lent to another unit": "Uren uitgeleend aan een andere eenheid",
    "Cost of new people": "Kosten van nieuwe mensen",
    "Cost of the plan": "Kosten van het plan",
    # rules: sentences
    "Nobody is asked for more hours than they have.": "Van niemand worden meer uren gevraagd dan er zijn.",
    "Work is done while its window is open, and nothing is planned in the past.": (
        "Werk gebeurt binnen zijn periode, en in het verleden wordt niets gepland."
    ),
    "Nobody is put on work for which they bring nothing, or which their unit may not do.": (
        "Niemand komt op werk waarvoor die niets meebrengt, of dat de eigen eenheid niet mag doen."
    ),
    "A team is neither too small nor too large.": "Een team is niet te klein en niet te groot.",
    "Nobody is on a team for the form.": "Niemand zit voor de vorm in een team.",
    "What an activity cannot do without is there before any hours are booked.": (
        "Wat een activiteit niet kan missen is er voordat er uren worden geboekt."
    ),
    "Most of the work is done by people who know the subject.": (
        "Het meeste werk wordt gedaan door mensen die het onderwerp kennen."
    ),
    "No more hours than an activity asks for.": "Niet meer uren dan een activiteit vraagt.",
    "Whoever learns has somebody to learn from, who has the time for it.": (
        "Wie leert heeft iemand om van te leren, die er tijd voor heeft."
    ),
    "Stretch stays a part of somebody's work.": "Boven het eigen niveau werken blijft een deel van iemands werk.",
    "What the planner has fixed stays fixed.": "Wat de planner heeft vastgezet blijft vast.",
    "Who must not, and who must, work together.": "Wie niet, en wie juist wel, samenwerken.",
    "A unit gives away no more than it agreed to.": "Een eenheid geeft niet meer weg dan afgesproken.",
    "Whoever rotates really works elsewhere.": "Wie roteert werkt echt ergens anders.",
    "No more people are taken on than there is room for.": "Er komen niet meer mensen bij dan er plaats is.",
    "The plan stays within its money.": "Het plan blijft binnen zijn geld.",
    "The work gets done.": "Het werk wordt gedaan.",
    "The knowledge an activity asks for is on its team.": "De kennis die een activiteit vraagt zit in het team.",
    "The talents an activity asks for are on its team.": "De talenten die een activiteit vraagt zitten in het team.",
    "The hours go to those who know the subject.": "De uren gaan naar wie het onderwerp kent.",
    "The hours go to those who naturally work the way the activity needs.": (
        "De uren gaan naar wie van nature werkt zoals de activiteit vraagt."
    ),
    "Work gives more energy than it takes.": "Werk geeft meer energie dan het kost.",
    "What people asked for counts.": "Waar mensen om vroegen telt.",
    "People's talents are used.": "Talenten van mensen worden gebruikt.",
    "No role is only one narrow sort of work.": "Geen rol is maar één smal soort werk.",
    "Some of everybody's work is answered for.": "Iedereen heeft werk om zelf voor in te staan.",
    "Everybody who wants to grow gets work to grow on.": "Wie wil groeien krijgt werk om aan te groeien.",
    "Nobody idles and nobody is full to the brim.": "Niemand zit stil en niemand zit tot de rand vol.",
    "Nobody is torn between too many things.": "Niemand wordt over te veel dingen verdeeld.",
    "Who is on it today stays on it.": "Wie er nu op zit blijft erop.",
    "No project hangs on one person.": "Geen project hangt aan één persoon.",
    "Work for another unit costs a little.": "Werk voor een andere eenheid kost een beetje.",
    "Taking somebody on costs money.": "Iemand aannemen kost geld.",
    "What the plan costs in money.": "Wat het plan kost in geld.",
    # presets
    "people's expertise, talents and growth weigh together, none of them alone": (
        "expertise, talenten en groei van mensen wegen samen, geen ervan alleen"
    ),
    "results and ownership first": "resultaat en eigenaarschap eerst",
    "the client meets the people, and the same ones": "de klant ontmoet de mensen, en steeds dezelfde",
    "learning by doing, and change is welcome": "al doende leren, en verandering is welkom",
    "carried together, everybody counts": "samen gedragen, iedereen telt",
    "work that means something to who does it": "werk dat iets betekent voor wie het doet",
    # data: what the sheets are
    "the terms that people and activities are described in": (
        "de begrippen waarin mensen en activiteiten beschreven zijn"
    ),
    "what the organisation wants to reach": "wat de organisatie wil bereiken",
    "teams or departments": "teams of afdelingen",
    "who can be booked": "wie geboekt kan worden",
    "what people know and can do now; several observations of one term are combined": (
        "wat mensen nu weten en kunnen; verschillende waarnemingen van één begrip worden gecombineerd"
    ),
    "how people naturally work; several observations of one term are combined": (
        "hoe mensen van nature werken; verschillende waarnemingen van één begrip worden gecombineerd"
    ),
    "what gives people energy and what drains them": "wat mensen energie geeft en wat energie kost",
    "terms that people want to grow in": "begrippen waarin mensen willen groeien",
    "activities that people asked for": "activiteiten waar mensen om vroegen",
    "periods in which people are away": "perioden waarin mensen weg zijn",
    "planned trainings": "geplande opleidingen",
    "people who may work for another unit for a while": "mensen die een tijd voor een andere eenheid mogen werken",
    "the work, by project": "het werk, per project",
    "the pieces of work that projects consist of": "de stukken werk waaruit projecten bestaan",
    "what activities ask for, the WHAT and the HOW alike: the term's dimension decides which it is": (
        "wat activiteiten vragen, het WAT en het HOE: de dimensie van het begrip bepaalt welk van beide"
    ),
    "what is booked already, or must not be": "wat al geboekt is, of niet geboekt mag worden",
    "people who never, or only, work together": "mensen die nooit, of alleen, samenwerken",
    "how many candidates may be taken on": "hoeveel kandidaten er aangenomen mogen worden",
    "directions between two units that are opened": "richtingen tussen twee eenheden die zijn opengesteld",
    "costs that the plan has whatever it books": "kosten die het plan heeft, wat het ook boekt",
    # data: columns
    "id of the term": "id van het begrip",
    "expertise (the WHAT) or talent (the HOW)": "expertise (het WAT) of talent (het HOE)",
    "the term in English": "het begrip in het Engels",
    "the term in Dutch; likewise any other language": "het begrip in het Nederlands; zo ook in andere talen",
    "other words for the term": "andere woorden voor het begrip",
    "the wider term that this one is part of": "het ruimere begrip waar dit onder valt",
    "where the term is defined, such as ESCO": "waar het begrip is vastgelegd, zoals ESCO",
    "id of the goal": "id van het doel",
    "name of the goal": "naam van het doel",
    "importance (1–5); blank is 3": "belang (1–5); leeg is 3",
    "id of the unit": "id van de eenheid",
    "name of the unit": "naam van de eenheid",
    "part of its hours (0–1) that may work for others; blank is 0": (
        "deel van de uren (0–1) dat voor anderen mag werken; leeg is 0"
    ),
    "id of the person": "id van de persoon",
    "name of the person": "naam van de persoon",
    "id of the person's unit; blank works anywhere": "id van de eenheid van de persoon; leeg werkt overal",
    "hours in a period; blank is 40": "uren in een periode; leeg is 40",
    "most learners to mentor; blank is 2": "hoeveel lerenden hoogstens te begeleiden; leeg is 2",
    "talent review (1–3), shown to HR alone": "beoordeling van talent (1–3), alleen voor HR zichtbaar",
    "money for an hour; blank counts as 0": "geld per uur; leeg telt als 0",
    "first period in which the person is gone; blank stays": "eerste periode waarin de persoon weg is; leeg blijft",
    "what taking on this candidate costs": "wat het aannemen van deze kandidaat kost",
    "the group this candidate counts in": "de groep waarin deze kandidaat telt",
    "at least this part (0–1) of the hours is for other units; blank is 0": (
        "minstens dit deel (0–1) van de uren is voor andere eenheden; leeg is 0"
    ),
    "term of the vocabulary: its id or an alias": "begrip uit de woordenlijst: de id of een ander woord ervoor",
    "level (1–5)": "niveau (1–5)",
    "who or what says so; left blank is unstated": "wie of wat dat zegt; leeg is niet vermeld",
    "when it was observed": "wanneer het is waargenomen",
    "kind:…, talent:…, expertise:…, phase:… or project:…": "kind:…, talent:…, expertise:…, phase:… of project:…",
    "-2 (drains) to 2 (gives energy)": "-2 (kost energie) tot 2 (geeft energie)",
    "level aimed at (1–5)": "niveau waar de persoon naartoe wil (1–5)",
    "id of the activity": "id van de activiteit",
    "first period, counted from 0": "eerste periode, geteld vanaf 0",
    "last period, itself included": "laatste periode, zelf inbegrepen",
    "hours away in each period; blank is all of it": "uren weg in elke periode; leeg is helemaal",
    "the level is at least this (1–5)": "het niveau is minstens dit (1–5)",
    "from this period on": "vanaf deze periode",
    "id of the unit that borrows": "id van de eenheid die leent",
    "at most this part (0–1) of the hours available in them": "hoogstens dit deel (0–1) van de uren die er dan zijn",
    "id of the project": "id van het project",
    "name of the project": "naam van het project",
    "id of the unit it belongs to; blank is open to everybody": (
        "id van de eenheid waar het bij hoort; leeg staat voor iedereen open"
    ),
    "id of the person who leads it": "id van wie het leidt",
    "goals it serves": "doelen die het dient",
    "id of its project": "id van het project ervan",
    "phase of the project, such as opening": "fase van het project, zoals opening",
    "name of the activity": "naam van de activiteit",
    "sort of work, such as interview or writing": "soort werk, zoals interview of schrijven",
    "hours asked for": "gevraagde uren",
    "first period it can be worked in, counted from 0": (
        "eerste periode waarin eraan gewerkt kan worden, geteld vanaf 0"
    ),
    "last period it can be worked in, itself included": (
        "laatste periode waarin eraan gewerkt kan worden, zelf inbegrepen"
    ),
    "fewest people on it; blank is 1": "minste aantal mensen erop; leeg is 1",
    "most people on it; blank is 99": "meeste aantal mensen erop; leeg is 99",
    "1–5; blank is 3": "1–5; leeg is 3",
    "TRUE: work done on one's own account; blank is FALSE": "TRUE: werk op eigen verantwoording; leeg is FALSE",
    "TRUE: losing its expertise would stop the project; blank is FALSE": (
        "TRUE: zonder die expertise staat het project stil; leeg is FALSE"
    ),
    "activities whose windows must end before this one begins": (
        "activiteiten waarvan de periode voorbij moet zijn voordat deze begint"
    ),
    "level asked for (1–5)": "gevraagd niveau (1–5)",
    "how many different team members must hold it; blank is 1": "hoeveel teamleden het moeten hebben; leeg is 1",
    "TRUE: no hours are booked unless it is met; blank is FALSE": (
        "TRUE: er worden geen uren geboekt als het er niet is; leeg is FALSE"
    ),
    "weight among the activity's requirements (1–5); blank is 1": (
        "gewicht onder de eisen van de activiteit (1–5); leeg is 1"
    ),
    "hours; may be blank where forbidden or frozen": "uren; mag leeg zijn bij verboden of bevroren",
    "pinned (stays), incumbent (there today), forbidden, or frozen (worked before now)": (
        "pinned (blijft), incumbent (zit er nu), forbidden (mag niet) of frozen (tot nu toe gewerkt)"
    ),
    "hours in each period of the activity's window": "uren in elke periode van de activiteit",
    "two people or more": "twee mensen of meer",
    "apart or together, on an activity's team": "apart of samen, in het team van een activiteit",
    "group of candidates": "groep kandidaten",
    "at most so many of them": "hoogstens zoveel ervan",
    "id of the unit that lends": "id van de eenheid die uitleent",
    "at most this part (0–1) of the lender's hours": "hoogstens dit deel (0–1) van de uren van wie uitleent",
    "what it is for": "waar het voor is",
    "what it costs": "wat het kost",
}
