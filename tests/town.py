"""One community with everybody whom a guard has to tell apart, each with something of their own; and what a request to it costs.

`mira` offers and is asked, by `asker` and by `gus`, who has no account and looks for something too; `ida` has no account either, `lena` is a
member beside them who answers the phone line, as `stella` does, a steward, to whom `asker` raised a concern about what `mira` offers. Everything is real; only sockets and the slow derivation from words are left out where nobody signs in.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import copytree, rmtree
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, event

from alongside_node.directory.searching import Viewer
from alongside_node.entrypoints import acts, concerning
from alongside_node.entrypoints.web.visitor import csrf_of
from alongside_node.members import actions as members
from alongside_node.members import relaying
from alongside_node.members.actions import Person, Role
from alongside_node.referrals import asking, turns
from alongside_node.safety.concern_rules import Move
from alongside_node.safety.concerns import Shown
from alongside_protocol.client.exchange import HttpRequest, HttpResponse
from alongside_protocol.consent import Field
from alongside_protocol.fit import Wishes
from world import Community, World, call

DAY = 86_400
ROLES = {
    "gus": Role.GUEST,
    "ida": Role.GUEST,
    "asker": Role.MEMBER,
    "mira": Role.MEMBER,
    "lena": Role.MEMBER,
    "stella": Role.STEWARD,
}
NOWHERE = "Z" * 21 + "A"
"""An id that nothing has."""
NO_NODE = "Z" * 42 + "A"


class Statements:
    """Every statement that reads or writes rows, of every SQLite connection that was opened since it was made."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        event.listen(Engine, "connect", self._connect)

    def close(self) -> None:
        event.remove(Engine, "connect", self._connect)

    def _connect(self, dbapi: Any, _: object) -> None:
        if hasattr(dbapi, "set_trace_callback"):
            dbapi.set_trace_callback(self.seen.append)

    @contextmanager
    def counted(self) -> Iterator["Cost"]:
        self.seen.clear()
        cost = Cost()
        yield cost
        for statement in self.seen:
            word = statement.lstrip().partition(" ")[0].upper()
            if word == "SELECT":
                cost.reads += 1
            elif word in ("INSERT", "UPDATE", "DELETE", "REPLACE"):
                cost.writes.append(statement)


@dataclass
class Cost:
    """What one request did in the database."""

    reads: int = 0
    writes: list[str] = field(default_factory=list)


@dataclass
class Town:
    """The community, and who is in it."""

    oak: Community
    statements: Statements
    people: dict[str, Person] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    # Somebody at the pages.

    def cookie(self, name: str) -> str:
        """A session that has just begun; none for nobody."""
        if name == "nobody":
            return ""
        person, now = self.oak.again(self.people[name]), self.oak.world.clock.now()
        return str(self.oak.write(lambda tx: members.begin_session(tx, person, now=now, random=self.oak.random)))

    def send(
        self,
        method: str,
        path: str,
        cookie: str = "",
        fields: Mapping[str, Any] | None = None,
        *,
        csrf: str | None = None,
        **headers: str,
    ) -> HttpResponse:
        """One request to a page; a form carries the token of its session unless it is said otherwise."""
        sent, body = (
            {"accept-language": "en"} | {name.replace("_", "-"): value for name, value in headers.items()},
            None,
        )
        if cookie:
            sent["cookie"] = f"session={cookie}"
        if method not in ("GET", "HEAD"):
            token = csrf if csrf is not None else csrf_of(cookie) if cookie else ""
            values = dict(fields or {}) | ({"csrf": token} if token else {})
            body = urlencode(values, doseq=True).encode()
            sent = {"content-type": "application/x-www-form-urlencoded", "content-length": str(len(body))} | sent
        response: HttpResponse = self.oak.world.run(
            call(self.oak.app, HttpRequest(method, self.oak.origin + path, sent, body))
        )
        return response

    # What there is.

    def path(self, page: str, *, nowhere: bool = False) -> str:
        """An address with the ids of what is there, or with ids of the same form that nothing has."""
        listing = self.ids["need" if page.startswith("/needs/") else "listing"]
        ref = self.ids[
            "turn" if page.startswith("/turns/") else "question" if page.startswith("/questions/") else "ref"
        ]
        node = self.ids["elm"] if page.startswith("/peers/") else self.oak.id
        found = {"node": node, "peer": node, "listing": listing, "ref": ref, "search": self.ids["search"]}
        found |= {"concern": self.ids["concern"], "draft": self.ids["call"]}
        found |= dict.fromkeys(("program", "session"), NO_NODE)
        if nowhere:
            found |= dict.fromkeys(("listing", "ref", "search", "concern", "draft"), NOWHERE)
            found |= {"node": NO_NODE} if page.startswith("/peers/") else {}
        for name, value in found.items():
            page = page.replace(f"{{{name}}}", value)
        return page

    def addressee(self, listing: str) -> asking.Addressee:
        oak = self.oak
        viewer, now = Viewer(oak.id, member=True), oak.world.clock.now()
        to: asking.Addressee = oak.read(asking.addressee, oak.node.keys(), oak.id, listing, viewer, now=now)
        return to

    def asks(self, name: str, listing: str, words: str = "Hello") -> str:
        oak, to = self.oak, self.addressee(listing)
        until = oak.world.clock.now() + 9 * DAY
        person = oak.again(self.people[name])
        return str(
            oak.world.run(acts.ask(oak.node.edge, person, to, {Field.WORDS: words}, shown=to.shown, until=until))
        )

    def concern(self) -> str:
        """About what is offered, and those who offer it were asked for their side."""
        edge, stella = self.oak.node.edge, self.people["stella"]
        shown = Shown(self.oak.id, self.ids["listing"], "Awake", "en", "Oak", "It was not kept")
        asker = self.oak.again(self.people["asker"])
        raised = self.oak.world.run(concerning.raise_one(edge, asker, shown, {stella.member.id}, may_talk=True))
        for act in (
            lambda opened: concerning.heard(edge, opened),
            lambda opened: concerning.care(edge, opened, Move.LISTEN, "", to_people="How was it?"),
        ):
            self.oak.world.run(act(self.oak.read(concerning.one_for_steward, stella, raised, me=self.oak.id)))
        return str(raised)

    def begin_again(self) -> None:
        """As after a restart."""
        self.oak.stop()
        self.oak.start()
        self.search()

    def search(self) -> None:
        """Searches, and what Lena writes down for a caller, are in memory only."""
        self.ids["search"] = self.send("POST", "/search", "", {"words": "awake"}).headers["location"].rpartition("/")[2]
        said = {"words": "Hello", "days": "14", "caller_lang": "en"}
        kept = self.send("POST", f"/calls/ask/{self.oak.id}/{self.ids['listing']}", self.cookie("lena"), said)
        self.ids["call"] = kept.headers["location"].rpartition("/")[2]

    def keep(self) -> None:
        """Remember how everything is."""
        self.oak.stop()
        copytree(self.oak.settings.data_dir, self.oak.world.folder / "kept")
        self.oak.start()
        self.search()

    def restore(self) -> None:
        """As it was when it was kept."""
        self.oak.stop()
        rmtree(self.oak.settings.data_dir)
        copytree(self.oak.world.folder / "kept", self.oak.settings.data_dir)
        self.oak.start()
        self.search()


def build(world: World, statements: Statements) -> Town:
    """Everybody, each with something of their own."""
    oak = world.community("Oak")
    town = Town(oak, statements)
    town.people = {name: oak.person("" if role is Role.GUEST else name.title(), role) for name, role in ROLES.items()}
    mira, lena, gus = (town.people[name] for name in ("mira", "lena", "gus"))
    room = {"state": "open", "waiting": 9, "guests": 5}
    town.ids["listing"] = oak.publishes(mira, room=room, printable=True)
    town.ids["second"] = oak.publishes(mira, title="A walk by the river", room=room)
    town.ids["here"] = oak.publishes(mira, title="For us alone", audience="here")
    town.ids["draft"] = world.run(acts.draft(oak.node.edge, mira.member, {"title": "Not yet"}, name="Mira"))
    town.ids["hers"] = oak.publishes(lena, title="Lena listens", room=room)
    content = {
        "direction": "need",
        "type": "practical",
        "audience": "here",
        "lang": "en",
        "title": "A sofa",
        "text": "Something to sleep on",
        "by": "Gus",
    }
    assert world.run(acts.post_need(oak.node.edge, gus, content, name="Gus"))
    town.ids["need"] = next(row.listing for row in oak.rows("listing_holder") if row.member == gus.member.id)
    town.ids["ref"] = town.asks("asker", town.ids["listing"])
    town.ids["guest_ref"] = town.asks("gus", town.ids["listing"])
    town.ids["ida_ref"] = town.asks("ida", town.ids["hers"])
    several = [(to, to.shown) for to in map(town.addressee, (town.ids["second"], town.ids["hers"]))]
    asker = oak.again(town.people["asker"])
    town.ids["turn"] = str(
        world.run(acts.ask_one_after_another(oak.node.edge, asker, several, {Field.WORDS: "Hello"}, days=2))
    )
    asker, about = oak.again(asker), [town.addressee(town.ids["second"])]
    world.run(acts.ask_whether_it_fits(oak.node.edge, asker, about, Wishes(languages=("en",))))
    [question] = oak.rows("fit_asked")
    town.ids["question"] = question.ref
    town.ids["concern"] = town.concern()
    town.ids["elm"] = world.community("Elm").id
    world.federate(oak, world.communities[1])
    world.settle()
    assert oak.read(turns.mine, oak.again(asker), me=oak.id)
    _answer_the_line(town)
    town.search()
    return town


def _answer_the_line(town: Town) -> None:
    """Stella has opened the phone line, and let Lena answer it too."""
    oak, stella, lena = town.oak, town.people["stella"], town.people["lena"]
    new = relaying.begun(stella, (), me=oak.id, random=oak.random)
    assert new is not None
    assert oak.write(lambda tx: relaying.renew(tx, new, now=oak.world.clock.now()))
    shares = relaying.shares_for(lena, oak.read(relaying.keys_of, stella, me=oak.id), me=oak.id)
    assert oak.write(lambda tx: relaying.let(tx, lena.member.id, shares))
