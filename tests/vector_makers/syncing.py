"""Vectors of following a directory: whole transcripts, every answer as bytes, with what a reader trusts at the end or why it refuses.

Each transcript is recorded from a scripted node. What was trusted before stays in use after a refusal; where two statements
contradict each other, both are evidence.
"""

from collections.abc import Callable, Iterator
from typing import Any

from alongside_protocol import limits
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.errors import Code, Refused
from alongside_protocol.feed import Cursor
from alongside_protocol.head import Head
from alongside_protocol.merkle import Tree
from alongside_protocol.node_document import Chain
from alongside_protocol.testing.fake_node import FakeNode, heads_answer, problem
from alongside_protocol.testing.replica import Replica
from alongside_protocol.trust import CHANGES_PATH, HEADS_PATH, WELL_KNOWN_PATH, Budget, Sync, Trusted
from vector_makers.writing import Case, Sheet, encode

GONE = problem(410, Code.CURSOR_GONE)


def sheets() -> Iterator[Sheet]:
    yield transcripts()


def recorded(
    node: FakeNode,
    trusted: Trusted,
    *,
    now: int | None = None,
    budget: dict[str, int] | None = None,
    evidence: tuple[Head | str, Head | str] | None = None,
    unasked: HttpResponse | None = None,
) -> Case:
    """What a reader with `trusted` asks of the node and is answered, until it is done or refuses."""
    start = node.now if now is None else now
    leaves = sorted([encode(record_id), encode(digest)] for record_id, digest in trusted.tree)
    before: Case = {"docs": trusted.chain.texts, "head": trusted.head and trusted.head.text, "leaves": leaves}
    given: Case = {"now": start, "trusted": before, "exchanges": []}
    if budget is not None:
        given["budget"] = budget
    if evidence is not None:
        given["evidence"] = [side if isinstance(side, str) else side.text for side in evidence]
    copy = Trusted(trusted.chain, trusted.head, Tree(trusted.tree))
    sync = Sync(copy, now=start, budget=Budget(**budget) if budget else None)
    try:
        while (ask := sync.ask()) is not None:
            came = unasked if unasked is not None and not given["exchanges"] else None
            answer = came or node.answer(HttpRequest("GET", node.origin + ask.path))
            exchange = {"ask": ask.path, "status": answer.status, "body": answer.body.decode()}
            given["exchanges"].append(exchange | ({} if came is None else {"unasked": True}))
            sync.take(answer.status, answer.body)
        sync.finish()
    except Refused:
        pass
    return given


def directory(count: int = 3, *, page_lines: int = limits.PAGE_LINES) -> FakeNode:
    return FakeNode.with_listings(count, label="followed", page_lines=page_lines)


def copy_of(node: FakeNode) -> Trusted:
    return Replica.copy_of(node).trusted


def nothing_of(node: FakeNode) -> Trusted:
    return Trusted(node.chain)


def transcripts() -> Sheet:
    sheet = Sheet(
        "sync/transcripts.json",
        "a directory as it is followed: what is trusted before, what is asked and answered, what is trusted after",
    )
    sheet.takes({name: make() for name, make in HONEST.items()})
    for reason, why, several in REFUSED:
        sheet.refuses(reason, why, {name: make() for name, make in several.items()})
    return sheet


# Honest nodes.


def _first(count: int = 3, page_lines: int = limits.PAGE_LINES) -> Case:
    node = directory(count, page_lines=page_lines)
    return recorded(node, nothing_of(node))


def _empty() -> Case:
    node = FakeNode("followed")
    node.publish()
    return recorded(node, nothing_of(node))


def _nothing_new() -> Case:
    node = directory()
    return recorded(node, copy_of(node))


def _changed() -> Case:
    node = directory()
    trusted = copy_of(node)
    kept, gone, _ = node.entries()
    node.remove(gone.id)
    node.put(node.listing("Changed"), record_id=kept.id)
    node.put(node.listing("New"))
    node.publish()
    return recorded(node, trusted)


def _changed_between_pages() -> Case:
    node = directory(4, page_lines=2)
    first = node.entries()[0].id

    def change(honest: HttpResponse) -> HttpResponse:
        node.put(node.listing("Changed meanwhile"), record_id=first)
        node.publish()
        return honest

    node.script(CHANGES_PATH, change)
    return recorded(node, nothing_of(node))


def _heads_missed() -> Case:
    node = directory()
    trusted = copy_of(node)
    for _ in range(3):
        node.publish()
    return recorded(node, trusted)


def _away_for_long() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.publish()
    node.now += limits.HEADS_KEPT + limits.DAY
    for _ in range(3):
        node.publish()
    return recorded(node, trusted)


def _began_anew() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.remove(node.entries()[0].id)
    node.publish()
    node.forget()
    node.publish()
    return recorded(node, trusted)


def _began_anew_three_times() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.script(CHANGES_PATH, GONE, GONE, GONE)
    return recorded(node, trusted)


def _new_document() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.succeed()
    node.put(node.listing("After the restore"))
    node.publish()
    return recorded(node, trusted)


def _new_document_between_pages() -> Case:
    node = directory(4, page_lines=2)
    trusted = nothing_of(node)

    def renew(honest: HttpResponse) -> HttpResponse:
        node.succeed()
        node.publish()
        return honest

    node.script(CHANGES_PATH, renew)
    return recorded(node, trusted)


def _overtaken() -> Case:
    node = directory()
    far = node.sign_head(seq=limits.SAFE_INTEGER, prev=bytes(32))
    trusted = Trusted(node.chain, far, copy_of(node).tree)
    node.succeed()
    node.publish()
    return recorded(node, trusted)


def _poisoned() -> Case:
    node = directory(9)
    node.put(b'{"v":1,"title":1e999}')
    node.put(b"not JSON at all")
    node.put(node.entries()[0].line or b"")
    node.publish()
    return recorded(node, nothing_of(node))


def _mended() -> Case:
    node = directory()
    poisoned = node.put(b'{"v":1,"v":1}')
    node.publish()
    trusted = copy_of(node)
    node.put(node.listing("Mended"), record_id=poisoned)
    node.publish()
    return recorded(node, trusted)


def _frozen_not_yet() -> Case:
    node = directory()
    return recorded(node, copy_of(node), now=node.head.exp - 1)


def _hinted() -> tuple[FakeNode, Trusted, HttpResponse]:
    node = directory()
    trusted = copy_of(node)
    node.put(node.listing("One more"))
    node.publish()
    page = node.answer(HttpRequest("GET", f"{node.origin}{CHANGES_PATH}?since={Cursor(*trusted.head.order).text}"))  # type: ignore[union-attr]
    return node, trusted, page


def _brought() -> Case:
    node, trusted, page = _hinted()
    return recorded(node, trusted, unasked=page)


def _within_budget() -> Case:
    node = directory()
    size = len(node.page(node.entries()).body)
    return recorded(node, nothing_of(node), budget={"records": 3, "size": size})


HONEST: dict[str, Callable[[], Case]] = {
    "honest: the whole directory": _first,
    "honest: over several pages": lambda: _first(5, page_lines=2),
    "honest: nothing in it": _empty,
    "honest: nothing new": _nothing_new,
    "honest: changed, new, and gone": _changed,
    "honest: changed between two pages": _changed_between_pages,
    "honest: heads that were missed are shown and linked": _heads_missed,
    "honest: away for longer than heads are kept": _away_for_long,
    "honest: an old cursor begins anew, and absence is deletion": _began_anew,
    "honest: began anew three times": _began_anew_three_times,
    "honest: a new document, its heads begin at 1": _new_document,
    "honest: a new document between two pages": _new_document_between_pages,
    "honest: within its budget to the byte": _within_budget,
    "a stolen key that ran ahead is overtaken by a new document": _overtaken,
    "poisoned records are set aside and stop nothing": _poisoned,
    "a poisoned record that was mended": _mended,
    "the same head until its last second": _frozen_not_yet,
    "a hint that brings what changed": _brought,
}


# Lying nodes.


def _shows(head_of: Callable[[FakeNode], tuple[Trusted, Head, Head]]) -> Callable[[], Case]:
    """A node that shows a head beside what is trusted; both are evidence."""

    def make() -> Case:
        node = directory()
        trusted, first, second = head_of(node)
        node.script(CHANGES_PATH, node.page([], head_text=second.text))
        return recorded(node, trusted, evidence=(first, second))

    return make


def _older(node: FakeNode) -> tuple[Trusted, Head, Head]:
    older, newer = node.head, node.publish()
    return copy_of(node), newer, older


def _older_document(node: FakeNode) -> tuple[Trusted, Head, Head]:
    older = node.head
    node.succeed()
    newer = node.publish()
    return copy_of(node), newer, older


def _same_number(node: FakeNode) -> tuple[Trusted, Head, Head]:
    return copy_of(node), node.head, node.sign_head(seq=1, prev=None, size=0)


def _following_another(node: FakeNode) -> tuple[Trusted, Head, Head]:
    trusted, first = copy_of(node), node.head
    return trusted, first, node.publish(prev=bytes(32))


def _two_pages(second_head: Callable[[FakeNode], Head]) -> Callable[[], Case]:
    """Two pages of one synchronisation, the second under another head."""

    def make() -> Case:
        node = directory(4, page_lines=2)
        shown = second_head(node)
        node.script(CHANGES_PATH, None, node.page(node.entries()[2:], head_text=shown.text))
        return recorded(node, nothing_of(node), evidence=(node.head, shown))

    return make


def _publish_and_show_older(node: FakeNode) -> Head:
    older = node.head
    node.publish()
    return older


def _restarted_to_older() -> Case:
    node = directory(4, page_lines=2)
    older, newer = node.head, node.publish()
    node.script(CHANGES_PATH, None, GONE, node.page(node.entries(), head_text=older.text))
    return recorded(node, nothing_of(node), evidence=(newer, older))


def _never_signed() -> Case:
    node = directory()
    node.publish()
    trusted, newest = copy_of(node), node.head
    node.heads.pop()
    return recorded(node, trusted, evidence=(newest, ""))


def _fork_between() -> Case:
    node = directory()
    trusted, first = copy_of(node), node.head
    fork = node.publish(prev=bytes(32))
    node.publish()
    node.publish()
    return recorded(node, trusted, evidence=(first, fork))


def _fork_at_the_end() -> Case:
    node = directory()
    trusted, shown = copy_of(node), node.publish()
    last = node.publish(prev=bytes(32))
    return recorded(node, trusted, evidence=(shown, last))


def _shown_and_denied() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.put(node.listing("New"))
    to_us, to_all = node.sign_head(floor=1), node.publish()
    node.put(node.listing("Last"))
    node.publish()
    node.script(CHANGES_PATH, node.page(node.entries(since=1)[:1], more=True, head_text=to_us.text))
    node.publish()
    return recorded(node, trusted, evidence=(to_us, to_all))


def _at(now: Callable[[FakeNode], int]) -> Callable[[], Case]:
    def make() -> Case:
        node = directory()
        return recorded(node, copy_of(node), now=now(node))

    return make


def _page(change: Callable[[FakeNode], HttpResponse], *, known: bool = False) -> Callable[[], Case]:
    """A node that answers once with another page."""

    def make() -> Case:
        node = directory(4)
        trusted = copy_of(node) if known else nothing_of(node)
        node.script(CHANGES_PATH, change(node))
        return recorded(node, trusted)

    return make


def _without(left_out: int) -> Callable[[FakeNode], HttpResponse]:
    def change(node: FakeNode) -> HttpResponse:
        entries = node.entries()
        del entries[left_out]
        return node.page(entries)

    return change


def _one_more(node: FakeNode) -> HttpResponse:
    other = FakeNode.with_listings(1, label="another")
    return node.page(sorted([*node.entries(), *other.entries()], key=lambda entry: (entry.seq, entry.id)))


def _replaced(node: FakeNode) -> HttpResponse:
    other = FakeNode.with_listings(1, label="another").entries()[0]
    return node.page(sorted([*node.entries()[1:], other], key=lambda entry: (entry.seq, entry.id)))


def _published(**changed: Any) -> Callable[[], Case]:
    def make() -> Case:
        node = directory()
        trusted = copy_of(node)
        node.publish(**changed)
        return recorded(node, trusted)

    return make


def _deletion_left_out() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.remove(node.entries()[0].id)
    node.publish()
    node.script(CHANGES_PATH, node.page([]))
    return recorded(node, trusted)


def _mixed_pages() -> Case:
    node = directory(5, page_lines=3)
    former = node.entries()
    node.put(node.listing("Changed"), record_id=former[4].id)
    node.publish()
    node.script(CHANGES_PATH, None, node.page(former[3:]))
    return recorded(node, nothing_of(node))


def _old_line_again() -> Case:
    node = directory()
    old = node.entries()[0]
    trusted = copy_of(node)
    node.put(node.listing("Changed"), record_id=old.id)
    node.publish()
    changed = node.entries(since=1)[0]
    node.script(CHANGES_PATH, node.page([type(old)(changed.seq, old.id, old.digest, old.line)]))
    return recorded(node, trusted)


def _damaged_copy() -> Case:
    node = directory()
    trusted = copy_of(node)
    trusted.tree.put(next(iter(sorted(trusted.tree)))[0], bytes(32))
    return recorded(node, trusted)


def _lying_hint() -> Case:
    node, trusted, _ = _hinted()
    other = FakeNode.with_listings(1, label="another").entries()[0]
    brought = node.entries(since=1)[0]
    page = node.page([type(other)(brought.seq, other.id, other.digest, other.line)])
    return recorded(node, trusted, unasked=page)


def _outside(make_page: Callable[[FakeNode], HttpResponse]) -> Callable[[], Case]:
    def make() -> Case:
        node = directory()
        trusted = copy_of(node)
        page = make_page(node)
        node.script(CHANGES_PATH, page)
        return recorded(node, trusted)

    return make


def _lines_known_already(node: FakeNode) -> HttpResponse:
    entries = node.entries()
    node.publish()
    return node.page(entries)


def _lines_ahead(node: FakeNode) -> HttpResponse:
    node.put(node.listing("Not yet signed"))
    return node.page([*node._entries.values()][-1:])  # what no head covers yet


def _repeating() -> Case:
    node = directory(4, page_lines=2)
    again = node.page(node.entries()[:2], more=True)
    node.script(CHANGES_PATH, again, again)
    return recorded(node, nothing_of(node))


def _forged(make_head: Callable[[FakeNode, FakeNode], str]) -> Callable[[], Case]:
    def make() -> Case:
        node, other = directory(), FakeNode.with_listings(3, label="another")
        trusted = copy_of(node)
        node.script(CHANGES_PATH, node.page([], head_text=make_head(node, other)))
        return recorded(node, trusted)

    return make


def _with_the_same_key(node: FakeNode, other: FakeNode) -> str:
    other.key = node.key
    return other.sign_head().text


def _endless(budget: dict[str, int]) -> Callable[[], Case]:
    def make() -> Case:
        node = directory(20, page_lines=1)
        return recorded(node, nothing_of(node), budget=budget)

    return make


def _one_too_many() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.put(node.listing("One more"))
    node.publish()
    return recorded(node, trusted, budget={"records": 3})


def _one_byte_too_many() -> Case:
    node = directory()
    return recorded(node, nothing_of(node), budget={"size": len(node.page(node.entries()).body) - 1})


def _far_ahead() -> Case:
    node = directory()
    trusted = copy_of(node)
    between = [node.publish().text for _ in range(3)]
    far = node.sign_head(seq=limits.SAFE_INTEGER)
    node.script(CHANGES_PATH, node.page([], head_text=far.text))
    node.script(HEADS_PATH, heads_answer(*between), heads_answer())
    return recorded(node, trusted)


def _always_anew() -> Case:
    node = directory()
    trusted = copy_of(node)
    node.script(CHANGES_PATH, GONE, GONE, GONE, GONE)
    return recorded(node, trusted)


def _between(answer: Callable[[FakeNode], HttpResponse]) -> Callable[[], Case]:
    """What is answered when the heads between two synchronisations are asked for."""

    def make() -> Case:
        node = directory()
        trusted = copy_of(node)
        for _ in range(4):
            node.publish()
        node.script(HEADS_PATH, answer(node))
        return recorded(node, trusted)

    return make


def _texts(*numbers: int) -> Callable[[FakeNode], HttpResponse]:
    return lambda node: heads_answer(*(node.heads[number - 1].text for number in numbers))


def _body(body: bytes, status: int = 200) -> Callable[[FakeNode], HttpResponse]:
    return lambda _: HttpResponse(status, {}, body)


def _renewed(documents: Callable[[FakeNode, Chain], HttpResponse | None]) -> Callable[[], Case]:
    """A head under a new document, and what is shown of it. `documents`: the answer, from the node and its former chain."""

    def make() -> Case:
        node = directory()
        trusted, former = copy_of(node), node.chain
        node.succeed()
        node.publish()
        node.script(CHANGES_PATH, node.page([]))
        node.script(WELL_KNOWN_PATH, documents(node, former))
        return recorded(node, trusted)

    return make


def _well_known(chain: list[str]) -> HttpResponse:
    inner = ",".join(f'"{text}"' for text in chain)
    return HttpResponse(200, {}, f'{{"docs":[{inner}]}}'.encode())


def _two_documents() -> Case:
    node, thief = directory(), directory()
    trusted = copy_of(node)
    trusted.chain = node.succeed()
    for _ in range(2):
        thief.succeed(origin="https://taken.example")
    thief.publish()
    return recorded(thief, trusted, evidence=(node.chain.texts[1], thief.chain.texts[1]))


def _squatter(documents: int) -> Callable[[], Case]:
    """Another node at the address of the one that is known."""

    def make() -> Case:
        node, squatter = directory(), FakeNode.with_listings(3, label="squatter")
        trusted = copy_of(node)
        for _ in range(documents):
            squatter.succeed(origin=node.origin)
            squatter.publish()
        return recorded(squatter, trusted)

    return make


def _old_key() -> Case:
    node = directory()
    trusted = copy_of(node)
    older = node.publish()
    trusted.chain = node.succeed()
    node.publish()
    node.script(CHANGES_PATH, node.page([], head_text=older.text))
    return recorded(node, trusted)


Refusals = tuple[Code, str, dict[str, Callable[[], Case]]]
REFUSED: tuple[Refusals, ...] = (
    (
        Code.ROLLBACK,
        "(doc, seq) never falls below what is trusted or was shown: both heads are kept as evidence.",
        {
            "rollback: an older head than the trusted one": _shows(_older),
            "rollback: an older document": _shows(_older_document),
            "rollback: an older head on a later page": _two_pages(_publish_and_show_older),
            "rollback: an older head after beginning anew": _restarted_to_older,
            "rollback: it says it never signed the head we have": _never_signed,
        },
    ),
    (
        Code.EQUIVOCATION,
        "Two heads with one number, or that follow different ones, cannot both be true: both are kept as evidence.",
        {
            "two faces: another head with the same number": _shows(_same_number),
            "two faces: another head with the same number on a later page": _two_pages(
                lambda node: node.sign_head(seq=1, prev=None, size=0)
            ),
            "two faces: a next head that follows another one": _shows(_following_another),
            "two faces: a head between that follows another one": _fork_between,
            "two faces: the newest follows another one than is shown": _fork_at_the_end,
            "two faces: a head that a page showed is not among those between": _shown_and_denied,
        },
    ),
    (
        Code.HEAD_EXPIRED,
        "A head that has expired is not believed again: its node is frozen, or gone.",
        {"freeze: the same head after its end": _at(lambda node: node.head.exp)},
    ),
    (
        Code.HEAD_FUTURE,
        "A head of the future is not believed: one of two clocks is wrong.",
        {"a head of the future": _at(lambda node: node.now - limits.SKEW - 1)},
    ),
    (
        Code.FEED_SIZE,
        "At the end there are as many records as the last page's head says.",
        {
            "a record that was left out": _page(_without(2)),
            "all records left out": _page(lambda node: node.page([])),
            "a record of another node among them": _page(_one_more),
            "a deletion that was left out": _deletion_left_out,
            "a head that says one more": _published(size=4),
            "a head that says one fewer": _published(size=2),
        },
    ),
    (
        Code.FEED_ROOT,
        "At the end the tree of what came has the root that the last page's head signs.",
        {
            "mix and match: pages of two states": _mixed_pages,
            "mix and match: an old line under a new number": _old_line_again,
            "a record replaced by another node's": _page(_replaced),
            "a head over something else": _published(root=bytes(32)),
            "our own copy is damaged": _damaged_copy,
            "a hint that brings something else": _lying_hint,
        },
    ),
    (
        Code.FEED_HASH,
        "The hash of a line is checked before anything else is done with it.",
        {
            "a record with one letter changed": _page(
                lambda node: HttpResponse(200, {}, node.page(node.entries()).body.replace(b"Listing 3", b"Listing X"))
            )
        },
    ),
    (
        Code.FEED_ORDER,
        "Lines are among what was asked for: after the cursor and the last line, not after the head.",
        {
            "lines that are known already": _outside(_lines_known_already),
            "lines that no head covers yet": _outside(_lines_ahead),
            "endless: a page that repeats itself": _repeating,
        },
    ),
    (
        Code.FEED_FORM,
        "A page is of its form, or nothing in it is read.",
        {
            "a page without its last line end": _page(
                lambda node: HttpResponse(200, {}, node.page(node.entries()).body[:-1])
            ),
            "endless: an empty page that promises more": _page(lambda node: node.page([], more=True)),
        },
    ),
    (
        Code.BUDGET,
        "A directory holds what was agreed to and no more, counted while it comes.",
        {
            "endless: more bytes than agreed": _endless({"size": 6_000}),
            "endless: more records than agreed": _endless({"records": 5}),
            "one record too many in what changed": _one_too_many,
            "one byte too many": _one_byte_too_many,
        },
    ),
    (
        Code.BUSY,
        "Whoever begins anew a fourth time in one synchronisation is left alone; the old state stays in use.",
        {"endless: begins anew again and again": _always_anew},
    ),
    (
        Code.HEAD_CHAIN,
        "Between two trusted heads all heads of the last 90 days are shown, each once, in order.",
        {
            "fast-forward: a number far ahead without the heads between": _far_ahead,
            "no heads between": _between(lambda _: heads_answer()),
            "a head between left out": _between(_texts(3)),
            "a head between twice": _between(_texts(2, 2)),
            "the last head among those between": _between(_texts(2, 3, 4, 5)),
        },
    ),
    (
        Code.RESPONSE_FORM,
        "An answer has status 200, or 410 where a cursor is too old; nothing else is read, and no redirect followed.",
        {f"status {status}": _page(_body(b"", status)) for status in (204, 301, 401, 404, 429, 500)}
        | {
            "heads that are not there": _between(_body(b"", 404)),
            "documents that are not there": _renewed(lambda *_: HttpResponse(404, {}, b"")),
            "a conflict before anything is known": _page(_body(b"", 409)),
        },
    ),
    (
        Code.SHAPE,
        "Heads and documents are listed as texts.",
        {
            "heads as a text": _between(_body(b'{"heads":"x"}')),
            "heads as numbers": _between(_body(b'{"heads":[1]}')),
            "no heads member": _between(_body(b"{}")),
            "documents as a text": _renewed(lambda *_: HttpResponse(200, {}, b'{"docs":"x"}')),
        },
    ),
    (
        Code.JSON_SYNTAX,
        "Every answer is strict JSON where it is JSON.",
        {
            "an empty answer": _page(lambda _: HttpResponse(200, {}, b"\n")),
            "a page for people": _page(lambda _: HttpResponse(200, {}, b"<!doctype html>\n")),
            "an empty list of heads": _between(_body(b"")),
        },
    ),
    (
        Code.JWS_HEADER,
        "A head is an envelope of a head.",
        {
            "a node document as a head": _forged(lambda node, _: node.chain.texts[0]),
            "no head at all": _forged(lambda *_: "x"),
            "no head among those between": _between(lambda _: heads_answer("x")),
        },
    ),
    (
        Code.SIGNATURE,
        "A head is signed with the key of the document it names, which is on file.",
        {
            "a head of another node": _forged(lambda _, other: other.head.text),
            "another node at a known address": _squatter(0),
            "a head with one bit changed": _forged(lambda node, _: node.head.text[:-4] + "AAAA"),
        },
    ),
    (
        Code.HEAD_OTHER_NODE,
        "A head names the node that is followed.",
        {"a head of another node, signed with our node's key": _forged(_with_the_same_key)},
    ),
    (
        Code.HEAD_OTHER_DOCUMENT,
        "A head is signed under the newest document that the node shows.",
        {
            "a head under a document that is not shown": _renewed(lambda _, former: _well_known(former.texts)),
            "a head under a document that a newer one has replaced": _old_key,
        },
    ),
    (
        Code.DOCUMENT_FORK,
        "Two valid documents with one number freeze the node: both are kept as evidence.",
        {"two documents with one number": _two_documents},
    ),
    (
        Code.DOCUMENT_OTHER_NODE,
        "Another identity at a known address is never trusted silently.",
        {"another node at a known address, with more documents": _squatter(1)},
    ),
    (
        Code.DOCUMENT_ORDER,
        "Documents are shown from the first one on.",
        {
            "the newest document alone": _renewed(lambda node, _: _well_known(node.chain.texts[1:])),
            "no documents": _renewed(lambda *_: _well_known([])),
        },
    ),
)
