"""Every page in its states, in every language and theme, in a real browser (experience.md; issue: the pages).

The samples of `page_samples` are rendered and handed to the browser under the policy that the node sends. One load of a page serves many
looks, because a load is what costs. That no page is without a sample is `tests/node/test_rendering.py`; that a running node sends what is
looked at here is `test_every_route.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import chain
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from alongside_node.disclosing import statement
from alongside_node.entrypoints.web.armour import policy
from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.stylesheet import STATIC
from alongside_node.entrypoints.web.views import AskedView, Choice
from glass import NARROW, WIDE, Glass, in_english
from mirrored import MIRRORED, Mirrored
from page_samples import JOURNEY, SAMPLES, Sample, frame_for

pytestmark = pytest.mark.browser

PAGES = Pages(Mirrored())
LOADED = {one.path: one for one in PAGES.loaded}
ORIGIN = "http://node.test"
SAID_BY_ROUTES = {
    "Wednesday",
    "something new",
    "some-new-code",
    *statement.KINDS.values(),
    *statement.WEAK,
    *statement.TABLES,
} | {text for table in statement.TABLES.values() for text in (table.says, table.weak)}
OTHERS = [
    (lang, name)
    for lang in PAGES.translations.languages
    for name, sample in SAMPLES.items()
    if lang != "en" and (lang not in PAGES.translations.unread or sample.template in JOURNEY)
]


def prepared(value: object) -> Iterator[str]:
    """Words that a route had said already when it made a sample: what they are in another language is seen over a running node."""
    if isinstance(value, Choice):
        yield value.label
    elif isinstance(value, AskedView):
        yield from (value.label, value.text)
    elif isinstance(value, str) and value.replace("_", " ") in SAID_BY_ROUTES:
        yield value.replace("_", " ")
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(prepared, value.values()))
    elif isinstance(value, tuple):
        yield from chain.from_iterable(map(prepared, value))
    elif is_dataclass(value):
        yield from chain.from_iterable(prepared(getattr(value, field.name)) for field in fields(value))


class Shown(Glass):
    """A browser before which samples are laid."""

    html = ""

    def lay(self, sample: Sample, lang: str) -> None:
        self.complaints.clear()
        self.html = PAGES.render(sample.template, frame_for(sample, lang), **sample.context)
        self.page.emulate_media(color_scheme="light", forced_colors="none", reduced_motion="reduce")
        self.page.goto(ORIGIN + "/sample")
        self.unfold()

    def answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN)
        if found := LOADED.get(path):
            route.fulfill(body=found.content, content_type=found.media_type)
        elif path == "/static/icon.svg":
            route.fulfill(path=STATIC / "icon.svg", content_type="image/svg+xml")
        elif path == "/sample":
            headers = {"content-security-policy": policy("https://www.wikipedia.org/", ORIGIN + PAGES.idle.path)}
            route.fulfill(body=self.html, content_type="text/html; charset=utf-8", headers=headers)
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()


@pytest.fixture(scope="module")
def shown(chromium: Browser) -> Iterator[Shown]:
    context = chromium.new_context()
    found = Shown(context, allowed=[ORIGIN])
    found.page.route("**/*", found.answer)
    yield found
    context.close()


def each_sample(test: object) -> object:
    return pytest.mark.parametrize("name", SAMPLES)(test)  # type: ignore[arg-type]


@each_sample
def test_a_page_is_sound_in_every_theme_and_width_and_by_keyboard(
    shown: Shown, pictures: Path | None, name: str
) -> None:
    shown.resize(WIDE)
    shown.lay(SAMPLES[name], "en")
    assert shown.axe() == []
    assert shown.too_wide() == []
    shown.picture(pictures, name, "en-wide-light")
    shown.page.emulate_media(color_scheme="dark")
    assert shown.axe("color-contrast") == [], "dark"
    shown.picture(pictures, name, "en-wide-dark")
    shown.page.emulate_media(forced_colors="active")
    assert shown.hard_to_read() == [], "forced colours"
    assert shown.moving() == []
    shown.page.emulate_media(color_scheme="light", forced_colors="none")
    shown.resize(NARROW)
    assert shown.too_wide() == [], "at 400 %"
    assert shown.axe() == [], "at 400 %"
    assert shown.by_keyboard() == []
    shown.picture(pictures, name, "en-narrow-light")
    assert shown.stored() == {}
    assert shown.complaints == []


@pytest.mark.parametrize(("lang", "name"), OTHERS)
def test_a_page_is_sound_in_every_other_language(shown: Shown, pictures: Path | None, lang: str, name: str) -> None:
    shown.resize(NARROW)
    shown.lay(SAMPLES[name], lang)
    assert shown.axe() == []
    assert shown.too_wide() == [], "at 400 %"
    shown.picture(pictures, name, f"{lang}-narrow")
    shown.resize(WIDE)
    assert shown.too_wide() == []
    shown.picture(pictures, name, f"{lang}-wide")
    assert shown.stored() == {}
    assert shown.complaints == []


@each_sample
def test_a_page_turns_around_and_no_word_of_ours_is_left_in_english(shown: Shown, name: str) -> None:
    shown.resize(WIDE)
    shown.lay(SAMPLES[name], MIRRORED)
    assert shown.page.evaluate("document.documentElement.dir") == "rtl"
    leave, mark = (shown.page.locator(one).bounding_box() for one in (".leave", ".mark"))
    assert leave is not None
    assert mark is not None
    assert leave["x"] < WIDE[0] / 2 < mark["x"], "what is at one side stands at the other"
    assert in_english(shown.page, but=prepared(SAMPLES[name].context)) == []
