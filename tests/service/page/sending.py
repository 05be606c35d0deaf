"""What a browser sends of a form as it stands, with some fields filled in."""

from __future__ import annotations

from html.parser import HTMLParser


class Standing(HTMLParser):
    """The fields of the forms of a page with what stands in them; `sent` is what a browser would send."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self._select, self._area, self._first = "", "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Inputs with their value, boxes that are ticked, options that are chosen, or else the first."""
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self._select, self._first = name, True
        elif tag == "option" and self._select:
            if self._first:
                self.sent.setdefault(self._select, []).append(value)
                self._first = False
            elif "selected" in given:
                self.sent[self._select][-1] = value
        elif tag == "input" and name and (given.get("type") != "checkbox" or "checked" in given):
            self.sent.setdefault(name, []).append(value)
        elif tag == "textarea":
            self.sent.setdefault(name, []).append("")

    def handle_endtag(self, tag: str) -> None:
        """The end of a list to choose from."""
        if tag == "select":
            self._select = ""


def filled(html: str, **fields: str | list[str]) -> dict[str, str | list[str]]:
    """A form of a page, filled in; `__` stands for the point in a field's name."""
    said = {name.replace("__", "."): value for name, value in fields.items()}
    return {**Standing(html).sent, **said}
