"""Who is here and what there is (safety.md, D.28): what opens nothing is answered as what never was, and costs the same work.

Work is counted, never timed: statements of the database, and derivations from words. What belongs to somebody else is tried at every address in
`test_who_may_what.py`; who is blocked, in `federation/test_offering.py`; who is a peer, in `federation/test_inbox.py`; whether somebody who offers is there,
in `federation/test_fit.py`. Public failures: which addresses have an account (Django CVE-2024-39329, by time; most password resets), which
codes were used.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from alongside_node.members import actions as members
from alongside_node.members import printed_code
from alongside_node.members import words as seven
from alongside_node.members.actions import Role
from alongside_protocol.client.exchange import HttpResponse
from alongside_protocol.sealing import SealPrivateKey
from api_client import Client, granted
from town import NOWHERE, Statements, Town, build
from visitors import account
from world import World

NEVER_WERE = "one two three four five six seven"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    statements, world = Statements(), World(tmp_path_factory.mktemp("world"))
    yield build(world, statements)
    world.close()
    statements.close()


@dataclass
class Work:
    """How often something slow was really done."""

    derived: int = 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """Counts derivations from words; each is still done."""
    found, real = Work(), seven.derive

    def counted(words: str, salt: bytes) -> seven.Derived:
        found.derived += 1
        return real(words, salt)

    monkeypatch.setattr(seven, "derive", counted)
    return found


def _without(page: str, one: str) -> str:
    return page.replace(one, "IT") if len(one) > 8 else page.replace(f'value="{one}"', 'value="IT"')


def alike(town: Town, ask: Callable[[str], HttpResponse], several: list[str]) -> int:
    """Every one is answered alike and costs the same reads, and nothing is written; returns the reads."""
    seen = []
    for one in several:
        with town.statements.counted() as cost:
            answer = ask(one)
        assert cost.writes == []
        told = {name: value for name, value in answer.headers.items() if name != "content-length"}  # of what they wrote
        seen.append((answer.status, told, _without(answer.body.decode(), one), cost.reads))
    assert all(one == seen[0] for one in seen), [(one[0], one[3]) for one in seen]
    return seen[0][3]


def test_words_that_opened_an_account_once_are_as_words_that_never_did(town: Town, work: Work) -> None:
    """Of somebody who left, of a program's person whose key is not here, and words of another language."""
    oak = town.oak
    left = account(oak, "Left")
    gone = next(row for row in oak.rows("member") if row.name == "Left")
    oak.write(lambda tx: members.remove(tx, gone.id))
    work.derived = 0
    several = [NEVER_WERE, left, " ".join(["abaco"] * 7), " ".join(reversed(NEVER_WERE.split()))]
    alike(town, lambda words: town.send("POST", "/sign-in", "", {"words": words}), several)
    assert work.derived == len(several)
    raw = [Client(oak).post("/grants", {"words": words}) for words in several]
    assert {(answer.status, answer.body) for answer in raw} == {(raw[0].status, raw[0].body)}
    assert work.derived == 2 * len(several)


def test_words_are_derived_once_whatever_they_are(town: Town, work: Work) -> None:
    """Nobody learns from the work whether they were close. Where there are not seven nothing is derived: that alone is said, before any lookup."""
    for words in ("one " * 7, "x " * 6 + "a" * 50_000):
        before = work.derived
        assert town.send("POST", "/sign-in", "", {"words": words}).status == 422
        assert work.derived == before + 1
    for words in ("", "x", "one " * 1_000, "🙂", "a" * 60_000):
        before = work.derived
        assert town.send("POST", "/sign-in", "", {"words": words}).status == 422
        assert work.derived == before


def test_a_code_that_was_used_or_ran_out_is_as_one_that_never_was(town: Town, work: Work) -> None:
    oak, now = town.oak, town.oak.world.clock.now()
    used, _ = oak.write(lambda tx: members.invite(tx, Role.STEWARD, now=now, random=oak.random))
    old, _ = oak.write(lambda tx: members.invite(tx, Role.MEMBER, now=now - 90 * 86_400, random=oak.random))
    key = SealPrivateKey.generate(oak.random).public.text
    joined = Client(oak).post("/join", {"code": used, "name": "X", "public_key": key})
    assert joined.status == 201
    never = "".join("a" if character.isalnum() else character for character in used)
    several = [used, old, never]
    alike(town, lambda code: town.send("POST", "/join", "", {"code": code, "name": "X"}), several)
    assert work.derived == 0
    raw = [Client(oak).post("/join", {"code": code, "name": "X", "public_key": key}) for code in several]
    assert len({(answer.status, answer.body) for answer in raw}) == 1


def test_a_printed_code_that_ended_is_as_one_that_never_was(town: Town, work: Work) -> None:
    from alongside_node.members import account as own  # noqa: PLC0415 - only here

    oak, person = town.oak, town.people["lena"]
    ended, never = printed_code.generate(oak.random), printed_code.generate(oak.random)
    lookup, private = own.print_code(person, printed_code.derive(ended, oak.node.keys().words_salt), random=oak.random)
    oak.write(lambda tx: own.keep_code(tx, person.member.id, lookup, private))
    oak.write(lambda tx: own.end_code(tx, person.member.id))
    alike(town, lambda code: town.send("POST", "/recover", "", {"code": code}), [ended, never, "x", ""])
    assert work.derived == 0


@pytest.mark.parametrize("name", ["nobody", "gus"])
@pytest.mark.parametrize("kind", ["draft", "here"])
def test_a_listing_that_is_not_for_somebody_is_as_one_that_never_was(town: Town, name: str, kind: str) -> None:
    if kind == "here" and name == "gus":
        pytest.skip("who asked here without an account reads what everybody reads: the same as nobody")
    sent = {"words": "Hello", "days": "7", "agree": "yes"}
    oak, cookie, ids = town.oak, town.cookie(name), [town.ids[kind], NOWHERE]
    place = f"/listings/{oak.id}/"
    for end in ("", "/ask", "/card", "/calendar.ics"):
        alike(town, lambda listing, end=end: town.send("GET", f"{place}{listing}{end}", cookie), ids)
    for end in ("/ask", "/ask/change", "/ask/send"):
        alike(town, lambda listing, end=end: town.send("POST", f"{place}{listing}{end}", cookie, sent), ids)
    for path in ("/fit", "/fit/send", "/turns", "/turns/confirm", "/turns/send"):
        alike(town, lambda listing, path=path: town.send("POST", path, cookie, {"chosen": f"{oak.id}/{listing}"}), ids)
    answers = [Client(oak).get(f"/listings/{oak.id}/{listing}") for listing in ids]
    assert answers[0].status == 404
    assert answers[0].body == answers[1].body


def test_a_request_of_somebody_else_is_as_one_that_never_was_also_for_a_program(town: Town) -> None:
    """Its reference alone opens nothing: only with the mailbox that its person's box names."""
    oak = town.oak
    lena = granted(oak, town.people["lena"])
    row = next(one for one in oak.rows("asked") if one.ref == town.ids["ref"])
    tried = [(town.ids["ref"], NOWHERE), (NOWHERE, row.mailbox), (NOWHERE, NOWHERE)]
    answers = [lena.get(f"/requests/{ref}?mailbox={mailbox}") for ref, mailbox in tried]
    assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    for end in ("withdraw", "close", "erase"):
        answers = [lena.post(f"/requests/{ref}/{end}", {"mailbox": mailbox}) for ref, mailbox in tried]
        assert {(answer.status, answer.body) for answer in answers} == {(404, answers[0].body)}
    assert next(one for one in oak.rows("asked") if one.ref == town.ids["ref"]) == row


def test_who_is_here_stands_on_no_page_of_a_stranger(town: Town) -> None:
    """Names of accounts, how many there are, aliases, handles, ids of people."""
    oak = town.oak
    hidden = {row.id for row in oak.rows("member")} | {"Asker", "Lena"} | {row.alias for row in oak.rows("incoming")}
    for path in (
        "/",
        "/search",
        f"/listings/{oak.id}/{town.ids['listing']}",
        "/disclose",
        "/hard-night",
        "/api/v1/community",
        "/api/v1/openapi.json",
    ):
        page = town.send("GET", path).body.decode()
        assert not {name for name in hidden if name in page}, path
