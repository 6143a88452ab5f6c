"""Another language loses nothing: what was written comes along, and nobody is sent to an address that cannot be opened."""

import re
from html.parser import HTMLParser

import pytest

from alongside_node.entrypoints.web.site import PAGES
from visitors import Browser, comes, publishes, signed_in
from world import Community


class Work(HTMLParser):
    """What the form `work` of a page would send, and what stands in the page that sends it."""

    def __init__(self, browser: Browser) -> None:
        super().__init__()
        self.sent: dict[str, str | list[str]] = {}
        self.inside, self.area, self.choice = False, "", ""
        self.feed(browser.body)

    def _add(self, name: str, value: str) -> None:
        before = self.sent.get(name, [])
        self.sent[name] = [*([before] if isinstance(before, str) else before), value]

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = found.get("id") == "work"
        if not self.inside and found.get("form") != "work":
            return
        if tag == "textarea":
            self.area = found["name"]
            self._add(self.area, "")
        elif tag == "select":
            self.choice = found["name"]
        elif tag == "option" and "selected" in found:
            self._add(self.choice, found["value"])
        elif tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self._add(found["name"], found.get("value", "yes"))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.sent[self.area] = [data.removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""
        if tag == "form":
            self.inside = False


def in_spanish(browser: Browser, **written: str) -> Browser:
    """Write something, and press "Español" at the end of the page."""
    assert 'form="work" formaction="/language"' in browser.body
    browser.post("/language", **(Work(browser).sent | written), tongue="es")
    assert browser.status == 200, browser.text
    assert '<html lang="es"' in browser.body
    return browser


@pytest.fixture
def guest(oak: Community) -> Browser:
    publishes(comes(oak, "Mira"))
    publishes(comes(oak, "Nora"), title="Awake as well")
    found = Browser(oak)
    found.open("/search").post("/search", words="awake")
    return found


def test_what_is_written_on_the_page_of_asking_stays(guest: Browser) -> None:
    guest.open(guest.link('/listings/[^"]+') + "/ask")
    in_spanish(guest, words="No duermo bien", name="Nico", silence="stop", silence_days="5")
    sent = Work(guest).sent
    assert (sent["words"], sent["name"], sent["silence"]) == (["No duermo bien"], ["Nico"], ["stop"])
    assert sent["silence_days"] == ["5"]


def test_what_is_looked_at_before_it_leaves_stays_with_its_seven_words(guest: Browser) -> None:
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="No duermo bien", days="14")
    kept = re.findall(r"<li>(\w+)</li>", guest.body)
    in_spanish(guest, kept="yes")
    assert "No duermo bien" in guest.text
    assert re.findall(r"<li>(\w+)</li>", guest.body) == kept
    assert Work(guest).sent["kept"] == ["yes"]


@pytest.mark.parametrize("then", ["fit", "turns"])
def test_what_was_ticked_stays(guest: Browser, then: str) -> None:
    found = re.search(r'action="(/search/[^"]+/chosen)"', guest.body)
    assert found
    guest.post(found[1], pick=["0", "1"], page="0", then=then)
    chosen = Work(guest).sent["chosen"]
    assert len(chosen) == 2
    in_spanish(guest, **({"this_week": "yes"} if then == "fit" else {"name": "Nico"}))
    sent = Work(guest).sent
    assert sent["chosen"] == chosen
    assert sent["this_week" if then == "fit" else "name"] == ["yes" if then == "fit" else "Nico"]


def test_what_somebody_looks_for_stays_on_both_pages(oak: Community) -> None:
    guest = Browser(oak).open("/needs/new")
    in_spanish(guest, title="A lift on Friday", text="To the hospital")
    assert Work(guest).sent["text"] == ["To the hospital"]
    guest.post("/needs/new", **Work(guest).sent)
    assert "A lift on Friday" in guest.text
    in_spanish(guest)
    assert "A lift on Friday" in guest.text


@pytest.mark.parametrize("which", ["new", "kept"])
def test_what_somebody_offers_stays(oak: Community, which: str) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    mira.open("/offerings")
    mira.open("/offerings/new?direction=offer&type=listening" if which == "new" else mira.link('/offerings/[^"]+/edit'))
    in_spanish(mira, title="Awake until four")
    assert Work(mira).sent["title"] == ["Awake until four"]
    assert bool(re.search(r'action="/offerings/[^"/]+/edit"', mira.body)) == (which == "kept")


def test_another_language_never_opens_what_can_only_be_sent_to(oak: Community) -> None:
    browser = Browser(oak)
    for page in PAGES:
        path = re.sub(r"\{\w+\}", "x", page.path)
        answer = browser._send("POST", "/language", f"tongue=es&back={path}&again={path}".encode())
        expected = (307, path) if page.anew else (303, path if page.get else "/")
        assert (answer.status, answer.headers["location"]) == expected


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example"])
def test_another_language_stays_here(oak: Community, elsewhere: str) -> None:
    browser = Browser(oak).open("/")
    assert browser.post("/language", tongue="es", back=elsewhere, again=elsewhere).path == "/"


def test_an_answer_that_cannot_be_shown_again_says_so_and_has_no_switch(oak: Community) -> None:
    browser = Browser(oak).open("/sign-in").post("/sign-in", words="one two")
    assert "Another language would lose what is on this page" in browser.text
    assert 'action="/language"' not in browser.body
