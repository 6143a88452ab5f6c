"""Every page in lynx: each heading, field and button is there in words (experience.md: people with a text browser, or a very old one)."""

import html
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest

from alongside_node.entrypoints.web.rendering import Pages
from page_samples import SAMPLES, Sample, frame_for

PAGES = Pages()
NAMED = {"h1", "h2", "h3", "h4", "label", "legend", "button", "summary", "a", "option", "dt"}
NO_WORDS = {"svg", "style"}


class Named(HTMLParser):
    """The words of everything on a page that has to have some."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._open: list[list[str]] = []
        self._drawn = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._drawn += tag in NO_WORDS
        if tag == "option":
            self._open = [one for one in self._open if one[0] != "option"]
        if tag in NAMED:
            self._open.append([tag, ""])

    def handle_data(self, data: str) -> None:
        for one in self._open:
            one[1] += "" if self._drawn else data

    def handle_endtag(self, tag: str) -> None:
        self._drawn -= tag in NO_WORDS
        if tag in NAMED and self._open and self._open[-1][0] == tag:
            self.found.append(tuple(self._open.pop()))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lynx() -> str:
    found = shutil.which("lynx")
    if found is None:
        message = "lynx is not installed: apt-get install lynx"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return found


def dumped(lynx: str, page: str) -> str:
    command = [lynx, "-dump", "-stdin", "-nolist", "-width=1000", "-assume_charset=utf-8", "-display_charset=utf-8"]
    return subprocess.run(command, input=page, capture_output=True, text=True, check=True).stdout


def letters(text: str) -> str:
    return re.sub(r"[^\w]+", "", html.unescape(text))


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=list(SAMPLES))
def test_a_text_browser_shows_every_heading_field_and_button(lynx: str, sample: Sample) -> None:
    page = PAGES.render(sample.template, frame_for(sample), **sample.context)
    shown = letters(dumped(lynx, page))
    for tag, words in Named(page).found:
        assert words.strip(), f"a {tag} without words"
        assert letters(words) in shown, (tag, words)
