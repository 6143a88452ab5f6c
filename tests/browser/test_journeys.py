"""The core journeys in a real browser, by keyboard alone and without scripts, between two communities (experience.md).

Whoever moves here only presses Tab, Space, Enter and letters. What is told to the server is told by the pages' own forms.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, Page

from alongside_node.members.actions import Role
from served import ServedWorld
from visitors import account, publishes, signed_in

pytestmark = pytest.mark.browser


class Keys:
    """Somebody at a browser without scripts and without a mouse."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page = page
        self.origin = origin

    def open(self, path: str) -> "Keys":
        self.page.goto(self.origin + path)
        return self

    def to(self, selector: str) -> "Keys":
        """Tab until this is reached."""
        for _ in range(300):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return self
        raise AssertionError(f"the keyboard does not reach {selector} on {self.page.url}")

    def writes(self, **fields: str) -> "Keys":
        for name, text in fields.items():
            self.to(f"#{name}").page.keyboard.type(text)
        return self

    def press(self, selector: str) -> "Keys":
        with self.to(selector).page.expect_navigation():
            self.page.keyboard.press("Enter")
        return self

    def unfold(self, selector: str) -> "Keys":
        self.to(selector).page.keyboard.press("Enter")
        return self

    def tick(self, name: str) -> "Keys":
        self.to(f"#{name}").page.keyboard.press("Space")
        return self

    def choose(self, name: str, value: str) -> "Keys":
        """One of several, with the arrows."""
        self.to(f"input[name={name}]")
        for _ in range(12):
            if self.page.evaluate("document.activeElement.value") == value:
                self.page.keyboard.press("Space")
                return self
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no {value} among {name}")

    def sign_in(self, words: str) -> "Keys":
        return self.open("/sign-in").writes(words=words).press("main button")

    def reads(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedWorld]:
    found = ServedWorld(tmp_path_factory.mktemp("journey"))
    yield found
    found.close()


@pytest.fixture
def comes(chromium: Chromium) -> Iterator[Callable[[str], "Keys"]]:
    opened: list[BrowserContext] = []

    def somebody(origin: str) -> Keys:
        context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640}, locale="en")
        opened.append(context)
        return Keys(context.new_page(), origin)

    yield somebody
    for context in opened:
        context.close()


def test_somebody_looks_asks_without_an_account_reads_the_answer_and_takes_it_back(
    world: ServedWorld, comes: Callable[[str], Keys]
) -> None:
    oak, elm = world.community("Oak"), world.community("Elm")
    world.federate(oak, elm)
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()

    guest = comes(oak.origin)
    guest.open("/").press('a[href="/search"]').writes(words="night").tick("promise").press("main button.strong")
    assert "They will not call anyone unless you ask." in guest.reads()
    guest.press('main h2 a[href^="/listings/"]').press('main a[href$="/ask"]')
    guest.writes(words="I cannot sleep.").press("main form button.strong")
    assert "Nothing has been sent yet" in guest.reads()
    assert guest.page.locator(".keep").is_hidden()
    words = guest.unfold("summary:has(+ .keep)").page.locator(".keep").inner_text().split()
    guest.tick("kept").tick("agree").press("main form button.strong")
    assert "Your request is on its way." in guest.reads()
    world.settle()

    there = comes(elm.origin).sign_in(mira.words)
    there.press('nav a[href="/incoming"]').press('main a[href^="/incoming/"]')
    assert "I cannot sleep." in there.reads()
    there.unfold("details:has(#find) summary").writes(find="somebody else")
    with there.page.expect_navigation():
        there.page.keyboard.press("Enter")
    assert there.page.locator("form[action$='/accept']").count() == 1, "looking for somebody else is not a yes"
    there.writes(text="Call me at nine.").press("form[action$='/accept'] button.strong")
    world.settle()

    again = comes(oak.origin).sign_in(" ".join(words))
    again.press('main a[href^="/requests/"]')
    assert "Call me at nine." in again.reads()
    again.writes(text="Thank you.").press("main form[action$='/message'] button")
    assert "Your message is on its way." in again.reads()
    again.unfold("details:has(form[action$='/withdraw']) summary")
    again.press("form[action$='/withdraw'] button")
    assert "You took it back" in again.reads()
    again.open("/requests").press(".leave button")
    assert again.page.url == world.neutral
    assert again.page.context.cookies() == []


def test_somebody_offers_something(world: ServedWorld, comes: Callable[[str], Keys]) -> None:
    oak = world.community("Oak")
    mira = comes(oak.origin).sign_in(account(oak, "Mira"))
    mira.press('nav a[href="/offerings"]').press('main a[href^="/offerings/new"]').press(
        'main a[href$="type=listening"]'
    )
    mira.writes(title="Someone awake at night", text="I lost my brother. I like to listen.")
    mira.choose("call_all", "only_if_you_ask").choose("mandated_reporter", "no")
    mira.writes(kept_days="0").choose("given_by", "the_holder").press('button[value="preview"]')
    assert "Before others can see it" not in mira.reads(), mira.reads()
    mira.tick("listed").press("form[action$='/publish'] button")
    assert "It is published." in mira.reads()
    world.settle()
    mira.open("/search").press("main button.strong")
    assert "Someone awake at night" in mira.reads()


def test_two_stewards_agree_that_their_communities_work_together(
    world: ServedWorld, comes: Callable[[str], Keys]
) -> None:
    oak, elm = world.community("Oak"), world.community("Elm")
    there = comes(elm.origin).sign_in(account(elm, "Sol", Role.STEWARD))
    here = comes(oak.origin).sign_in(account(oak, "Tam", Role.STEWARD))
    there.open("/peers/invite").writes(note="for Oak").press("main form button")
    code = there.page.locator(".code").inner_text()
    here.open("/peers/accept").to("#code").page.keyboard.insert_text(code)
    here.press("main form button")
    assert "Is this the community you mean?" in here.reads()
    here.press("form[action$='/confirm'] button")
    world.settle()
    there.open("/peers").press('main a[href^="/peers/"]:not([href$="/invite"]):not([href$="/accept"])')
    there.press("form[action$='/accept'] button")
    world.settle()
    assert [row.state for row in oak.rows("peer")] == [row.state for row in elm.rows("peer")] == ["agreed"]
