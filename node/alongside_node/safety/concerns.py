"""Raising a concern with only what somebody chooses to show, and what becomes of it (mission.md, "Moderation is care between people").

What is shown is sealed to a key of its own. What opens it is sealed to those who look after the community and are not part of it, and lies in
the box of who raised it; no row names either. There are as many shares as there are stewards, some sealed to nobody, so that no row tells
who was left out. What is said with the other side is sealed to a second key. Never says to the other side who spoke; never leaves this node.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from alongside_node.foundation.database import Reading, Writing
from alongside_node.members import actions as members
from alongside_node.members.actions import Member, Person
from alongside_protocol import base64url, sealing
from alongside_protocol.errors import Refused
from alongside_protocol.identifiers import NodeId, Random, new_record_id
from alongside_protocol.sealing import Context, SealPrivateKey, SealPublicKey

from . import concern_rules as rules
from . import concern_store as store
from .concern_rules import Move, NotNowError, Party, Standing, State
from .concern_store import Concern, Talk, Word
from .rules import Deriving

_SHARE: Final = "concern-share"
_SHOWN: Final = "concern-shown"
_WORD: Final = "concern-word"
_TALK: Final = "concern-talk"

any_talk, being_talked_about, forget_talks = store.any_talk, store.shown, store.remove_talks


@dataclass(frozen=True)
class Marked:
    """A message of a request that is shown along. `ours`: written by who raises the concern."""

    ours: bool
    day: int
    words: str


@dataclass(frozen=True)
class Shown:
    """All that is shown, and nothing else. `readers`: to whom, as (id, name); `name`: as who raises it wants to be called, or ""."""

    node: str
    listing: str
    title: str
    lang: str
    community: str
    words: str = field(repr=False)
    name: str = ""
    messages: tuple[Marked, ...] = field(default=(), repr=False)
    readers: tuple[tuple[str, str], ...] = ()

    def dumped(self) -> bytes:
        """As it is sealed."""
        said = {
            "node": self.node,
            "listing": self.listing,
            "title": self.title,
            "lang": self.lang,
            "community": self.community,
            "words": self.words,
            "name": self.name,
            "messages": [[one.ours, one.day, one.words] for one in self.messages],
            "readers": [list(one) for one in self.readers],
        }
        return json.dumps(said, ensure_ascii=False).encode("utf-8")


def _shown(raw: bytes) -> Shown:
    said: dict[str, Any] = json.loads(raw)
    return Shown(
        **{name: said[name] for name in ("node", "listing", "title", "lang", "community", "words", "name")},
        messages=tuple(Marked(*one) for one in said["messages"]),
        readers=tuple((member, name) for member, name in said["readers"]),
    )


@dataclass(frozen=True)
class Said:
    """Something that was said, opened. `step`: what was done along with it; `until`: of an agreement, its last day."""

    by: Party
    step: Move
    words: str
    day: int
    until: int | None = None


@dataclass(frozen=True)
class Opened:
    """A concern as somebody who may read it sees it. `talk`: what opens the talk with the other side, None for who raised it."""

    row: Concern
    shown: Shown
    key: SealPrivateKey = field(repr=False)
    said: tuple[Said, ...]
    talk: SealPrivateKey | None = field(default=None, repr=False)
    aside: tuple[Said, ...] = ()
    talking: Talk | None = None


def _context(me: NodeId, kind: str, about: str, part: str = "") -> Context:
    return Context(from_=me, to=me, id=part, type=kind, ref=about, n=0)


# Raising one.


@dataclass(frozen=True)
class Raising:
    """A concern that was sealed and waits for its transaction."""

    row: Concern
    shares: Mapping[str, bytes] = field(repr=False)
    box: bytes = field(repr=False)


def prepare(  # noqa: PLR0913 - everything that a concern is made of, by name
    person: Person,
    shown: Shown,
    readers: Sequence[Member],
    *,
    may_talk: bool,
    standing: Standing,
    stewards: int,
    me: NodeId,
    now: int,
    random: Random,
    gone: Iterable[str] = (),
) -> Raising:
    """Seal it. `stewards`: how many there are, readers or not; `gone`: concerns that the person's box can forget.

    Raises `Refused` (`seal-too-large`).
    """
    concern, key, talk = new_record_id(random), SealPrivateKey.generate(random), SealPrivateKey.generate(random)
    shown = replace(shown, readers=tuple((reader.id, reader.name) for reader in readers))
    sealed = sealing.seal(shown.dumped(), key.public, _context(me, _SHOWN, concern))
    opens = json.dumps({"key": base64url.encode(key.raw), "talk": base64url.encode(talk.raw)}).encode("ascii")
    to = [(reader.public, reader.id) for reader in readers]
    nobody = [
        (SealPrivateKey.generate(random).public.text, new_record_id(random))
        for _ in range(max(stewards - len(readers), 0))
    ]
    shares: dict[str, bytes] = {
        new_record_id(random): members.seal_to(public, opens, node=me, member_id=member, what=_SHARE, about=concern)
        for public, member in (*to, *nobody)
    }
    today = rules.day(now)
    ends = today + rules.LIFE_DAYS
    row = Concern(
        concern,
        key.public.text,
        talk.public.text,
        sealed,
        standing,
        State.WAITING,
        may_talk,
        rules.last_day(State.WAITING, ends=ends, today=today),
        ends,
    )
    box = members.open_box(person, me).without_concerns(gone).with_concern(concern, base64url.encode(key.raw))
    return Raising(row, shares, members.sealed_box(person, box, me))


def is_full(reading: Reading, standing: Standing) -> bool:
    """Whether there are as many of this kind as can be read."""
    return rules.is_full(standing, store.count_open(reading))


def begin(tx: Writing, person: Person, raising: Raising) -> bool:
    """Let it be read. False: there are as many as can be read. Raises `BoxChangedError`."""
    if is_full(tx, raising.row.standing):
        return False
    members.save_box(tx, person, raising.box)
    store.add(tx, raising.row, raising.shares)
    return True


# Reading them.


def own(reading: Reading, person: Person, *, me: NodeId) -> list[Opened]:
    """Those that this person raised: only their box names them."""
    keys = members.open_box(person, me).concerns
    found = []
    for row in store.several(reading, list(keys)):
        one = _opened(reading, row, SealPrivateKey(base64url.decode(keys[row.id])), None, me=me)
        if one is not None:
            found.append(one)
    return sorted(found, key=lambda one: (-one.row.ends, one.row.id))


def gone(reading: Reading, person: Person, *, me: NodeId) -> set[str]:
    """Of those that a person's box names, those of which nothing is left."""
    named = set(members.open_box(person, me).concerns)
    return named - {row.id for row in store.several(reading, list(named))}


def readable(reading: Reading, person: Person, *, me: NodeId) -> list[Opened]:
    """Those that were shown to this person: every share is tried, because no row says whose it is."""
    rows = store.every(reading)
    shares = store.shares(reading, [row.id for row in rows])
    found = [_by_share(reading, person, row, shares.get(row.id, []), me=me) for row in rows]
    return sorted((one for one in found if one is not None), key=lambda one: (one.row.ends, one.row.id))


def readable_one(reading: Reading, person: Person, concern: str, *, me: NodeId) -> Opened | None:
    """One of them; None for every other id."""
    row = store.find(reading, concern)
    shares = store.shares(reading, [concern]).get(concern, [])  # whether it is there or not costs the same
    return None if row is None else _by_share(reading, person, row, shares, me=me)


def _by_share(reading: Reading, person: Person, row: Concern, shares: list[bytes], *, me: NodeId) -> Opened | None:
    for sealed in shares:
        try:
            opens = json.loads(members.open_for(person, sealed, node=me, what=_SHARE, about=row.id))
        except Refused:
            continue
        key, talk = (SealPrivateKey(base64url.decode(opens[name])) for name in ("key", "talk"))
        return _opened(reading, row, key, talk, me=me)
    return None


def _opened(
    reading: Reading, row: Concern, key: SealPrivateKey, talk: SealPrivateKey | None, *, me: NodeId
) -> Opened | None:
    try:
        shown = _shown(sealing.open(row.sealed, key, _context(me, _SHOWN, row.id)))
    except Refused:
        return None
    words = store.words(reading, row.id)
    said = _read_words(words, row.id, key, me, aside=False)
    aside = () if talk is None else _read_words(words, row.id, talk, me, aside=True)
    return Opened(row, shown, key, said, talk, aside, store.talk(reading, row.id))


def _read_words(
    words: Sequence[Word], concern: str, key: SealPrivateKey, me: NodeId, *, aside: bool
) -> tuple[Said, ...]:
    found = []
    for word in words:
        if word.aside is not aside:
            continue
        raw = json.loads(sealing.open(word.sealed, key, _context(me, _WORD, concern, word.id)))
        found.append(Said(Party(raw["by"]), Move(raw["step"]), raw["words"], word.day, raw["until"]))
    return tuple(found)


# Doing something with one.


@dataclass(frozen=True)
class Step:
    """Something that is done with a concern, sealed and ready for its transaction."""

    concern: str
    party: Party
    move: Move
    words: tuple[Word, ...] = field(default=(), repr=False)
    agreed_days: int = rules.OPEN_DAYS
    talk: Talk | None = None


def word(row: Concern, said: Said, *, aside: bool = False, me: NodeId, random: Random) -> Word:
    """Something said, sealed: to who raised it and those who read it, or `aside`, with the other side."""
    name = new_record_id(random)
    raw = {"by": said.by.value, "step": said.step.value, "words": said.words, "until": said.until}
    to = SealPublicKey.from_text(row.talk_key if aside else row.key)
    sealed = sealing.seal(json.dumps(raw, ensure_ascii=False).encode("utf-8"), to, _context(me, _WORD, row.id, name))
    return Word(name, 0, aside, said.day, sealed)


def begin_talk(opened: Opened, listing_key: str, *, me: NodeId) -> Talk:
    """Ask those who keep the listing, who open the talk with its key. It tells them nothing of who spoke."""
    assert opened.talk is not None  # noqa: S101 - only who may read it begins one
    private = sealing.seal(opened.talk.raw, SealPublicKey.from_text(listing_key), _context(me, _TALK, opened.row.id))
    return Talk(opened.row.id, opened.shown.listing, listing_key, private)


def take(tx: Writing, step: Step, *, now: int) -> Concern:
    """Do it. Raises `NotNowError`: it is gone, cannot be done now, was not allowed, or too much was said already."""
    row, today = store.find(tx, step.concern), rules.day(now)
    if row is None:
        raise NotNowError("it is gone")
    after = rules.step(row.state, step.party, step.move)
    if step.move is Move.LISTEN and not row.may_talk:
        raise NotNowError("who raised it has not agreed to that")
    said = store.count_words(tx, row.id)
    if said + len(step.words) > rules.WORDS_AT_MOST:
        raise NotNowError("enough was said")
    last_day = rules.last_day(after, ends=row.ends, today=today, agreed_days=step.agreed_days)
    if step.move is Move.WRITE and after is State.AGREED:
        last_day = row.last_day  # an agreement ends on its day
    row = row.at(state=after, last_day=last_day)
    store.save(tx, row)
    for place, one in enumerate(step.words):
        store.add_word(tx, row.id, replace(one, n=said + place))
    if step.talk is not None:
        before = store.talk(tx, row.id) or step.talk
        store.put_talk(tx, replace(step.talk, shown_until=before.shown_until, shown_by=before.shown_by))
    _hide_unless_listening(tx, row)
    return row


def _hide_unless_listening(tx: Writing, row: Concern) -> None:
    talk = store.talk(tx, row.id)
    if talk is not None and talk.shown_until is not None and row.state is not State.LISTENING:
        store.put_talk(tx, replace(talk, shown_until=None))


def allow_talk(tx: Writing, concern: str, *, allowed: bool) -> None:
    """Who raised it says whether the other side may be asked."""
    row = store.find(tx, concern)
    if row is not None:
        store.save(tx, row.at(may_talk=allowed))


def take_back(tx: Writing, person: Person, box: bytes, concern: str) -> None:
    """Nothing is left of it; `box` no longer names it. Raises `BoxChangedError`."""
    members.save_box(tx, person, box)
    store.remove(tx, concern)


def forget(tx: Writing, several: Iterable[str]) -> None:
    """Who raised them leaves."""
    for concern in several:
        store.remove(tx, concern)


# Being talked about.


def show(tx: Writing, concern: str, secret: Deriving, member: str, *, now: int) -> None:
    """Let everybody see that the listing is being talked about: one alone for three days, a second one for longer.

    Raises `NotNowError`: the other side was not asked, or one alone wants to extend it.
    """
    row, talk, today = store.find(tx, concern), store.talk(tx, concern), rules.day(now)
    if row is None or talk is None or row.state is not State.LISTENING:
        raise NotNowError("the other side was not asked")
    mine = secret.derived("concern-shown", member, concern)
    if talk.shown_by == mine:
        raise NotNowError("one alone cannot extend it")
    days = rules.SHOWN_BY_ONE_DAYS if talk.shown_by is None else rules.SHOWN_DAYS
    store.put_talk(tx, replace(talk, shown_until=min(today + days, row.ends), shown_by=talk.shown_by or mine))


def hide(tx: Writing, concern: str) -> None:
    """It is not seen any more."""
    talk = store.talk(tx, concern)
    if talk is not None:
        store.put_talk(tx, replace(talk, shown_until=None))


def decided_first(opened: Opened, secret: Deriving, member: str) -> bool:
    """Whether this person let it be seen, so that only somebody else can extend it."""
    talking = opened.talking
    return talking is not None and talking.shown_by == secret.derived("concern-shown", member, opened.row.id)


# The other side.


@dataclass(frozen=True)
class Talked:
    """What those who keep a listing see of it."""

    row: Concern
    listing: str
    said: tuple[Said, ...]
    shown_until: int | None


def count_talks(reading: Reading, listings: Sequence[str]) -> int:
    """How many talks go on about these listings."""
    return sum(rules.may(row.state, Party.PEOPLE, Move.WRITE) for _, row in store.talks_about(reading, listings))


def talks(reading: Reading, listings: Sequence[str], keys: Mapping[str, SealPrivateKey], *, me: NodeId) -> list[Talked]:
    """Talks with those who keep these listings. `keys`: the listings' keys that this person has."""
    found = []
    for talk, row in store.talks_about(reading, listings):
        try:
            private = SealPrivateKey(sealing.open(talk.private, keys[talk.listing_key], _context(me, _TALK, row.id)))
        except (KeyError, Refused):
            continue
        said = _read_words(store.words(reading, row.id), row.id, private, me, aside=True)
        found.append(Talked(row, talk.listing, said, talk.shown_until))
    return found


# Time.


def forget_old(tx: Writing, now: int) -> int:
    """End what nobody took a step with, and drop what has been over for long enough; returns how many."""
    today = rules.day(now)
    old = store.past(tx, today)
    for row in old:
        if row.state in rules.OVER or row.ends < today:
            store.remove(tx, row.id)
            continue
        after = rules.step(row.state, Party.CLOCK, Move.END)
        ended = row.at(state=after, last_day=rules.last_day(after, ends=row.ends, today=today))
        store.save(tx, ended)
        _hide_unless_listening(tx, ended)
    return len(old)
