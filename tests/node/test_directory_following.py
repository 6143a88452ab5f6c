"""Following a peer's directory (section 4; safety B.17, B.19, C.21 to C.23), with a scripted node, on both databases.

Nothing unverified is searched, one poisoned record stops nothing, a refusal leaves what was in use, a contradiction freezes.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import pytest

from alongside_node import schema
from alongside_node.directory import entries, following, store
from alongside_node.directory.following import Replicas, Ways
from alongside_node.directory.searching import Query, Viewer, search
from alongside_node.foundation.database import Database
from alongside_node.peers import actions as peers
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused
from alongside_protocol.identifiers import NodeId
from alongside_protocol.messages import HintBody
from alongside_protocol.profile import Profile
from alongside_protocol.testing.fake_node import FakeNode
from alongside_protocol.trust import CHANGES_PATH
from world import Randomness, commitments

ME = NodeId("m" * 43)
DAY = 86_400
PROFILE = Profile(name="Fake", lang="en", commitments=commitments())  # type: ignore[arg-type]


@dataclass
class Story:
    """A database that follows one scripted node."""

    database: Database
    node: FakeNode
    replicas: Replicas

    @property
    def peer(self) -> NodeId:
        return self.node.chain.id

    def now(self) -> int:
        return self.node.now

    def sync(self, hint: HintBody | None = None) -> Any:
        return asyncio.run(self.replicas.sync(self.peer, hint))

    def hint(self, since: str) -> HintBody:
        """What the node would send of its newest head, with the page it serves."""
        doc, seq = self.node.head.order
        page = self.node.answer(HttpRequest("GET", f"{self.node.origin}{CHANGES_PATH}?since={since}")).body.decode()
        return HintBody(doc=doc, seq=seq, since=since, page=page)

    def restart(self) -> None:
        """Nothing in memory is kept."""
        self.replicas = Replicas(self.replicas.ways)
        asyncio.run(following.drop_idle(self.database))

    def titles(self, words: str = "") -> set[str]:
        viewer = Viewer(ME, member=True)
        page = self.database.read(lambda r: search(r, Query(words=words), viewer, now=self.node.now, limit=2_000))
        return {one.listing.title for one in page.results}

    @property
    def state(self) -> following.Freshness:
        return self.database.read(lambda r: following.state_of(r, self.peer))

    def rows(self, table: str) -> list[Any]:
        return self.database.read(lambda r: r.execute(schema.metadata.tables[table].select()).all())

    def kept(self) -> Any:
        """Everything of the directory as it stands, without the reason of the last refusal."""
        replicas = [tuple(row)[:-1] for row in self.rows("replica")]
        return sorted(map(repr, self.rows("entry"))), sorted(map(repr, self.rows("set_aside"))), replicas

    def code(self) -> str | None:
        return self.state.code


@pytest.fixture
def story(migrated: Database) -> Story:
    node = FakeNode("fake")
    for number in range(5):
        node.put(node.listing(f"Listing {number}"))
    node.publish()

    class Way:
        async def send(self, request: HttpRequest) -> HttpResponse:
            response = node.answer(request)
            if len(response.body) > request.max_bytes:
                raise Refused(Code.TOO_LARGE, "too long")
            return response

    ways = Ways(
        database=migrated,
        clock=type("Clock", (), {"now": staticmethod(lambda: node.now)})(),
        random=Randomness("following"),
        outbound=Way(),
        signer=lambda: FakeNode("us").signer,
    )
    values = {
        "node": node.chain.id, "origin": node.origin, "chain": json.dumps(node.chain.texts), "name": "Fake", "state": "agreed",
        "profile": PROFILE.model_dump_json(exclude_defaults=True), "ours": "requests", "theirs": "requests", "listings_from": 0,
        "review_day": None, "max_records": 1_000, "max_bytes": 10_000_000,
    }  # fmt: skip
    migrated.write(lambda tx: tx.execute(schema.peer.insert().values(values)))
    return Story(migrated, node, Replicas(ways))


ALL = {f"Listing {number}" for number in range(5)}


def test_a_directory_is_fetched_verified_and_searched(story: Story) -> None:
    assert story.sync() == story.node.head.order
    assert story.titles() == ALL
    assert story.titles("listing 3") == {"Listing 3"}
    assert (story.state.set_aside, story.code()) == (0, None)


def test_without_an_agreement_nothing_is_fetched(story: Story) -> None:
    story.database.write(lambda tx: tx.execute(schema.peer.update().values(theirs="none")))
    assert story.sync() is None
    assert story.node.requests == []


@pytest.mark.parametrize(
    "poison",
    [
        b"not json",
        b"{}",
        b'{"id":"x"}',
        b"\xff\xfe",
        b"[" * 10_000,
        b'{"a":1,"a":2}',
        b"null",
        b'{"id":1e999}',
        b"x" * 16_000,
    ],
)
def test_one_poisoned_record_is_set_aside_and_the_others_are_stored(story: Story, poison: bytes) -> None:
    bad = story.node.put(poison)
    story.node.put(story.node.listing("After it"))
    story.node.publish()
    assert story.sync() == story.node.head.order
    assert story.titles() == {*ALL, "After it"}
    [row] = story.rows("set_aside")
    assert (row.id, row.line) == (bad, poison)
    assert row.code
    story.node.put(story.node.listing("Mended"), record_id=bad)
    story.node.publish()
    assert story.sync() == story.node.head.order
    assert story.titles() == {*ALL, "After it", "Mended"}
    assert story.rows("set_aside") == []


def test_two_records_made_for_one_place_do_not_stop_each_other(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """A collision of 52 bits cannot be made here, so the ring is made coarse instead."""
    real = entries.position
    monkeypatch.setattr(entries, "position", lambda name, **named: real(name[:0], **named))
    assert story.sync() == story.node.head.order
    assert len(story.titles()) == 1
    assert (story.state.set_aside, story.code()) == (4, None)
    assert {row.code for row in story.rows("set_aside")} == {"position-taken"}
    story.restart()
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    assert story.sync() == story.node.head.order  # those set aside are leaves still


def test_a_change_is_applied_in_place_and_erased_is_erased(story: Story) -> None:
    story.sync()
    [generation] = [row.id for row in story.rows("generation")]
    gone, changed = sorted(row.id for row in story.rows("entry"))[:2]
    story.node.remove(gone)
    story.node.put(story.node.listing("Changed"), record_id=changed)
    story.node.put(story.node.listing("New"))
    story.node.publish()
    asked = len(story.node.requests)
    assert story.sync() == story.node.head.order
    assert f"since={story.node.head.doc}" in story.node.requests[asked].url
    assert [row.id for row in story.rows("generation")] == [generation]
    assert {"Changed", "New"} < story.titles()
    assert gone not in {row.id for row in story.rows("entry")}
    assert len(story.titles()) == 5


def test_what_came_with_a_hint_is_taken_like_an_answer_and_nothing_is_fetched(story: Story) -> None:
    story.sync()
    story.node.put(story.node.listing("New"))
    story.node.publish()
    asked, hint = len(story.node.requests), story.hint("1.1")
    del story.node.requests[asked:]
    assert story.sync(hint) == story.node.head.order
    assert len(story.node.requests) == asked
    assert story.titles() == {*ALL, "New"}


def test_a_hint_from_another_place_than_ours_is_only_a_hint(story: Story) -> None:
    story.sync()
    for title in ("One", "Two"):
        story.node.put(story.node.listing(title))
        story.node.publish()
    ahead, never = story.hint("1.2"), HintBody(doc=1, seq=3)
    assert story.sync(ahead) == story.node.head.order
    assert story.titles() == {*ALL, "One", "Two"}
    asked = len(story.node.requests)
    assert story.sync(never) == story.node.head.order
    assert len(story.node.requests) == asked + 1


def test_nothing_of_a_first_synchronisation_is_taken_from_a_hint(story: Story) -> None:
    assert story.sync(story.hint("1.1")) == story.node.head.order
    assert story.titles() == ALL


@pytest.mark.parametrize("lie", ["cut short", "one line less", "a changed word", "no page"])
def test_a_hint_that_lies_leaves_what_was_in_use(story: Story, lie: str) -> None:
    story.sync()
    before = story.kept()
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    hint, lied = story.hint("1.1"), lies(story.node)[lie]
    assert hint.page is not None
    answer = lied if isinstance(lied, HttpResponse) else lied(HttpResponse(200, {}, hint.page.encode()))
    story.node.script(CHANGES_PATH, HttpResponse(500, {}, b""))
    assert story.sync(hint.model_copy(update={"page": answer.body.decode()})) is None
    assert story.kept() == before
    assert story.titles() == ALL


def test_what_is_read_while_we_stop_following_is_not_put_in_use(story: Story) -> None:
    story.sync()
    story.node.put(story.node.listing("Later"))
    story.node.publish()

    def left(honest: HttpResponse) -> HttpResponse:
        story.database.write(lambda tx: following.leave(tx, story.peer))
        return honest

    story.node.script(CHANGES_PATH, left)
    assert story.sync() is None
    assert (story.titles(), story.rows("replica")) == (set(), [])
    assert story.sync() == story.node.head.order  # anew and whole
    assert story.titles() == {*ALL, "Later"}


def test_when_the_cursor_is_gone_a_whole_generation_is_swapped_in(story: Story) -> None:
    story.sync()
    before = [row.id for row in story.rows("generation")]
    for row in story.rows("entry")[:2]:
        story.node.remove(row.id)
    story.node.publish()
    story.node.forget()
    story.node.publish()
    assert story.sync() == story.node.head.order
    after = [row.id for row in story.rows("generation")]
    assert len(after) == 1
    assert after != before
    assert len(story.titles()) == len(story.rows("entry")) == 3


def lies(node: FakeNode) -> dict[str, Any]:
    def cut(honest: HttpResponse) -> HttpResponse:
        return HttpResponse(200, {}, honest.body[:-3])

    def one_line_less(honest: HttpResponse) -> HttpResponse:
        lines = honest.body.split(b"\n")
        return HttpResponse(200, {}, b"\n".join([lines[0], *lines[2:]]))

    def flipped(honest: HttpResponse) -> HttpResponse:
        return HttpResponse(200, {}, honest.body.replace(b"Later", b"Laser"))

    return {
        "nothing": HttpResponse(200, {}, b""),
        "no page": HttpResponse(200, {}, b"hello"),
        "an error": HttpResponse(500, {}, b""),
        "a redirect": HttpResponse(302, {"location": "https://elsewhere.example"}, b""),
        "cut short": cut,
        "one line less": one_line_less,
        "a changed word": flipped,
        "too long": HttpResponse(200, {}, bytes(5_000_000)),
    }


@pytest.mark.parametrize("lie", sorted(lies(FakeNode("fake"))))
def test_a_refused_synchronisation_leaves_what_was_in_use(story: Story, lie: str) -> None:
    story.sync()
    before = story.kept()
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    story.node.script(CHANGES_PATH, *[lies(story.node)[lie]] * 5)
    assert story.sync() is None
    assert story.code()
    assert story.kept() == before
    assert story.titles() == ALL
    assert len(story.rows("generation")) == 1
    story.node._lies.clear()
    assert story.sync() == story.node.head.order
    assert story.titles() == {*ALL, "Later"}
    assert story.code() is None


@pytest.mark.parametrize("lie", sorted(lies(FakeNode("fake"))))
def test_a_first_synchronisation_that_is_refused_leaves_nothing(story: Story, lie: str) -> None:
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    story.node.script(CHANGES_PATH, *[lies(story.node)[lie]] * 5)
    assert story.sync() is None
    assert story.titles() == set()
    assert story.rows("entry") == story.rows("generation") == story.rows("set_aside") == []


def test_a_refusal_in_the_middle_of_many_pages_leaves_nothing(story: Story) -> None:
    story.node.page_lines = 2
    story.node.script(CHANGES_PATH, None, None, HttpResponse(500, {}, b""))
    assert story.sync() is None
    assert story.titles() == set()
    assert story.rows("entry") == story.rows("generation") == []


def test_a_restart_drops_what_was_staged_and_keeps_what_was_in_use(story: Story) -> None:
    story.sync()
    staged = story.database.write(lambda tx: store.new_generation(tx, story.peer, active=False))
    line = story.rows("entry")[0]
    from alongside_protocol.identifiers import RecordId  # noqa: PLC0415

    again = entries.read(line.line, RecordId(line.id), line.digest, seq=1, generation=staged)
    story.database.write(lambda tx: entries.add(tx, [again]))
    story.restart()
    assert [row.id for row in story.rows("generation")] == [line.generation]
    assert {row.generation for row in story.rows("entry")} == {line.generation}
    assert story.titles() == ALL


def test_after_a_restart_it_goes_on_from_where_it_was(story: Story) -> None:
    story.sync()
    story.restart()
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    asked = len(story.node.requests)
    assert story.sync() == story.node.head.order
    assert "since=1.1" in story.node.requests[asked].url
    assert story.titles() == {*ALL, "Later"}


def test_two_heads_with_one_number_freeze_the_peer_with_both_as_evidence(story: Story) -> None:
    story.sync()
    shown = story.node.heads.pop()
    story.node.put(story.node.listing("Other face"))
    other = story.node.publish()
    assert (shown.seq, shown.digest != other.digest) == (other.seq, True)
    assert story.sync() is None
    [peer] = story.rows("peer")
    assert peer.state == peers.State.FROZEN.value
    [evidence] = story.rows("evidence")
    assert {evidence.first, evidence.second} == {shown.text, other.text}
    asked = len(story.node.requests)
    assert story.sync() is None
    assert len(story.node.requests) == asked


def test_a_head_that_goes_back_is_refused_and_what_was_in_use_stays(story: Story) -> None:
    story.sync()
    story.node.put(story.node.listing("Later"))
    story.node.publish()
    story.sync()
    before = story.kept()
    story.node.heads.pop()
    story.node.script(CHANGES_PATH, *[lambda _honest: story.node.page([], head_text=story.node.heads[0].text)] * 3)
    assert story.sync() is None
    assert story.kept() == before


def test_more_records_than_agreed_are_refused_whole(story: Story) -> None:
    story.database.write(lambda tx: tx.execute(schema.peer.update().values(max_records=4)))
    assert story.sync() is None
    assert story.code()
    assert story.rows("entry") == story.rows("generation") == []


def test_a_directory_of_somebody_else_is_refused(story: Story) -> None:
    other = FakeNode.with_listings(label="other")
    story.node.script(CHANGES_PATH, *[lambda _honest: other.page(other.entries())] * 3)
    assert story.sync() is None
    assert story.titles() == set()


def test_whom_we_leave_is_searched_no_more_and_its_rows_go(story: Story) -> None:
    story.sync()
    story.database.write(lambda tx: following.leave(tx, story.peer))
    assert story.titles() == set()
    story.restart()
    assert story.rows("entry") == story.rows("generation") == story.rows("replica") == []


def test_a_node_that_signs_nothing_for_thirty_days_after_its_end_is_let_go(story: Story) -> None:
    story.sync()
    exp = story.state.exp
    story.database.write(lambda tx: following.purge(tx, exp + 30 * DAY - 1))
    assert len(story.rows("replica")) == 1
    story.database.write(lambda tx: following.purge(tx, exp + 30 * DAY))
    assert story.rows("replica") == []
    story.restart()
    assert story.rows("entry") == []


def test_a_new_document_of_the_peer_is_followed(story: Story) -> None:
    story.sync()
    story.node.now += DAY
    story.node.succeed()
    story.node.put(story.node.listing("Under the new key"))
    story.node.publish()
    assert story.sync() == story.node.head.order
    assert story.titles() == {*ALL, "Under the new key"}
