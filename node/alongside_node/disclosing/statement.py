"""The statement: of every table and column what it is, and in plain words what a table gives away and what stays weak. Pure.

What is readable, and what was found nowhere, is not claimed here: it is read from `measured.json`, which the seizure test writes when it is asked to
(`tests/federation/test_seizure.py`) and compares every time. A table or column that is not in here fails the build.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

MEASURED: Final = "measured.json"


def N_(text: str) -> str:  # noqa: N802 - gettext's name for a text that is translated where it is shown
    """Mark a text for translation."""
    return text


class Kept(StrEnum):
    """What a column holds."""

    READABLE = "readable"
    SHOWN = "shown"
    SEALED = "sealed"
    LOCKED = "locked"
    BESIDE = "beside"
    HASHED = "hashed"
    CHANCE = "chance"
    TIME = "time"
    MARK = "mark"
    OURS = "ours"


KEPT: Final[Mapping[str, str]] = MappingProxyType(
    {
        Kept.READABLE: N_("readable as it is"),
        Kept.SHOWN: N_("readable, and shown to others anyway"),
        Kept.SEALED: N_("sealed to one person, and opened by their key alone"),
        Kept.LOCKED: N_("locked with something that is not on this machine"),
        Kept.BESIDE: N_("locked, and the key lies in a file beside the database"),
        Kept.HASHED: N_("a fingerprint that cannot be turned back"),
        Kept.CHANCE: N_("a random name that says nothing by itself"),
        Kept.TIME: N_("a day or a time"),
        Kept.MARK: N_("a state, a number or a code"),
        Kept.OURS: N_("a key or a signed text of this server itself"),
    }
)
"""What each means, in plain words."""

KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "account_name": N_("the name of an account, as stewards see it"),
        "listing": N_("a listing that is published"),
        "draft": N_("a listing that nobody sees yet"),
        "holder_name": N_("a name on a listing"),
        "community": N_("what a community says of itself"),
        "need": N_("what somebody looks for and has posted, also without an account"),
        "imported": N_("what was read in from a list of another program"),
        "told_at": N_("where somebody is told that something is new: an e-mail address, or what a command is given"),
        "program_label": N_("what somebody calls a program of theirs"),
        "peer_note": N_("a note for whom an invitation to another community is"),
        "search": N_("what somebody looked for"),
        "request": N_("the words of a request"),
        "request_name": N_("a name given in a request"),
        "contact": N_("how else to reach somebody"),
        "needs": N_("what makes it easier, and good times"),
        "answer": N_("an answer"),
        "message": N_("what was written after it"),
        "beside_name": N_("the name of somebody who answers beside others"),
        "joining": N_("how those join who were accepted"),
        "concern": N_("a concern, and what was said about it with either side"),
        "seven_words": N_("seven words, also of people without an account"),
        "four_words": N_("four words that were given to somebody on the telephone"),
        "printed_code": N_("a printed code"),
        "invitation": N_("the code of an invitation"),
        "session": N_("what a browser is known by while somebody is signed in"),
        "token": N_("what a program is known by"),
        "typed": N_("what somebody typed that was wrong"),
        "network_address": N_("an address on the network"),
        "browser": N_("the name of a browser, and where somebody came from"),
    }
)
"""What the seizure test plants of every person, in plain words."""


@dataclass(frozen=True)
class Table:
    """One table. `says`: what is in it; `weak`: what it gives away although nothing in it can be read."""

    says: str
    columns: Mapping[str, Kept]
    weak: str = ""


def _columns(**kinds: str) -> Mapping[str, Kept]:
    return {name: Kept(kind) for kind, names in kinds.items() for name in names.split()}


TABLES: Final[Mapping[str, Table]] = MappingProxyType(
    {
        "member": Table(
            N_("Who has an account, and how many people asked without one."),
            _columns(
                readable="name lang",
                mark="role",
                hashed="lookup",
                shown="public",
                locked="private",
                sealed="box",
                time="joined last_day",
                chance="id",
            ),
            N_(
                "The names under which stewards know people, their language, and the quarter in which they joined. Not whether or what they asked."
            ),
        ),
        "session": Table(
            N_("Who was signed in within the last 20 minutes."),
            _columns(hashed="token", chance="member", locked="key", time="ends"),
            N_("That somebody was there, to the minute. The row goes when they sign out, or after 20 quiet minutes."),
        ),
        "recovery": Table(
            N_("Who made a printed code."),
            _columns(chance="member", hashed="lookup", locked="private"),
        ),
        "invitation": Table(
            N_("How many invitations are open."), _columns(hashed="code", mark="role", time="last_day")
        ),
        "grant": Table(
            N_("Which programs may act for whom."),
            _columns(hashed="token", chance="member", readable="label", time="last_day"),
            N_("What somebody calls the program, in their own words."),
        ),
        "relay_key": Table(
            N_("The keys of the phone line, without the keys themselves."),
            _columns(chance="id", mark="current", time="last_day"),
        ),
        "relay_share": Table(
            N_("Who answers the phone line, with a part in its key for each of them."),
            _columns(chance="key member", sealed="sealed"),
            N_(
                "Who asks for callers, not for whom. Four words can be tried only by somebody who has this machine and also the seven words of one"
                " of these people. Then one computer takes thousands of years to find those of a caller; thousands of strong ones take some weeks."
            ),
        ),
        "channel": Table(
            N_("Who wants to be told that something is new, and about which request."),
            _columns(
                chance="id member mailbox", mark="kind people_only stage attempts", beside="sealed", time="next_at"
            ),
            N_(
                "The key to it lies in a file beside the database: whoever takes the whole machine can read where these people are told, whoever copies the database alone cannot. Of a request it says its random name, not who asked."
            ),
        ),
        "block": Table(
            N_("How many times somebody was blocked."),
            _columns(hashed="mark", sealed="note"),
        ),
        "concern": Table(
            N_("How many concerns were raised that are not long over, and where each stands."),
            _columns(
                chance="id", shown="key talk_key", sealed="sealed", mark="standing state may_talk", time="last_day ends"
            ),
            N_("On which day each was raised, and if it was someone with an account here. Not who, not about what."),
        ),
        "concern_share": Table(
            N_("What opens them, sealed to those who may read."),
            _columns(chance="id concern", sealed="sealed"),
            N_("There are as many as people who look after the community, so nobody can tell who was left out."),
        ),
        "concern_word": Table(
            N_("What was said about them."),
            _columns(chance="id concern", mark="n aside", time="day", sealed="sealed"),
            N_("On which day, how often, and roughly how long it is."),
        ),
        "concern_talk": Table(
            N_("Which listings those who look after the community talk about with their people."),
            _columns(
                chance="concern", shown="listing listing_key", sealed="private", time="shown_until", hashed="shown_by"
            ),
            N_(
                "That someone raised a concern about this listing, before others can see that it is being talked about. Whoever has this machine can also"
                " find out which steward let it show."
            ),
        ),
        "asked": Table(
            N_(
                "That somebody here asked something in a community, where it stands, until which day, and what is to happen if nobody answers."
            ),
            _columns(
                chance="ref mailbox",
                shown="peer",
                mark="state sent seen missing problem reason if_silent",
                time="until final_day answer_by",
            ),
            N_("Not who asked, not whom, not what: only the sealed box of one person names it."),
        ),
        "incoming": Table(
            N_("That a listing here was asked, from which community, and where it stands."),
            _columns(
                shown="peer listing key",
                chance="ref alias",
                hashed="handle",
                mark="standing consent state sent seen missing",
                time="until came final_day later_day company_day",
            ),
            N_(
                "Which kinds of things were written (as: words, a name, how to reach them), never what. That two requests came from one person of another community."
            ),
        ),
        "beside": Table(
            N_("How many people offered to answer a request beside others."),
            _columns(chance="public ref", shown="peer", sealed="name"),
        ),
        "letter": Table(
            N_("What people wrote to each other."),
            _columns(chance="id place", mark="type ours n", sealed="sealed", time="day"),
            N_("On which day, and roughly how long it is."),
        ),
        "early": Table(
            N_("Messages that came before those they follow, and that a request was deleted."),
            _columns(shown="peer", chance="ref", mark="n", sealed="body", time="kept_until"),
        ),
        "erasure": Table(
            N_("That a request was deleted, and what the other community says about it."),
            _columns(chance="ref", shown="peer receipt", time="asked"),
        ),
        "fit_asked": Table(
            N_("That somebody asked whether there is room, in which community. It goes after 48 hours."),
            _columns(chance="ref mailbox", shown="peer", mark="problem", time="ends"),
        ),
        "fit_told": Table(
            N_("That a community asked whether there is room, and about which listings. It goes after 48 hours."),
            _columns(shown="peer listings", chance="ref", sealed="body", time="due ends"),
        ),
        "turn_round": Table(
            N_("That several are asked one after another: who has it now, and until when. It goes after 14 days."),
            _columns(chance="id active", mark="days", time="next_at ends"),
        ),
        "turn": Table(
            N_("What is sealed and waits for its turn, and to which community it would go."),
            _columns(
                chance="ref round mailbox",
                mark="position lies which pin",
                shown="peer",
                sealed="body",
                time="until not_after",
            ),
            N_(
                "Not to which listing. But whoever has this machine has what these marks are made with, and can try every listing of that"
                " community: then they know which ones somebody asks in which order, and not who."
            ),
        ),
        "outbox": Table(
            N_("What waits to leave."),
            _columns(
                chance="id ref",
                shown="peer",
                mark="type attempts order",
                sealed="body",
                time="not_after next_at",
                ours="invitation",
            ),
            N_(
                "To which community, and to the second since when, for as long as it waits: if a community cannot be reached, up to two weeks."
            ),
        ),
        "received": Table(
            N_("Which messages have come in, so that none is taken twice."),
            _columns(shown="sender", chance="id", hashed="digest", time="exp next_at", sealed="body"),
            N_("From which community, and about when. The message itself goes as soon as it was acted on."),
        ),
        "peer_health": Table(
            N_("Which communities could not be reached lately."),
            _columns(shown="peer", mark="failures code", time="next_at"),
        ),
        "joining": Table(
            N_("That something here tells how to join, to those who were accepted."),
            _columns(shown="listing key", sealed="sealed"),
        ),
        "listing": Table(
            N_("What people here offer and look for, also what nobody sees yet."),
            _columns(
                chance="id",
                mark="state rev stops_after",
                readable="content source source_key waiting_for",
                time="open_until",
            ),
            N_("Drafts can be read as they are. They go 90 days after somebody last changed them."),
        ),
        "listing_holder": Table(
            N_("Who keeps which listing."),
            _columns(chance="listing member", readable="name"),
            N_("This joins a name that stewards know to a name on a listing."),
        ),
        "listing_key": Table(
            N_("The keys that listings are asked with."),
            _columns(shown="public listing", mark="current", time="last_day"),
        ),
        "listing_key_share": Table(
            N_("The private halves of these keys."), _columns(shown="public", chance="member", sealed="sealed")
        ),
        "fit_said": Table(
            N_("What people said about room in their listing."),
            _columns(shown="listing", mark="answer", time="last_day"),
        ),
        "entry": Table(
            N_("All listings that can be found here, ours and those of other communities."),
            _columns(mark="position generation seq", shown="id line", hashed="digest", time="last_day"),
        ),
        "own_record": Table(
            N_("What we show to other communities."),
            _columns(shown="id line", mark="seq", hashed="digest", time="removed"),
        ),
        "own_change": Table(
            N_("What other communities learn with the next signature."), _columns(shown="id line", hashed="digest")
        ),
        "own_head": Table(
            N_("Our signatures under our directory."),
            _columns(mark="doc seq", ours="text", time="iat"),
            N_("To the second, when something in it changed."),
        ),
        "generation": Table(N_("Which directories are in use."), _columns(mark="id active", shown="peer")),
        "replica": Table(
            N_("How far we follow other communities."),
            _columns(shown="peer head", mark="doc seq code", time="exp checked"),
        ),
        "set_aside": Table(
            N_("What another community showed and we cannot use."),
            _columns(mark="generation seq code", shown="id line", hashed="digest"),
        ),
        "peer": Table(
            N_("Which communities we know, and what we agreed on."),
            _columns(
                shown="node origin chain name profile",
                mark="state ours theirs max_records max_bytes",
                time="listings_from review_day",
            ),
            N_("With whom we work together."),
        ),
        "peer_invitation": Table(
            N_("Invitations to other communities that are open."),
            _columns(chance="id", ours="token", readable="note", time="last_day"),
            N_("The note can be read."),
        ),
        "evidence": Table(
            N_("What another community signed and contradicts. It goes after a year, unless it still counts."),
            _columns(chance="id", shown="peer first second", mark="code", time="day"),
        ),
        "community": Table(
            N_("Who this community is."), _columns(mark="id rev", shown="profile record_id", ours="words_salt secret")
        ),
        "node_document": Table(N_("Who this server is."), _columns(mark="n", ours="text")),
        "node_key": Table(
            N_("The keys of this server."),
            _columns(shown="public", mark="purpose doc", ours="private", time="exp"),
            N_(
                "Whoever takes them can speak as this community until the recovery sheets decide otherwise, and can open the outer cover of what comes in within 30 days, not the words in it."
            ),
        ),
    }
)
"""Every table; a test compares with `schema`."""

INDEX: Final = "entry_words"
"""The words of `entry`, once more, for searching."""

WEAK: Final = (
    N_("While you are signed in, you trust this server and those who run it. They could read what you open."),
    N_(
        "Where a row lies in the file tells what came together, until the file is written anew: ten minutes after a deletion, and each day."
    ),
    N_(
        "Disks and their copies may keep what was overwritten. The disk should be encrypted, and so should what the memory is moved out to."
    ),
    N_("On PostgreSQL what was deleted stays in its files for a while, and they tell what was written together."),
    N_("This version makes no backups. Whoever copies the folder keeps what was in it."),
    N_("Whoever watches the network sees that communities speak to each other, when, and how much."),
)
"""What stays weak whatever a table holds."""


@dataclass(frozen=True)
class Measured:
    """What the seizure test found. `readable`: table → kinds that could be read there; `nowhere`: kinds that were in no table and no file."""

    readable: Mapping[str, tuple[str, ...]]
    nowhere: tuple[str, ...]


@cache
def measured() -> Measured:
    """The result, as it was last written."""
    said: dict[str, Any] = json.loads(files(__package__).joinpath(MEASURED).read_text("utf-8"))
    readable: dict[str, set[str]] = {}
    for place, kinds in said["readable"].items():
        readable.setdefault(place.partition(".")[0], set()).update(kinds)
    return Measured({table: tuple(sorted(kinds)) for table, kinds in readable.items()}, tuple(said["nowhere"]))


def as_values() -> dict[str, Any]:
    """The whole statement as plain values, for JSON."""
    found = measured()
    return {
        "tables": {
            name: {
                "says": table.says,
                "weak": table.weak,
                "readable": [KINDS[kind] for kind in found.readable.get(name, ())],
                "columns": {column: kept.value for column, kept in table.columns.items()},
            }
            for name, table in TABLES.items()
        },
        "nowhere": [KINDS[kind] for kind in found.nowhere],
        "weak": list(WEAK),
    }
