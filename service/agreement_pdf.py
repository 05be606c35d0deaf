"""The talent agreement as a PDF on A4, in a font that has the letters of every European name."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

from scenarios.agreement import Agreement
from scenarios.phrases import Phrases
from scenarios.plain import JOINERS
from service.agreement_sheet import COLUMNS, LINES, about, lists
from service.words import plain

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVu"
#: millimetres and points
MARGIN, WIDTH, LINE, TEXT, SMALL = 16, 178, 4.4, 9, 7.5
#: widths of the columns of the work
WIDTHS = (76, 15, 46, 41)
INK, QUIET, MARK, RULE = (20, 30, 36), (85, 98, 106), (19, 78, 94), (170, 184, 191)
#: what stands for a letter that the font does not have
UNKNOWN = "□"


def to_pdf(agreement: Agreement) -> bytes:
    """The sheet as a PDF: one page, or more where there is much to do."""
    return _Sheet(agreement).made()


class _Sheet:
    """One PDF in the making."""

    def __init__(self, agreement: Agreement) -> None:
        from fpdf import FPDF  # a third of a second that only who asks for a PDF should wait
        from fpdf.fonts import TTFFont

        self.agreement, self.say = agreement, Phrases(agreement.language)
        self.pdf: FPDF = FPDF(format="A4")
        self.pdf.set_margin(MARGIN)
        self.pdf.c_margin = 0
        self.pdf.set_auto_page_break(True, MARGIN)
        for style, name in (("", "DejaVuSans.ttf"), ("B", "DejaVuSans-Bold.ttf")):
            self.pdf.add_font(FONT, style, FONTS / name)
        self.fonts = [font for font in self.pdf.fonts.values() if isinstance(font, TTFFont)]
        self.letters = self.fonts[0].cmap.keys()

    def made(self) -> bytes:
        """The bytes of the file."""
        pdf, agreement, say = self.pdf, self.agreement, self.say
        pdf.set_title(self._clean(f"{say('agree_title')}: {agreement.name}"))
        pdf.set_lang(agreement.language)
        pdf.add_page()
        self._write(say("agree_title").upper(), SMALL, MARK, "B")
        self._write(agreement.name, 17, INK, "B", line=8)
        self._write(about(agreement), SMALL + 0.5, QUIET)
        self._write(agreement.made, SMALL + 0.5, QUIET)
        self._heading(say("agree_work"))
        if agreement.work:
            self._work()
        else:
            self._write(say("no_work"))
        for heading, items in lists(agreement, say):
            self._heading(heading)
            self._list(["•"] * len(items), items)
        self._heading(say("agree_questions"))
        self._list([f"{n}." for n in range(1, len(agreement.questions) + 1)], agreement.questions)
        self._space(11 + 8 * LINES + 16)
        self._heading(say("agree_agreed"))
        self._room()
        made = bytes(pdf.output())
        for font in self.fonts:
            font.ttfont.close()
        return made

    def _clean(self, text: str) -> str:
        """One line, with a sign for each letter that the font does not have; what joins letters is left out."""
        line = unicodedata.normalize("NFC", plain(text)).translate(dict.fromkeys(map(ord, JOINERS)))
        return "".join(sign if ord(sign) in self.letters else UNKNOWN for sign in line)

    def _style(self, size: float, colour: tuple[int, int, int], style: str = "") -> None:
        self.pdf.set_font(FONT, style, size)
        self.pdf.set_text_color(*colour)

    def _write(
        self,
        text: str,
        size: float = TEXT,
        colour: tuple[int, int, int] = INK,
        style: str = "",
        line: float = LINE,
        indent: float = 0,
    ) -> None:
        self._style(size, colour, style)
        self.pdf.set_x(MARGIN + indent)
        self.pdf.multi_cell(WIDTH - indent, line, self._clean(text), align="L", new_x="LMARGIN", new_y="NEXT")

    def _heading(self, text: str) -> None:
        self._space(14)
        self.pdf.ln(3)
        self._write(text, 10.5, MARK, "B", line=5.6)

    def _list(self, marks: list[str], items: tuple[str, ...]) -> None:
        for mark, item in zip(marks, items, strict=True):
            self._style(TEXT, INK)
            self._space(LINE)
            self.pdf.set_x(MARGIN)
            self.pdf.cell(6, LINE, mark)
            self._write(item, indent=6)

    def _work(self) -> None:
        """The table of the work, its head again on every page."""
        from fpdf.fonts import FontFace

        self._style(TEXT - 0.5, INK)
        self.pdf.set_draw_color(*RULE)
        align = ("LEFT", "RIGHT", "LEFT", "LEFT")
        head = FontFace(emphasis="BOLD", color=INK)
        with self.pdf.table(
            borders_layout="HORIZONTAL_LINES",
            cell_fill_mode="NONE",
            col_widths=WIDTHS,
            headings_style=head,
            line_height=LINE,
            padding=(0.6, 3, 0.6, 0),
            text_align=align,
            v_align="TOP",
            width=WIDTH,
        ) as table:
            table.row([self.say(f"column_{name}") for name in COLUMNS])
            for work in self.agreement.work:
                what = f"{self._clean(work.name)}\n{self._clean(work.project)}"
                table.row([what, self.say.number(work.hours), work.when, work.role])

    def _room(self) -> None:
        """Lines to write on, and where to sign."""
        pdf = self.pdf
        pdf.set_draw_color(*RULE)
        for _ in range(LINES):
            pdf.ln(8)
            pdf.line(MARGIN, pdf.get_y(), MARGIN + WIDTH, pdf.get_y())
        pdf.ln(14)
        column = (WIDTH - 16) / 3
        top = pdf.get_y()
        for n, who in enumerate((self.say("agree_date"), self.agreement.name, self.say("agree_manager"))):
            left = MARGIN + n * (column + 8)
            pdf.line(left, top, left + column, top)
            self._style(SMALL, QUIET)
            pdf.set_xy(left, top + 0.8)
            pdf.multi_cell(column, LINE, self._clean(who), align="L")

    def _space(self, height: float) -> None:
        """A new page where less than `height` millimetres are left."""
        if self.pdf.get_y() + height > self.pdf.h - MARGIN:
            self.pdf.add_page()
