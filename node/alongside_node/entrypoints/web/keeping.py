"""Seven words for somebody without an account: shown before anything is sent, in use only once something is (ADR 0009).

Until then they are in memory, for twenty minutes, under a random text that the page's form carries.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

from alongside_node.members import actions as members
from alongside_node.members import words as seven
from alongside_node.members.actions import Person, Role
from alongside_protocol import limits

from .visitor import Visitor

GUESTS_AN_HOUR: Final = 60
"""People without an account who may begin something, all together: each is a row for weeks, and no stranger is anybody to count by."""
TOGETHER: Final = "guests"
WORDS_SHOWN: Final = 20_000
"""Words in memory that strangers were shown and have not used: a kilobyte each. A flood has to be faster than people read."""


@dataclass(frozen=True)
class Keeping:
    """Words that were shown and are not in use yet. `pending`: what the form carries."""

    words: tuple[str, ...]
    lang: str
    pending: str = ""


def shown_before(visitor: Visitor) -> Keeping | None:
    """The words that the page before showed; None when they are gone."""
    kept = visitor.site.pending.find(visitor.text("pending"))
    return replace(kept, pending=visitor.text("pending")) if isinstance(kept, Keeping) else None


def to_show(visitor: Visitor) -> Keeping:
    """The words for the next page: none for somebody who has words already, else those of the page before, else new ones."""
    lang = seven.language_of(visitor.lang)
    if visitor.person is not None:
        return Keeping((), lang)
    if (before := shown_before(visitor)) is not None:
        return before
    words = seven.generate(visitor.lang, visitor.edge.random)
    return Keeping(words, lang, visitor.site.pending.keep(Keeping(words, lang), known=False))


def problems(visitor: Visitor) -> dict[str, str]:
    """What stands in the way of sending: somebody without an account has kept the words that were shown, and not too many come at once."""
    if visitor.person is not None:
        return {}
    if visitor.text("kept") != "yes" or shown_before(visitor) is None:
        return {"kept": "agree"}
    return {} if visitor.site.guests.is_left(TOGETHER, visitor.now) else {"kept": "busy"}


async def come_in(visitor: Visitor) -> tuple[Person, str]:
    """(who sends, the cookie of a session that is new, or ""): somebody signed in, or a guest whose words are in use from now on.

    Raises `Refused` (`busy`) when too many came meanwhile.
    """
    if visitor.person is not None:
        return visitor.person, ""
    keeping, edge, now = shown_before(visitor), visitor.edge, visitor.now
    visitor.site.guests.take(TOGETHER, now)
    assert keeping is not None  # noqa: S101 - `problems` was empty
    derived = await visitor.site.derivation.derive(" ".join(keeping.words), edge.keys().words_salt)
    joining = members.prepare(
        derived, node=edge.me, name="", role=Role.GUEST, lang=keeping.lang, now=now, random=edge.random
    )
    # The row would go today; what is sent lets it stay.
    person = Person(replace(joining.member, last_day=now // limits.DAY), joining.key)

    def work(tx: Any) -> str:
        members.add(tx, person.member)
        return members.begin_session(tx, person, now=now, random=edge.random)

    return person, await edge.write(work)


async def go_again(visitor: Visitor, person: Person, cookie: str) -> None:
    """Nothing was sent: a guest who was made for it is gone again."""
    if cookie:
        await visitor.edge.write(lambda tx: members.remove(tx, person.member.id))
