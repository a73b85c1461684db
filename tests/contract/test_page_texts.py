"""The texts of the page, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from attendance_core.errors import Refusal, TooManyRequests, Unavailable
from attendance_core.marking.ledger import AnnulReason
from attendance_web.http.wire_codes import BROKEN_CODE
from tests.support.served_page import MODULES

pytestmark = pytest.mark.asyncio(loop_scope="module")


# Whose texts come with their modules, behind the first load
PARTS = ("access", "board", "oidc", "review", "sheet", "tokens")
NOBODY_READS = {"client_left"}  # whoever is told that has gone


def kinds_of(kind: type[Refusal]) -> set[type[Refusal]]:
    """A kind of refusal, and all that are kinds of it."""
    return {kind}.union(*map(kinds_of, kind.__subclasses__()))


class TestTexts:
    """Every key has both languages, and a use. What they say is tested in `tests/page`."""

    WORDS = MODULES["words.js"]
    KEYS = frozenset(re.findall(r"^  \"?([\w.]+)\"?: \{", WORDS, re.MULTILINE))
    REFUSAL_WORDS = MODULES["refusals/words.js"]
    CODES = tuple(
        re.findall(r"^  ([a-z_]+): [{A-Z]", REFUSAL_WORDS.partition("WORDS_BY_CODE = {")[2], re.M)
    )

    async def test_every_key_has_both_languages(self) -> None:
        translations = re.split(r"^  \"?[\w.]+\"?: \{", self.WORDS, flags=re.MULTILINE)[1:]
        assert len(translations) == len(self.KEYS) > 100
        for translation in translations:
            assert re.search(r"\bru: ", translation) and re.search(r"\ben: ", translation), (
                translation
            )

    async def test_every_key_is_used(self) -> None:
        texts = [text for name, text in MODULES.items() if name != "words.js"]
        said = {each for text in texts for each in re.findall(r"\"([\w.]+)\"", text)}
        written_whole = {
            key for key in self.KEYS if not key.startswith(("code.", "reason.", "undone."))
        }
        assert written_whole <= said

    async def test_every_reason_of_an_annulment_has_a_text(self) -> None:
        """For whoever gives it, and for whoever it happened to."""
        reasons = {each.value for each in AnnulReason}
        told = {key.removeprefix("undone.") for key in self.KEYS if key.startswith("undone.")}
        assert told == reasons | {"over"}, "and what to do where it is over"
        given = {key.removeprefix("reason.") for key in self.KEYS if key.startswith("reason.")}
        assert given == reasons - {"not_me"}, "of somebody else the sheet has a word of its own"

    async def test_every_refusal_that_somebody_reads_has_words_of_the_page(self) -> None:
        """And none that the service does not know: wherever it is met, in both languages."""
        codes = {kind.code for kind in kinds_of(Refusal)} | {Unavailable.code, BROKEN_CODE}
        codes -= {Refusal.code, *NOBODY_READS}
        at_once = {key.removeprefix("code.") for key in self.KEYS if key.startswith("code.")}
        assert "other" in at_once, "what is said of one that a later service knows"
        assert at_once - {"other"} | set(self.CODES) | {TooManyRequests.code} == codes
        assert at_once.isdisjoint(self.CODES)

    async def test_every_code_that_a_socket_closes_with_has_a_text(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "wire.md").read_text("utf-8")
        table = page.split("## Codes of error frames")[1].split("## How a socket ends")[0]
        rows = re.findall(r"^`(\w+)` \| .* \| ?(\d*) \| ?(\d*)$", table, re.MULTILINE)
        closing = {code for code, opening, opened in rows if opening or opened}
        assert len(rows) > 20 and len(closing) > 10
        assert all(f"code.{code}" in self.KEYS or code in self.CODES for code in closing)

    async def test_no_text_stands_in_the_code(self) -> None:
        cyrillic = {name for name, text in MODULES.items() if re.search("[а-яё]", text, re.I)}
        # A language's own name, and the letters that a log-in is spelled by
        words = {"words.js", "refusals/words.js", *(f"{part}/words.js" for part in PARTS)}
        assert cyrillic == {*words, "screens/languages.js", "login-name.js"}

    @pytest.mark.parametrize("part", PARTS)
    async def test_every_text_of_a_part_has_both_languages_and_a_use(self, part: str) -> None:
        table = MODULES[f"{part}/words.js"]
        all_keys = re.findall(r"^  (\w+): \{", table, re.MULTILINE)
        for language in ("ru", "en"):
            assert len(re.findall(rf"\b{language}: ", table)) == len(all_keys) > 5
        # What the service names has a table of its own behind them
        keys = re.findall(r"^  (\w+): \{", table.partition("\n};")[0], re.MULTILINE)
        imports_its_words = re.compile(rf'from "(?:\.\./{part}|\.)/words\.js"')
        used = "".join(
            text
            for name, text in MODULES.items()
            if imports_its_words.search(text)
            and (name.startswith(f"{part}/") or f"../{part}/words.js" in text)
        )
        assert set(keys) == set(re.findall(r"\bWORDS\.(\w+)", used))
