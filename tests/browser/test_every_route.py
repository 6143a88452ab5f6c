"""Every address of the table of pages at a running node, as a stranger and as somebody signed in, in every language (experience.md).

The addresses come from the table itself: a page that is added is opened here, or the test says that nobody told it how to get there.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium

from alongside_node.entrypoints.admitted import Who
from alongside_node.entrypoints.web.formats import SIGNED
from alongside_node.entrypoints.web.site import PAGES
from alongside_node.entrypoints.web.visitor import LANGUAGE_COOKIE
from alongside_node.members.actions import Role
from glass import Glass, in_english
from mirrored import MIRRORED, Mirrored
from served import ServedWorld
from visitors import Browser, asks, comes, publishes, raises, signed_in

pytestmark = pytest.mark.browser

PAGE_BYTES = 40_000
LANGUAGES = [*Mirrored().languages]
CIRCLE = {
    "type": "circle",
    "printable": "yes",
    "zone": "Europe/Berlin",
    "meeting_first": "2026-12-01",
    "meeting_at": "19:00",
    "meeting_minutes": "90",
    "meeting_repeats": "weekly",
    "seats": "8",
}
KNOWN = {"A circle of mine", "A circle of theirs", "English", "Español"} | {names["en"] for names in SIGNED.values()}
"""Words that may be in Latin letters: titles in a choice, where no mark can stand, and sign languages, which Babel does not name."""
OPENED = [page for page in PAGES if page.get and "." not in page.path]
FREE = [page.path for page in OPENED if page.who is Who.EVERYBODY]


class Tour:
    """A node that much has happened on: `of` leads from an address of the table to one that there is."""

    def __init__(self, world: ServedWorld) -> None:
        self.world = world
        self.oak, elm = world.community("Oak"), world.community("Elm")
        world.federate(self.oak, elm)
        self.oak.node._translations = Mirrored()
        self.oak.app = self.oak.make_app()
        self.steward = signed_in(self.oak, "Mira", Role.STEWARD)
        publishes(self.steward, **CIRCLE, title="A circle of mine")
        theirs = comes(self.oak, "Omar")
        publishes(theirs, **CIRCLE, title="A circle of theirs")
        world.settle()
        self.known = {
            "/search/{search}": self.steward.open("/search").post("/search", words="circle").path,
            "/listings/{node}/{listing}": self._listing("theirs"),
            "/offerings/{listing}": self._listing("mine").replace(f"/listings/{self.oak.id}", "/offerings"),
            "/print/{search}": self.steward.open("/print").post("/print", area="").path,
            "/peers/{node}": f"/peers/{elm.id}",
        }
        self.steward.open("/calls").post("/calls/begin")
        self.known["/calls/ask/{node}/{listing}"] = self._listing("theirs").replace("/listings", "/calls/ask", 1)
        self.steward.open(self.known["/calls/ask/{node}/{listing}"])
        self.steward.post(self.steward.path, words="Hello", days="14", caller_lang="en")
        self.known["/calls/asking/{draft}"] = self.steward.path
        self.known["/requests/{ref}"] = self._asked(self.steward, "theirs")
        lena, ruth = comes(self.oak, "Lena"), signed_in(self.oak, "Ruth", Role.STEWARD)
        self._asked(lena, "mine")
        self.known["/concerns/{concern}"] = raises(self.steward, self._listing("theirs"))
        heard = raises(lena, self._listing("theirs")).replace("/concerns", "/community/concerns")
        self.known["/community/concerns/{concern}"] = heard
        told = raises(lena, self._listing("mine")).replace("/concerns", "/community/concerns")
        ruth.open(told).post(f"{told}/listen", listen_people="How was it?")
        self.known["/talks/{concern}"] = told.replace("/community/concerns", "/talks")
        world.settle()
        self.steward.open("/incoming")
        self.known["/incoming/{node}/{ref}"] = self.steward.link('/incoming/[^"]+/[^"]+')

    def _listing(self, whose: str) -> str:
        self.steward.open("/search").post("/search", words=whose)
        return self.steward.link('/listings/[^"]+')

    def _asked(self, browser: Browser, whose: str) -> str:
        return asks(browser, whose, accepts="yes")  # type: ignore[arg-type]

    def of(self, address: str) -> str:
        for begins, there in self.known.items():
            if address.startswith(begins):
                address = address.replace(begins, there)
        assert "{" not in address, "nobody told the tour how to get there: add it to `Tour.known`"
        return address


@pytest.fixture(scope="module")
def tour(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    world = ServedWorld(tmp_path_factory.mktemp("tour"))
    yield Tour(world)
    world.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def stranger(request: pytest.FixtureRequest, chromium: Chromium, tour: Tour) -> Iterator[Glass]:
    context = chromium.new_context(locale=request.param)
    yield Glass(context, allowed=[tour.oak.origin])
    context.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def steward(request: pytest.FixtureRequest, chromium: Chromium, tour: Tour) -> Iterator[Glass]:
    context = chromium.new_context(locale=request.param)
    kept = tour.steward.cookies | {LANGUAGE_COOKIE: request.param}
    context.add_cookies(
        [{"name": name, "value": value, "url": tour.oak.origin, "httpOnly": True} for name, value in kept.items()]
    )
    yield Glass(context, allowed=[tour.oak.origin])
    context.close()


def opens(glass: Glass, tour: Tour, address: str) -> None:
    glass.complaints.clear()
    answer = glass.page.goto(tour.oak.origin + tour.of(address))
    glass.page.wait_for_load_state("load")
    assert answer is not None
    assert answer.status == 200
    headers = answer.all_headers()
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith(
        f"default-src 'none'; script-src {tour.oak.origin}/static/idle-"
    )
    assert glass.page.locator("link[rel=stylesheet]").count() == 1
    assert glass.weight() < PAGE_BYTES or glass.page.evaluate("document.documentElement.lang") == MIRRORED
    assert glass.complaints == []
    if glass.page.evaluate("document.documentElement.lang") == MIRRORED:
        assert in_english(glass.page, but=KNOWN) == []
    else:
        wanted, shown = glass.page.evaluate("[navigator.language, document.documentElement.lang]")
        assert shown == wanted or (shown == "en" and wanted in Mirrored().unread)


@pytest.mark.parametrize("address", FREE)
def test_a_stranger_opens_it_and_nothing_is_stored(stranger: Glass, tour: Tour, address: str) -> None:
    opens(stranger, tour, address)
    assert stranger.stored() == {}


@pytest.mark.parametrize("address", [page.path for page in OPENED])
def test_somebody_signed_in_opens_it_and_scripts_see_nothing_stored(steward: Glass, tour: Tour, address: str) -> None:
    opens(steward, tour, address)
    assert steward.page.evaluate("document.cookie") == ""
    assert set(steward.stored()) == {"session", LANGUAGE_COOKIE}
