"""Our own words can be read by a child of eleven: Flesch-Kincaid, page by page (mission: words; experience.md: reading age 9 to 11).

Measured over the sentences of a page in English, without what others wrote and without labels and buttons, which would only make it look
easier. The formula stands here in six lines: textstat brings all of NLTK, and downloads a dictionary when it is used.
"""

import re
from html.parser import HTMLParser

import pytest

from alongside_node.entrypoints.web.rendering import Pages
from page_samples import SAMPLES, Sample, frame_for

PAGES = Pages()
OLDEST = 11
SENTENCES_ENOUGH = 4  # fewer say more about one long word than about a page
BLOCKS = {
    "p",
    "li",
    "dd",
    "dt",
    "h1",
    "h2",
    "h3",
    "label",
    "legend",
    "span",
    "summary",
    "button",
    "td",
    "figcaption",
    "a",
    "div",
    "strong",
}
NOT_OURS = {"bdi", "time", "code", "textarea", "svg", "option", "title"}
INLINE = {"strong", "a", "span", "time", "bdi", "code", "svg", "use", "br", "path", "em"}
_EMPTY = {"br", "input", "use", "path", "meta", "link", "circle", "rect"}


class Prose(HTMLParser):
    """The words of a page that are ours, block by block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.blocks = [""]
        self._theirs: list[str] = []
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            return
        named = dict(attrs)
        if self._theirs:
            self._theirs.append(tag)
        elif (
            tag in NOT_OURS
            or named.get("dir") == "auto"
            or "lang" in named
            or "keep" in (named.get("class") or "").split()
        ):
            self._theirs = [tag]
            self.blocks[-1] += " it " if tag in ("bdi", "time", "code") else ""
        elif tag not in INLINE:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._theirs:
            if tag in self._theirs:
                while self._theirs.pop() != tag:
                    pass
        elif tag not in INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self._theirs:
            self.blocks[-1] += data


def sentences(page: str) -> list[str]:
    whole = (" ".join(block.split()) for block in Prose(page).blocks)
    parts = (part for block in whole for part in re.findall(r"[^.!?:]+[.!?:]", block))
    return list(dict.fromkeys(part.strip() for part in parts if len(re.findall("[A-Za-z]+", part)) > 2))


def syllables(word: str) -> int:
    word = re.sub(r"[^a-z]", "", word.lower())
    word = re.sub(r"(?<=[^aeiouy])(?:es|ed)$|(?<=[^aeiouyl])e$|(?<=[aeiouy])le$", "", word) if len(word) > 3 else word
    return max(len(re.findall(r"[aeiouy]+", word)), 1)


def reading_age(text: list[str]) -> float:
    words = [word for sentence in text for word in re.findall(r"[A-Za-z][\w'\u2019-]*", sentence)]
    return 0.39 * len(words) / len(text) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59 + 5


def test_the_measure_knows_easy_from_hard() -> None:
    assert reading_age(["The cat sat on the mat.", "It was warm there."]) < 6
    hard = "Notwithstanding the aforementioned administrative considerations, eligibility determinations necessitate documentation."
    assert reading_age([hard]) > 18
    assert [syllables(word) for word in ("cat", "promise", "people", "asked", "community", "house")] == [
        1,
        2,
        2,
        1,
        4,
        1,
    ]


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_page_can_be_read_at_eleven(sample: Sample) -> None:
    text = sentences(PAGES.render(sample.template, frame_for(sample), **sample.context))
    if len(text) < SENTENCES_ENOUGH:
        return
    hardest = sorted(text, key=lambda one: reading_age([one]), reverse=True)[:5]
    assert reading_age(text) < OLDEST, (round(reading_age(text), 1), hardest)
