"""Dutch for what other parts of the code say in English about what went wrong."""

from __future__ import annotations

from collections.abc import Mapping

#: stable slug of what went wrong → what it is called
PROBLEMS: Mapping[str, str] = {
    "unauthenticated": "Wie je bent is niet bekend",
    "forbidden": "Dat mag niet",
    "unknown_path": "Hier is niets",
    "unknown_portfolio": "Die portfolio is er niet",
    "unknown_scenario": "Dat scenario is er niet",
    "unknown_run": "Dat voorstel is er niet",
    "unknown_person": "Die persoon is er niet",
    "too_slow": "Het versturen duurde te lang",
    "no_proposal": "Er is geen voorstel",
    "exists": "Het is er al",
    "not_taken": "Het kan niet worden overgenomen",
    "settled": "Het is al besloten",
    "in_use": "Er wordt mee gewerkt",
    "stale": "Het is veranderd",
    "too_large": "Het is te groot",
    "invalid": "Het is nog niet goed",
    "bad_query": "Het adres is niet goed",
    "busy": "De wachtrij is vol",
    "internal_error": "Een fout van ons",
    "store_away": "De opslag is niet bereikbaar",
    "ending": "De dienst stopt",
}

#: what went wrong, in the service's own English → in Dutch
DETAILS: tuple[tuple[str, str], ...] = (
    (r"There is no page (\S+)\.", r"Er is geen pagina \1."),
    (r"There is no (?:run|study) (\S+)\.", r"Er is geen voorstel of onderzoek \1."),
    (r"Run (\S+) has no proposal\.", r"Run \1 heeft geen voorstel."),
    (r"Run (\S+) has no proposal(?: yet)?: it is .+", r"Run \1 heeft (nog) geen voorstel."),
    (r"Run (\S+) has no plan, .+", r"Run \1 heeft geen plan, dus is er niets om een tabel van te maken."),
    (r"There is no portfolio (\S+?)(?:, or no revision .+)?\.", r"Er is geen portfolio \1."),
    (r"There is no scenario (\S+)\.", r"Er is geen scenario \1."),
    (r"There is no person (\S+?)(?: in run .+)?\.", r"Er is geen persoon \1."),
    (r"There is no activity (\S+)\.", r"Er is geen activiteit \1."),
    (r"There is no such (?:cell|study)\.", r"Die is er niet."),
    (r"There is no download as (\S+); there is (.+)\.", r"Als \1 is er geen bestand; wel als \2."),
    (r"The changes(?: so far)? cannot be read\.", r"De veranderingen zijn niet te lezen."),
    (r"The form cannot be read: .+", r"Het formulier is niet te lezen."),
    (r"No address has the character NUL in it\.", r"In geen adres staat het teken NUL."),
    (r"The form is larger than ([\d,]+) bytes\.", r"Het formulier is groter dan \1 bytes."),
    (r"The form was not complete after (\S+) seconds\.", r"Het formulier was na \1 seconden nog niet binnen."),
    (r"That is not a question that can be asked\.", r"Dat kan niet worden gevraagd."),
    (
        r"The portfolio of this (?:run|study) is not stored.*",
        r"De portfolio hiervan is niet opgeslagen: upload die, en vraag het vanaf daar.",
    ),
    (
        r"This was sent from another page than this service's own\.",
        r"Dit kwam van een andere pagina dan van deze dienst.",
    ),
    (
        r"The role (\S+) may not set (\S+): money that it is not shown could be worked out from it\.",
        r"Als \1 mag je \2 niet zetten: er is geld uit af te leiden dat je niet te zien krijgt.",
    ),
    (
        r"The role (\S+) may not change (\S+): it would be shown what it is not shown\.",
        r"Als \1 mag je \2 niet veranderen: je zou te zien krijgen wat je niet te zien krijgt.",
    ),
    (r"A lead decides about the own projects\.", r"Een projectleider besluit over de eigen projecten."),
    (r"This is another person's own view\.", r"Dit is de eigen pagina van iemand anders."),
    (r"Nothing of run (\S+) was accepted\.", r"Van run \1 is niets aanvaard."),
    (
        r"The portfolio as it is now does not have, or has no room for, all that was accepted: .+",
        r"De portfolio van nu heeft niet alles wat is aanvaard, of geen plaats ervoor: breng eerst de veranderingen "
        r"van het scenario aan, overrule het, of zoek een nieuw voorstel.",
    ),
    (r"The portfolio of run (\S+) came with .+", r"De portfolio van run \1 kwam met de vraag mee; sla die eerst op."),
    (
        r"(\d+) runs are waiting, as many as may; try again in (\d+) seconds\.",
        r"Er wachten \1 runs, meer kan niet; probeer het over \2 seconden weer.",
    ),
    (r"Something went wrong that .+", r"Er ging iets mis wat niet mis had mogen gaan; het log van de server zegt wat."),
    (r"The database cannot be reached.*", r"De database is niet bereikbaar; probeer het zo weer."),
    (r"The key is wrong, revoked or out of date\.", r"De sleutel is fout, ingetrokken of verlopen."),
    (r"A key is needed: .+", r"Er is een sleutel nodig."),
    (r"There are no keys yet, .+", r"Er zijn nog geen sleutels, dus alleen deze machine krijgt antwoord."),
)
