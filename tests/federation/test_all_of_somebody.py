"""Of every table: what of somebody they can take along, and that it goes when they leave (safety.md, D.32; mission.md, "Self-determination").

Both lists are over the schema: a new table stands in them, with where it is in the file about oneself or why nothing of it is anybody's, and with
what of it stays when somebody leaves, or the tests fail. The somebody here is in every table in which anybody can be.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.members.actions import Role
from alongside_protocol import limits
from api_client import Client
from visitors import OFFER, Browser, Somebody, account, asks, comes
from world import Community, World

TOLD = "taken.along@example.org"
NOBODYS = "the community's or another node's, not somebody's"
MACHINE = "how messages travel; what they say lies elsewhere, or is sealed to somebody else"
MARKS = "a key or a mark, of no use outside"

TAKEN: dict[str, str | tuple[str, ...]] = {
    "member": ("account",),
    "session": ("sessions",),
    "recovery": ("account", "printed_code"),
    "grant": ("programs",),
    "channel": ("told",),
    "block": ("blocked",),
    "concern": ("concerns",),
    "concern_word": ("concerns", "0", "said"),
    "concern_share": MARKS,
    "concern_talk": "what others raised; one's own side is told as `my_side` (`test_concerns`)",
    "asked": ("requests",),
    "incoming": ("asked_of_me",),
    "beside": ("beside",),
    "letter": ("requests", "0", "letters"),
    "erasure": ("deleted_requests",),
    "fit_asked": ("questions",),
    "turn_round": ("one_after_another",),
    "turn": ("one_after_another", "0", "order"),
    "listing": ("offerings",),
    "listing_holder": ("offerings", "0", "named"),
    "fit_said": ("offerings", "0", "said_about_room"),
    "joining": ("offerings", "0", "joining"),
    "listing_key": MARKS,
    "listing_key_share": MARKS,
    "relay_share": MARKS,
    "invitation": "whoever made one is not known",
    "fit_told": "an answer of the node, to somebody else",
    "outbox": MACHINE,
    "received": MACHINE,
    "early": MACHINE,
    "peer_health": MACHINE,
    "own_record": "what offerings say, as published",
    "own_change": "the same",
    "entry": "the same",
    **dict.fromkeys(
        ("own_head", "generation", "replica", "set_aside", "peer", "peer_invitation", "relay_key"), NOBODYS
    ),
    **dict.fromkeys(("evidence", "community", "node_document", "node_key"), NOBODYS),
}
"""Table → where it stands in the file about oneself, or why it does not."""

STAYS: dict[str, str] = {
    "incoming": "that requests to what they offered ended, under aliases and without a word, for fourteen days",
    "listing": "its id and that it is withdrawn: its content is `{}`",
    "own_record": "that something with this id is gone, for thirty days, so that no peer brings it back",
    "own_head": "signatures under the directory",
    "node_key": "keys of the node",
    "received": "which messages came, by their random ids, until they end",
    "early": "that a reference was deleted, so that nothing late brings it back",
    "replica": "how far we follow others",
}
"""Table → what of it stays, or comes, when somebody has left. Of every other table nothing."""


@dataclass
class Life:
    """Two communities, and one person of one of them who does everything that somebody can do."""

    world: World
    oak: Community
    elm: Community
    before: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    during: dict[str, set[tuple[Any, ...]]] = field(default_factory=dict)
    somebody: Somebody = field(init=False)
    other: Somebody = field(init=False)
    taken: dict[str, Any] = field(init=False)
    client: Client = field(init=False)


def tables(community: Community) -> dict[str, set[tuple[Any, ...]]]:
    return {name: {tuple(row) for row in community.rows(name)} for name in schema.metadata.tables}


def published(browser: Browser, **changes: Any) -> str:
    """The id of a new listing."""
    form: dict[str, Any] = OFFER | changes
    browser.open(f"/offerings/new?direction=offer&type={form['type']}").post("/offerings/new", **form)
    listing = browser.path.split("/")[2]
    browser.post(f"/offerings/{listing}/publish", listed="yes")
    assert "said=published" in browser.path, browser.text
    return listing


def incoming(browser: Browser) -> list[str]:
    return list(dict.fromkeys(re.findall(r'href="(/incoming/[\w-]+/[\w-]+)', browser.open("/incoming").body)))


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    world = World(tmp_path_factory.mktemp("world"))
    ways = {"mail_host": "127.0.0.1", "mail_port": 9, "mail_tls": "none", "mail_from": "post@relay.example"}
    oak, elm = world.community("Oak", settings=ways), world.community("Elm", settings=ways)
    world.federate(oak, elm)
    found = Life(world, oak, elm)
    live(found)
    found.during = tables(oak)
    found.taken = json.loads(found.somebody.open("/account").post("/account/take").body)
    yield found
    world.close()


def live(life: Life) -> None:
    """First others, then somebody, who is asked by others too."""
    world, oak, elm = life.world, life.oak, life.elm
    lena, mira = comes(oak, "Lena"), comes(elm, "Mira")
    account(oak, "Ruth", Role.STEWARD)
    of_lena = published(lena, title="Lena in the evening")
    for title in ("One at night", "Two at night", "Three at night"):
        published(mira, title=title)
    world.settle()
    asks(comes(elm, "Jo"), "Lena")
    life.other = comes(oak, "Other")
    world.settle()
    life.before = tables(oak)
    me = life.somebody = comes(oak, "Somebody")
    Browser(oak).open("/sign-in").post("/sign-in", words=me.words)
    token = Client(oak).done("POST", "/grants", {"words": me.words, "label": "My phone"})["token"]
    life.client = Client(oak, token)
    me.open("/account/code").post("/account/code", words=me.words)
    me.open("/account").post("/account/telling", tell="email", tell_email=TOLD)
    circle = published(me, type="circle", title="My circle", seats="5", circle_agreements="Kind")
    me.open(f"/offerings/{circle}/joining").post(f"/offerings/{circle}/joining", joining="The blue door")
    me.open("/offerings").post(f"/offerings/{circle}/fit", says="room")
    me.open("/offerings/new?direction=offer&type=listening").post(
        "/offerings/new", **(OFFER | {"title": "My draft", "then": "draft"})
    )
    world.settle()
    asks(me, "One at night", tell="email", tell_email=TOLD, silence="tell", silence_days="7")
    deleted = asks(me, "Two at night")
    me.open(deleted).post(f"{deleted}/delete")
    _asks_whether_it_fits(me)
    _asks_one_after_another(me)
    _raises_a_concern(me, f"/listings/{oak.id}/{of_lena}/concern")
    for name in ("Noor", "Annoying"):
        asker = comes(elm, name)
        asker.open("/search").post("/search", words="circle")
        ask = asker.link('/listings/[^"]+') + "/ask"
        asker.open(ask).post(ask, words=f"I am {name}", days="30")
        fields = {name: asker.hidden(name) for name in ("promises", "accepts")}
        asker.post(f"{ask}/send", words=f"I am {name}", days="30", **fields, agree="yes", kept="yes")
        assert "said=sent" in asker.path, asker.text
    world.settle()
    for page in incoming(me):
        act = "block" if "I am Annoying" in me.open(page).text else "accept"
        me.post(f"{page}/{act}", text="Come on Tuesday")
    [page] = incoming(lena)
    code = re.search(r'class="code">([^<]+)', lena.open(page).post(f"{page}/invite").body)
    assert code
    me.open("/incoming").post("/incoming/join", code=code[1], name="Somebody beside")
    assert "said=ready_to_join" in me.path, me.text
    world.settle()


def _asks_whether_it_fits(me: Browser) -> None:
    me.open("/search").post("/search", words="Three")
    me.open(me.link('/listings/[^"]+'))
    [chosen] = dict.fromkeys(re.findall(r'name="chosen" value="([^"]+)"', me.body))
    me.post("/fit", chosen=chosen)
    me.post("/fit/send", chosen=chosen, this_week="yes", modality="phone")
    assert "said=question_sent" in me.path, me.text


def _asks_one_after_another(me: Browser) -> None:
    me.open("/search").post("/search", words="at night")
    [choose] = re.findall(r'action="(/search/[^"]+/chosen)"', me.body)
    me.post(choose, pick=["0", "1", "2"], page="0", then="turns")
    chosen = re.findall(r'name="chosen" value="([^"]+)"', me.body)
    me.post("/turns/confirm", chosen=chosen, words="In my order", each="1")
    promises = re.findall(r'name="promises" value="([^"]+)"', me.body)
    chosen = re.findall(r'name="chosen" value="([^"]+)"', me.body)
    me.post("/turns/send", chosen=chosen, promises=promises, words="In my order", each="1", agree="yes")
    assert me.path.startswith("/turns?said=sent"), me.text


def _raises_a_concern(me: Browser, url: str) -> None:
    readers = re.findall(r'name="reader" value="([^"]+)"', me.open(url).body)
    me.post(f"{url}/send", words="The worry I have", talk="yes", reader=readers, agree="yes")
    assert "said=concern_raised" in me.path, me.text
    me.post(f"{me.path.partition('?')[0]}/write", text="And more of it")


def at(taken: Any, path: tuple[str, ...]) -> list[Any]:
    """What stands there; a number stands for each of a list."""
    found = [taken]
    for name in path:
        found = [one for each in found for one in (each if name == "0" else [each[name]])]
    return [one for one in found if one not in (None, "", [], {}, False)]


@pytest.mark.parametrize("table", schema.metadata.tables)
def test_everything_of_somebody_is_in_the_file_about_them(life: Life, table: str) -> None:
    where = TAKEN[table]
    if isinstance(where, str):
        return
    assert life.during[table] - life.before[table], "the story puts nothing of theirs there"
    assert at(life.taken, where), f"{table} is not in the file about oneself"


@pytest.mark.parametrize(
    "words",
    [
        TOLD,
        "My phone",
        "The blue door",
        "My circle",
        "My draft",
        "In my order",
        "I cannot sleep",
        "Come on Tuesday",
        "The worry I have",
        "And more of it",
    ],
)
def test_what_somebody_wrote_stands_in_the_file_about_them(life: Life, words: str) -> None:
    assert words in json.dumps(life.taken)


def test_where_somebody_is_told_stands_there_for_the_account_and_for_the_request(life: Life) -> None:
    assert life.taken["told"]["to"] == TOLD
    assert [one["told"]["to"] for one in life.taken["requests"] if one["told"]] == [TOLD]


def test_a_client_takes_the_same_with_the_seven_words_and_without_them_what_the_node_can_read(life: Life) -> None:
    client, words = life.client, life.somebody.words
    whole = client.done("POST", "/account/take", {"words": words})
    assert {name: value for name, value in whole.items() if name != "sessions"} == {
        name: value for name, value in life.taken.items() if name != "sessions"
    }
    readable = client.done("POST", "/account/take", {})
    assert set(readable) == {"form", "community", "node", "account", "told", "sessions", "programs", "offerings"}
    assert readable["told"]["to"] == TOLD
    for sealed in ("The blue door", "I cannot sleep", "Come on Tuesday"):
        assert sealed not in json.dumps(readable)
    assert client.post("/account/take", {"words": life.other.words}).code == "words"


@pytest.fixture(scope="module")
def left(life: Life) -> dict[str, set[tuple[Any, ...]]]:
    """What is new since before they came, after they have left and everything about it was done."""
    me = life.somebody
    me.open("/account/leave").post("/account/leave", words=me.words, sure="yes")
    assert "said=gone" in me.path, me.text
    life.world.settle()
    life.world.pass_time(11 * limits.MINUTE)
    return {name: rows - life.before[name] for name, rows in tables(life.oak).items()}


@pytest.mark.parametrize("table", schema.metadata.tables)
def test_of_who_left_nothing_is_in_a_table(life: Life, left: dict[str, set[tuple[Any, ...]]], table: str) -> None:
    if table in STAYS:
        assert not re.search("Somebody|My circle|blue door|taken.along", repr(left[table]))
    else:
        assert left[table] == set(), f"of {table} something stays"


def test_who_asked_somebody_who_left_cannot_be_told_from_others(
    life: Life, left: dict[str, set[tuple[Any, ...]]]
) -> None:
    handle = list(schema.incoming.columns.keys()).index("handle")
    assert {row[handle] for row in left["incoming"]} == {None}


def test_at_the_other_community_nothing_of_who_left_is_left(life: Life, left: dict[str, set[tuple[Any, ...]]]) -> None:
    assert life.elm.rows("incoming") == []
    assert "Somebody" not in repr([life.elm.rows(name) for name in schema.metadata.tables])
