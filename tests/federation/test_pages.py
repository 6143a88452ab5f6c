"""A stranger with a phone: the whole story through the pages alone, without scripts, between two communities (section 3; experience.md)."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from world import Community, World, call


class Browser:
    """Follows links, fills in forms, keeps cookies. No scripts."""

    def __init__(self, community: Community) -> None:
        self.community = community
        self.cookies: dict[str, str] = {}
        self.path = "/"
        self.body = ""
        self.status = 0

    def _send(self, method: str, path: str, body: bytes | None = None) -> HttpResponse:
        headers = {
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "accept-language": "en",
        }
        if body is not None:
            headers |= {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))}
        request = HttpRequest(method, self.community.origin + path, headers, body)
        response: HttpResponse = self.community.world.run(call(self.community.app, request))
        for part in response.headers.get("set-cookie", "").split("\n"):
            found = re.match(r"([^=]+)=([^;]*)", part)
            if found:
                self.cookies[found[1]] = found[2].strip('"')
        return response

    def _show(self, response: HttpResponse, path: str) -> "Browser":
        while response.status == 303:
            path = response.headers["location"]
            response = self._send("GET", path)
        self.path, self.status, self.body = path, response.status, response.body.decode()
        return self

    def open(self, path: str) -> "Browser":
        return self._show(self._send("GET", path), path)

    def post(self, path: str, *, token: bool = True, **fields: str | list[str]) -> "Browser":
        values = {name.rstrip("_"): value for name, value in fields.items()}
        found = re.search(r'name="csrf" value="([^"]+)"', self.body)
        if token and found:
            values["csrf"] = found[1]
        return self._show(self._send("POST", path, urlencode(values, doseq=True).encode()), path)

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"no hidden {name} on {self.path}"
        return html.unescape(found[1])

    def link(self, pattern: str) -> str:
        found = re.search(rf'href="({pattern})"', self.body)
        assert found, f"no link {pattern} on {self.path}"
        return html.unescape(found[1])

    @property
    def text(self) -> str:
        return html.unescape(re.sub(r"<[^>]+>", " ", self.body))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    found = World(tmp_path)
    yield found
    found.close()


@pytest.fixture
def oak(world: World) -> Community:
    return world.community("Oak")


@pytest.fixture
def elm(world: World, oak: Community) -> Community:
    found = world.community("Elm")
    world.federate(oak, found)
    return found


def account(community: Community, name: str, role: Role = Role.MEMBER) -> str:
    """Somebody with an account; returns their seven words."""
    words = " ".join(seven.generate("en", community.random))
    derived = seven.derive(words, community.node.keys().words_salt)
    joining = members.prepare(
        derived,
        node=community.id,
        name=name,
        role=role,
        lang="en",
        now=community.world.clock.now(),
        random=community.random,
    )
    community.write(lambda tx: members.add(tx, joining.member))
    return words


def signed_in(community: Community, name: str, role: Role = Role.MEMBER) -> Browser:
    browser = Browser(community)
    browser.open("/sign-in").post("/sign-in", words=account(community, name, role))
    assert browser.status == 200
    return browser


OFFER = {
    "direction": "offer",
    "type": "listening",
    "title": "Someone awake at night",
    "text": "I lost my brother. I like to listen.",
    "lang": "en",
    "by": "Mira",
    "call_all": "only_if_you_ask",
    "mandated_reporter": "no",
    "kept_days": "0",
    "given_by": "the_holder",
    "languages": ["en"],
    "modality": ["phone"],
    "exchange": "free",
    "audience": "anyone",
    "then": "preview",
}


def publishes(browser: Browser, **changes: str) -> None:
    browser.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | changes))
    assert browser.path.endswith("/preview"), browser.text
    browser.post(browser.path.replace("preview", "publish"), listed="yes")
    assert "said=published" in browser.path, browser.text


def test_a_guest_finds_asks_reads_the_answer_and_has_it_deleted(world: World, oak: Community, elm: Community) -> None:
    mira = signed_in(elm, "Mira")
    publishes(mira)
    world.settle()
    guest = Browser(oak)
    guest.open("/search").post("/search", words="night", promise="yes")
    assert re.fullmatch(r"/search/[\w-]{22}", guest.path)
    guest.open(guest.link('/listings/[^"]+'))
    assert "They will not call anyone unless you ask." in guest.text
    ask_url = guest.link('/listings/[^"]+/ask')
    guest.open(ask_url).post(ask_url, words="I cannot sleep", days="7")
    assert "Nothing has been sent yet" in guest.text
    promises, pending = guest.hidden("promises"), guest.hidden("pending")
    guest.post(
        f"{ask_url}/send", words="I cannot sleep", days="7", promises=promises, pending=pending, agree="yes", kept="yes"
    )
    assert "said=sent" in guest.path, guest.text
    request = guest.path.partition("?")[0]
    world.settle()

    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "I cannot sleep" in mira.text
    mira.post(f"{mira.path}/accept", text="Call me at nine")
    assert "said=accepted" in mira.path, mira.text
    world.settle()

    guest.open(request)
    assert "Call me at nine" in guest.text
    guest.post(f"{request}/message", text="Thank you")
    world.settle()
    mira.open("/incoming").open(mira.link('/incoming/[^"]+'))
    assert "Thank you" in mira.text
    guest.open(request).post(f"{request}/delete")
    world.settle()
    assert "1 of 1 confirmed" in guest.open(request).text
    mira.open("/incoming")
    assert "I cannot sleep" not in mira.text


def test_the_seven_words_open_what_was_asked_without_an_account(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    guest.open("/search").post("/search", words="")
    ask_url = guest.link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days="7")
    words = re.findall(r"<li[^>]*>\s*(?:<[^>]+>)*\s*(\w+)", guest.body[guest.body.index("Seven words") :])[:7]
    guest.post(
        f"{ask_url}/send",
        words="Hello",
        days="7",
        promises=guest.hidden("promises"),
        pending=guest.hidden("pending"),
        agree="yes",
        kept="yes",
    )
    another = Browser(oak)
    another.open("/sign-in").post("/sign-in", words="  ".join(words).upper())
    assert another.path == "/requests", (words, another.text)
    assert "Someone awake at night" in another.text


def test_what_somebody_else_asked_is_not_there(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    asker = signed_in(oak, "Asker")
    asker.open("/search").post("/search", words="")
    ask_url = asker.link('/listings/[^"]+') + "/ask"
    asker.open(ask_url).post(ask_url, words="Hello", days="7")
    asker.post(f"{ask_url}/send", words="Hello", days="7", promises=asker.hidden("promises"), pending="", agree="yes")
    request = asker.path.partition("?")[0]
    other = signed_in(oak, "Other")
    assert other.open(request).status == 404
    assert Browser(oak).open(request).path == "/sign-in"


def test_an_offer_is_not_published_before_who_may_be_called_is_answered(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    mira.open("/offerings/new?direction=offer&type=listening").post("/offerings/new", **(OFFER | {"call_all": ""}))
    mira.post(mira.path.replace("preview", "publish"), listed="yes")
    assert "said=published" not in mira.path
    assert Browser(oak).open("/search").post("/search", words="").text.count("Someone awake at night") == 0


def test_stewards_peer_by_code_through_the_pages(world: World, oak: Community) -> None:
    elm = world.community("Elm")
    there, here = signed_in(elm, "S", Role.STEWARD), signed_in(oak, "T", Role.STEWARD)
    there.open("/peers/invite").post("/peers/invite", note="for Oak")
    code = re.search(r"alongside1\.[\w.-]+", html.unescape(there.body))
    assert code
    here.open("/peers/accept").post("/peers/accept", code=code[0])
    assert "Is this the community you mean?" in here.text
    here.post("/peers/accept/confirm", code=code[0])
    world.settle()
    there.open("/peers").open(there.link("/peers/[\\w-]{43}"))
    there.post(f"{there.path}/accept").open("/peers").open(there.link("/peers/[\\w-]{43}"))
    there.post(f"{there.path}/step", step="requests")
    world.settle()
    here.open("/peers").open(here.link("/peers/[\\w-]{43}"))
    here.post(f"{here.path}/step", step="requests")
    world.settle()
    assert [row.state for row in oak.rows("peer")] == [row.state for row in elm.rows("peer")] == ["agreed"]


@pytest.mark.parametrize(
    "path", ["/incoming", "/offerings", "/peers", "/community", "/members/invite", "/requests", "/account"]
)
def test_pages_of_members_send_strangers_to_sign_in(oak: Community, path: str) -> None:
    assert Browser(oak).open(path).path == "/sign-in"


@pytest.mark.parametrize("path", ["/peers", "/community", "/members/invite", "/peers/invite", "/peers/accept"])
def test_pages_of_stewards_are_not_for_members(oak: Community, path: str) -> None:
    assert signed_in(oak, "Mira").open(path).status == 403


def test_a_form_without_the_sessions_token_changes_nothing(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    publishes(mira)
    mira.open("/offerings").post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "withdraw"), token=False)
    assert mira.status == 403
    assert [row.state for row in oak.rows("listing")] == ["published"]


def test_leaving_works_without_a_token_and_ends_the_session(oak: Community) -> None:
    mira = signed_in(oak, "Mira")
    response = mira._send("POST", "/leave", b"")
    assert response.headers["location"] == oak.settings.neutral_site
    assert oak.rows("session") == []


def test_every_page_carries_its_armour(oak: Community) -> None:
    for path in ("/", "/search", "/nothing-here"):
        response = Browser(oak)._send("GET", path)
        assert response.headers["content-security-policy"].startswith("default-src 'none'")
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["referrer-policy"] == "no-referrer"


def test_two_people_keep_something_together_and_both_read_what_is_asked(world: World, oak: Community) -> None:
    mira, lena = signed_in(oak, "Mira"), signed_in(oak, "Lena")
    publishes(mira)
    mira.open("/offerings").post(mira.link("/offerings/[\\w-]{22}/edit").replace("edit", "people"))
    code = re.search(r'class="code">([\w-]{22})<', mira.body)
    assert code
    lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena")
    assert "said=kept_together" in lena.path, lena.text
    assert lena.open("/offerings").post("/offerings/together", code=code[1], name="Lena").status == 422
    asker = signed_in(oak, "Asker")
    ask_url = asker.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    asker.open(ask_url).post(ask_url, words="Hello both", days="7")
    asker.post(
        f"{ask_url}/send", words="Hello both", days="7", promises=asker.hidden("promises"), pending="", agree="yes"
    )
    world.settle()
    for holder in (mira, lena):
        assert "Hello both" in holder.open("/incoming").open(holder.link('/incoming/[^"]+')).text


def test_a_guests_row_goes_when_what_they_asked_is_long_gone(world: World, oak: Community) -> None:
    publishes(signed_in(oak, "Mira"))
    guest = Browser(oak)
    ask_url = guest.open("/search").post("/search", words="").link('/listings/[^"]+') + "/ask"
    guest.open(ask_url).post(ask_url, words="Hello", days="7")
    promises, pending = guest.hidden("promises"), guest.hidden("pending")
    guest.post(f"{ask_url}/send", words="Hello", days="7", promises=promises, pending=pending, agree="yes", kept="yes")
    assert [row.role for row in oak.rows("member")].count("guest") == 1
    world.pass_time(30 * 86_400)
    assert [row.role for row in oak.rows("member")].count("guest") == 1
    world.pass_time(60 * 86_400)
    assert [row.role for row in oak.rows("member")].count("guest") == 0
