"""Leaving, and a page that nobody looks at any more: what is on the screen afterwards, and what Back shows (experience.md; safety.md; WCAG 2.2.1)."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page

from glass import axe
from served import ServedWorld
from visitors import Browser, signed_in

pytestmark = pytest.mark.browser

MINUTE = 60
DIALOG = "dialog[role=alertdialog]"


class Desk:
    """One browser of somebody who is signed in, whose clock and the community's go together."""

    def __init__(self, chromium: Chromium, world: ServedWorld) -> None:
        self.world = world
        self.oak = world.community("Oak")
        self.member = signed_in(self.oak, "Mira")
        self.context = chromium.new_context(locale="en")
        self.context.clock.install()
        self.context.add_cookies(
            [{"name": name, "value": value, "url": self.oak.origin} for name, value in self.member.cookies.items()]
        )

    def tab(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.oak.origin + path)
        return page

    def pass_minutes(self, minutes: int) -> None:
        """On both clocks, minute by minute."""
        for _ in range(minutes):
            self.world.clock.at += MINUTE
            self.context.clock.run_for(MINUTE * 1000)

    @property
    def still_signed_in(self) -> bool:
        other = Browser(self.oak)
        other.cookies = dict(self.member.cookies)
        return other.open("/account").path == "/account"


@pytest.fixture
def desk(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    world = ServedWorld(tmp_path_factory.mktemp("desk"))
    found = Desk(chromium, world)
    yield found
    found.context.close()
    world.close()


def test_after_leaving_nothing_is_there_any_more_not_even_with_back(desk: Desk) -> None:
    page = desk.tab("/account")
    with page.expect_response("**/leave") as answered:
        page.click(".leave button")
    page.wait_for_url(desk.world.neutral)
    assert answered.value.header_value("clear-site-data") == '"cache", "cookies", "storage"'
    assert desk.context.cookies() == []
    assert not desk.still_signed_in
    page.go_back()
    assert "Mira" not in page.content()
    assert page.url.endswith("/sign-in")


def test_a_page_that_nobody_looks_at_asks_first_and_then_is_gone(desk: Desk) -> None:
    page = desk.tab("/offerings/new?direction=offer&type=listening")
    page.fill("#text", "Half a sentence")
    page.keyboard.press("Tab")
    desk.pass_minutes(15)
    assert page.locator(DIALOG).count() == 0
    desk.pass_minutes(2)
    box = page.get_by_role("alertdialog", name="Are you still there?")
    assert box.is_visible()
    assert "What you wrote and did not send is gone then" in box.inner_text()
    assert page.evaluate("document.activeElement.textContent") == "I am still here"
    assert (
        axe(page, "aria-dialog-name", "color-contrast", "button-name", "duplicate-id-aria", "focus-order-semantics")
        == []
    )
    desk.pass_minutes(3)
    page.wait_for_url(desk.world.neutral)
    assert desk.context.cookies() == []
    assert not desk.still_signed_in


def test_one_tap_keeps_the_page_the_words_and_the_session(desk: Desk) -> None:
    page = desk.tab("/offerings/new?direction=offer&type=listening")
    page.fill("#text", "Half a sentence")
    for _ in range(12):  # WCAG 2.2.1 wants ten times at least
        desk.pass_minutes(17)
        with page.expect_response("**/here.svg*"):
            page.click("text=I am still here")
        page.wait_for_selector(DIALOG, state="detached")
    assert page.input_value("#text") == "Half a sentence"
    assert desk.still_signed_in


def test_who_writes_for_an_hour_is_not_asked_and_stays_signed_in(desk: Desk) -> None:
    page = desk.tab("/offerings/new?direction=offer&type=listening")
    page.focus("#text")
    for _ in range(12):
        desk.pass_minutes(5)
        with page.expect_response("**/here.svg*"):
            page.keyboard.type("a")
        assert page.locator(DIALOG).count() == 0
    assert desk.still_signed_in


def test_one_page_in_use_keeps_the_others(desk: Desk) -> None:
    still, used = desk.tab("/account"), desk.tab("/offerings")
    for _ in range(4):
        desk.pass_minutes(10)
        with used.expect_response("**/here.svg*"):
            used.keyboard.press("Tab")
    assert still.url.endswith("/account")
    assert still.locator(DIALOG).count() == 0


def test_a_page_of_nobody_ends_too(desk: Desk) -> None:
    desk.context.clear_cookies()
    page = desk.tab("/search")
    page.fill("#words", "grief")
    desk.pass_minutes(17)
    assert page.locator(DIALOG).is_visible()
    desk.pass_minutes(3)
    page.wait_for_url(desk.world.neutral)


def test_the_session_ends_at_the_server_after_twenty_quiet_minutes_with_no_script_at_all(desk: Desk) -> None:
    desk.world.clock.at += 19 * MINUTE
    assert desk.still_signed_in
    desk.world.clock.at += 21 * MINUTE
    assert not desk.still_signed_in
