"""Floods (safety.md, D.27): one person, people without an account, programs; nobody closes a community, or is what others wait behind.

Public failures: open sign-up and anonymous reports that filled moderators' queues on every large network (Mastodon's waves of 2023 and 2024);
password hashing as a way to hold up everybody else (Django CVE-2013-1443). Floods by communities: `federation/test_inbox.py`, `test_attacks.py`.
"""

import asyncio
import gc
import re
import tracemalloc

import pytest

from alongside_node import app
from alongside_node.delivery import actions as delivery
from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import acts
from alongside_node.entrypoints.allowance import Allowance
from alongside_node.entrypoints.api.caller import REQUESTS_A_DAY
from alongside_node.entrypoints.web.fleeting import MOST, Fleeting
from alongside_node.entrypoints.web.keeping import WORDS_SHOWN, Keeping
from alongside_node.members import words as seven
from alongside_node.members.actions import Person, Role
from alongside_node.members.words import MOST_WAITING, Derivation
from alongside_node.referrals import asking, fit_rules, fit_store, rules
from alongside_protocol import limits
from alongside_protocol.consent import Field
from alongside_protocol.errors import Code, Refused
from alongside_protocol.fit import Wishes
from alongside_protocol.identifiers import new_message_id, new_record_id, new_ref
from alongside_protocol.messages import Type
from alongside_protocol.referral import State
from api_client import Client, granted
from visitors import Browser, publishes, signed_in
from world import Clock, Community, Randomness, World

NOBODY_REFUSED = ""


def addressee(here: Community, there: Community, listing: str) -> asking.Addressee:
    viewer, now = Viewer(here.id, member=True), here.world.clock.now()
    to: asking.Addressee = here.read(asking.addressee, here.node.keys(), there.id, listing, viewer, now=now)
    return to


async def ask(here: Community, person: Person, to: asking.Addressee) -> str:
    """Ask; returns the code of a refusal, or nothing."""
    try:
        await acts.ask(
            here.node.edge,
            person,
            to,
            {Field.WORDS: "Hello"},
            shown=to.shown,
            until=here.world.clock.now() + 9 * 86_400,
        )
    except Refused as refused:
        return str(refused.code.value)
    return NOBODY_REFUSED


def at_once(here: Community, person: Person, several: list[asking.Addressee]) -> list[str]:
    """Ask all of these in the same moment, as somebody with many windows."""

    async def all_of_them() -> list[str]:
        return await asyncio.gather(*(ask(here, here_again, to) for to in several))

    here_again = here.again(person)
    found: list[str] = here.world.run(all_of_them())
    return found


def in_turn(here: Community, person: Person, several: list[asking.Addressee]) -> list[str]:
    return [here.world.run(ask(here, here.again(person), to)) for to in several]


@pytest.fixture
def mira(elm: Community) -> Person:
    return elm.person("Mira")


@pytest.fixture
def offers(world: World, oak: Community, elm: Community, mira: Person) -> list[asking.Addressee]:
    """More offerings than one person may ask at once."""
    listings = [elm.publishes(mira, title=f"Number {number}") for number in range(rules.OPEN_AT_ONCE + 2)]
    world.settle()
    return [addressee(oak, elm, listing) for listing in listings]


# One person.


def test_one_person_asks_a_listing_three_times_however_they_go_about_it(
    oak: Community, offers: list[asking.Addressee]
) -> None:
    person = oak.person("Asker")
    assert in_turn(oak, person, offers[:1] * 5) == [NOBODY_REFUSED] * 3 + ["busy"] * 2


def test_one_person_has_so_much_open_and_no_more_also_from_many_windows_at_once(
    oak: Community, offers: list[asking.Addressee]
) -> None:
    """What is open is counted with the box that the same transaction replaces, so two in one moment cannot both be the last."""
    person = oak.person("Asker")
    said = in_turn(oak, person, offers[: rules.OPEN_AT_ONCE - 1])
    assert said == [NOBODY_REFUSED] * (rules.OPEN_AT_ONCE - 1)
    assert sorted(at_once(oak, person, offers[-3:])) == [NOBODY_REFUSED, "busy", "busy"]
    assert len(oak.rows("asked")) == rules.OPEN_AT_ONCE
    assert len(oak.rows("outbox")) == rules.OPEN_AT_ONCE


def test_what_lies_for_later_counts_as_asked(oak: Community, offers: list[asking.Addressee]) -> None:
    """Rounds of several are no way around: neither to ask one listing again and again, nor to have more open."""
    person = oak.person("Asker")

    def ask_several(several: list[asking.Addressee]) -> str:
        try:
            pairs = [(to, to.shown) for to in several]
            oak.world.run(
                acts.ask_one_after_another(oak.node.edge, oak.again(person), pairs, {Field.WORDS: "Hello"}, days=2)
            )
        except Refused as refused:
            return str(refused.code.value)
        return NOBODY_REFUSED

    assert [ask_several(offers[:3]) for _ in range(4)] == [NOBODY_REFUSED] * 3 + ["busy"]
    assert ask_several(offers[3:7]) == "busy"  # nine lie or are asked
    assert ask_several(offers[3:6]) == NOBODY_REFUSED
    assert in_turn(oak, person, offers[7:8]) == ["busy"]


def test_who_asks_too_many_at_once_reads_so_before_anything_leaves_and_loses_no_word(
    world: World, oak: Community
) -> None:
    chosen = []
    holder, asker = signed_in(oak, "Mira"), signed_in(oak, "Asker")
    for number in range(5):
        publishes(holder, title=f"Number{number} awake")
        asker.open("/search").post("/search", words=f"Number{number}")
        chosen.append(asker.link('/listings/[^"]+').removeprefix("/listings/"))
    sent = {"words": "I cannot sleep", "each": "2"}
    for _ in range(2):
        asker.open("/").post("/turns/confirm", chosen=chosen, **sent)
        promises = re.findall(r'name="promises" value="([^"]+)"', asker.body)
        asker.post("/turns/send", chosen=chosen, promises=promises, **sent, pending="", agree="yes")
        assert "said=sent" in asker.path, asker.text
    for path in ("/turns/confirm", "/turns/send"):
        asker.open("/").post(path, chosen=chosen, promises=promises, **sent, pending="", agree="yes")
        assert asker.status == 422
        assert "Choose fewer" in asker.text
        assert "I cannot sleep" in asker.text
    assert len(oak.rows("turn")) == 10


def test_programs_of_one_person_begin_as_much_in_a_day_as_one_person_may_have_open(
    world: World, oak: Community, offers: list[asking.Addressee]
) -> None:
    """The node cannot look into the box of who seals by themselves: it counts calls, in memory."""
    noor = granted(oak, oak.person("Noor"))
    to = offers[0].recipient
    for _ in range(REQUESTS_A_DAY):
        noor.ask(to.node, to.listing, "Hello")
    body, _ = noor.request(to.node, to.listing, "Hello")
    answer = noor.post("/requests", body)
    assert (answer.status, answer.code) == (429, "busy")
    granted(oak, oak.person("Other")).ask(to.node, to.listing, "Hello")
    world.clock.at += 86_400 // REQUESTS_A_DAY
    assert _asks(noor, to)


def _asks(client: Client, to: asking.Recipient) -> bool:
    body, _ = client.request(to.node, to.listing, "Hello")
    return client.post("/requests", body).status == 201


# People without an account.


def test_people_without_an_account_together_begin_only_so_much_an_hour_and_lose_nothing_by_it(
    world: World, oak: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a row for weeks, and no stranger is anybody to count by: the disk of a small machine must not be theirs to fill."""
    monkeypatch.setattr(app, "GUESTS_AN_HOUR", 4)
    oak.app = oak.make_app()
    publishes(signed_in(oak, "Mira"), waiting="9", guests="9")

    def asks(words: str) -> Browser:
        guest = Browser(oak)
        ask_url = guest.open("/search").post("/search", words="night").link('/listings/[^"]+') + "/ask"
        guest.open(ask_url).post(ask_url, words=words, days="7")
        return again(guest, ask_url, words)

    def again(guest: Browser, ask_url: str, words: str) -> Browser:
        hidden = {name: guest.hidden(name) for name in ("promises", "pending")}
        return guest.post(f"{ask_url}/send", words=words, days="7", **hidden, agree="yes", kept="yes")

    assert all("said=sent" in asks("Hello").path for _ in range(4))
    fifth = asks("Nobody else hears me")
    assert fifth.status == 422
    assert "Nothing you wrote is lost" in fifth.text
    assert "Nobody else hears me" in fifth.text
    assert len([row for row in oak.rows("member") if row.role == "guest"]) == 4
    member = signed_in(oak, "Asker")
    ask_url = member.open("/search").post("/search", words="night").link('/listings/[^"]+') + "/ask"
    member.open(ask_url).post(ask_url, words="Hello", days="7")
    assert "said=sent" in again(member, ask_url, "Hello").path
    world.clock.at += 15 * 60
    assert "said=sent" in again(fifth, fifth.path.removesuffix("/send"), "Nobody else hears me").path


def test_people_without_an_account_take_their_own_places_and_never_those_of_members(
    world: World, oak: Community, elm: Community
) -> None:
    mira = elm.person("Mira")
    listings = [
        elm.publishes(mira, title=f"Number {number}", room={"state": "open", "waiting": 3, "guests": 1})
        for number in range(3)
    ]
    world.settle()
    several = [addressee(oak, elm, listing) for listing in listings]
    for _ in range(8):
        in_turn(oak, oak.person("", Role.GUEST), several)
    world.settle()
    assert [(row.standing, row.state) for row in elm.rows("incoming")] == [("guest", "offered")] * 3
    for name in ("Asker", "Other"):
        assert in_turn(oak, oak.person(name), several) == [NOBODY_REFUSED] * 3
    world.settle()
    assert [row.standing for row in elm.rows("incoming")].count("member") == 6


def test_questions_of_people_without_an_account_leave_half_for_members(
    world: World, oak: Community, offers: list[asking.Addressee]
) -> None:
    """A community answers another only so many questions in two days: strangers must not be those who use them up."""

    def asks(person: Person) -> str:
        try:
            world.run(acts.ask_whether_it_fits(oak.node.edge, oak.again(person), offers[:1], Wishes(languages=("en",))))
        except Refused as refused:
            return str(refused.code.value)
        return NOBODY_REFUSED

    def fill(many: int) -> None:
        def rows(tx: object) -> None:
            for _ in range(many):
                ends = world.clock.now() + limits.FIT_LIFE
                row = fit_store.Asked(new_ref(oak.random), offers[0].recipient.node, new_record_id(oak.random), ends)
                fit_store.add_asked(tx, row)  # type: ignore[arg-type]

        oak.write(rows)

    fill(fit_rules.QUESTIONS_OF_A_PEER // 2)
    assert asks(oak.person("", Role.GUEST)) == Code.BUSY.value
    assert asks(oak.person("Asker")) == NOBODY_REFUSED
    fill(fit_rules.QUESTIONS_OF_A_PEER // 2)
    assert asks(oak.person("Other")) == Code.BUSY.value


def test_what_people_without_an_account_write_leaves_half_of_the_way_out_for_members(
    world: World, oak: Community, elm: Community, offers: list[asking.Addressee], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PEER_OUTBOX", 20)
    world.cut(oak, elm)

    def fill(tx: object) -> None:
        for _ in range(10):
            delivery.enqueue(
                tx,  # type: ignore[arg-type]
                peer=elm.id,
                message_id=new_message_id(oak.random),
                type=Type.OFFER.value,
                ref=new_ref(oak.random),
                body=b"",
                not_after=world.clock.now() + 86_400,
                now=world.clock.now(),
            )

    oak.write(fill)
    assert in_turn(oak, oak.person("", Role.GUEST), offers[:1]) == ["busy"]
    assert in_turn(oak, oak.person("Asker"), offers[:1]) == [NOBODY_REFUSED]


def test_who_is_blocked_does_not_come_back_by_another_way_with_the_same_words(
    world: World, oak: Community, offers: list[asking.Addressee], elm: Community, mira: Person
) -> None:
    """By another listing of the same person, by several at once, with or without an account: a block looks at the handle alone."""
    asker = oak.person("Asker")
    assert in_turn(oak, asker, offers[:1]) == [NOBODY_REFUSED]
    world.settle()
    [came] = elm.rows("incoming")
    assert world.run(acts.block(elm.node.edge, elm.again(mira), came.peer, came.ref))
    world.settle()
    in_turn(oak, asker, offers[1:3])
    pairs = [(to, to.shown) for to in offers[3:5]]
    world.run(acts.ask_one_after_another(oak.node.edge, oak.again(asker), pairs, {Field.WORDS: "Me"}, days=1))
    world.settle()
    world.pass_time(2 * 86_400)
    world.pass_time(3_600)
    assert [row.state for row in elm.rows("incoming")] == [State.DECLINED.value]


# What everybody waits for.


def test_signing_in_never_queues_for_minutes(world: World) -> None:
    """As many wait as are done in some seconds; who comes then reads that they should try again, and the pages go on."""

    async def flood() -> None:
        derivation = Derivation()
        waiting = [asyncio.create_task(derivation.derive("a b c", b"s" * 16)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refused:
            await derivation.derive("a b c", b"s" * 16)
        assert refused.value.code is Code.BUSY
        for task in waiting[1:]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert await derivation.derive("a b c", b"s" * 16)

    world.run(flood())


def test_who_comes_when_too_many_sign_in_reads_a_page_that_says_so(
    oak: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seven, "MOST_WAITING", 0)
    browser = Browser(oak)
    browser.open("/sign-in").post("/sign-in", words="one two three four five six seven")
    assert browser.status == 429
    assert "A little too fast" in browser.text
    assert Client(oak).post("/grants", {"words": "one two three"}).code == "busy"


def test_strangers_do_not_push_out_what_somebody_known_is_about_to_use() -> None:
    """New words that a member was shown, or a search of theirs, outlast any number of strangers' in the twenty minutes."""
    kept: Fleeting[str] = Fleeting(Clock(), Randomness("r"))
    known = kept.keep("of a member", known=True)
    first = kept.keep("of the first stranger", known=False)
    for number in range(MOST):
        kept.keep(str(number), known=False)
    assert kept.find(known) == "of a member"
    assert kept.find(first) is None
    assert kept.take(known) == "of a member"
    assert kept.find(known) is None


def test_words_that_strangers_were_shown_fit_into_a_small_memory() -> None:
    """And a flood has to show twenty thousand others before somebody who reads their words slowly has lost them."""
    kept: Fleeting[Keeping] = Fleeting(Clock(), Randomness("r"), most=WORDS_SHOWN)
    tracemalloc.start()
    try:
        first = kept.keep(Keeping(seven.generate("en", Randomness("w")), "en"), known=False)
        for number in range(WORDS_SHOWN - 1):
            kept.keep(Keeping(seven.generate("en", Randomness(str(number))), "en"), known=False)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept.find(first) is not None
    kept.keep(Keeping((), "en"), known=False)
    assert kept.find(first) is None
    assert held < 32 * 1024 * 1024


def test_a_stranger_who_tries_codes_and_words_leaves_nothing_behind(oak: Community) -> None:
    """No row, no lock on anybody's account, and no slow work for a code that is none: nobody can be shut out by trying theirs."""
    before = {name: oak.rows(name) for name in ("member", "session", "invitation", "recovery")}
    browser = Browser(oak)
    browser.open("/join")
    for number in range(20):
        assert browser.post("/join", code=f"abcd-{number}", name="X").status == 422
        assert browser.post("/recover", code=f"ABCD-{number}").status == 422
    assert browser.post("/sign-in", words="one two three four five six seven").status == 422
    assert {name: oak.rows(name) for name in before} == before


def test_allowances_are_bounded_by_whom_we_know_and_strangers_share_one() -> None:
    allowance = Allowance(2, seconds=60)
    allowance.take("guests", 0)
    assert allowance.is_left("guests", 0)
    allowance.take("guests", 0)
    assert not allowance.is_left("guests", 0)
    with pytest.raises(Refused):
        allowance.take("guests", 0)
    assert allowance.is_left("a member", 0)
    assert allowance.is_left("guests", 30)
