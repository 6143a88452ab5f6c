"""A life to be seized: two communities as real processes, and people who write a word of their own into every field there is.

The story goes through the pages, one program of somebody's, and one import, as people do. What it plants is counted by `canaries`.
"""

import html
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx

from alongside_node.demo.content import Community, Member, communities
from alongside_node.demo.filling import fill
from alongside_node.demo.processes import Process, stop_all
from alongside_node.demo.story import Story
from alongside_node.demo.visit import until
from alongside_node.members import printed_code
from alongside_node.members import words as seven
from alongside_node.settings import CONFIG_NAME
from canaries import Planted, Watched, canary
from ports import free_ports

ADDRESS_TOLD = f"{canary('told_at')}@example.org"
NUMBER_TOLD = "+49 30 5550177"
COMMITMENTS = {
    "call_all": "only_if_you_ask",
    "mandated_reporter": "no",
    "kept_days": "3",
    "given_by": "the_holder",
}
SAID_OF_COMMITMENTS = ("exception", "would_pass_on", "law_of", "written_down")
CODES = (
    "contact_phone",
    "contact_text",
    "contact_textphone",
    "lowest",
    "highest",
    "currency",
    "lang",
    "zone",
    "more_languages",
)
"""Fields of a listing that take no words but a number, a name of a language, or a city."""
TOLD = ("tell_command", "quiet_from", "quiet_to", "quiet_zone")


def _without(fields: Mapping[str, str | list[str]], names: Iterable[str]) -> dict[str, str | list[str]]:
    return {name: value for name, value in fields.items() if name not in names}


@dataclass
class Life:
    """Two communities in use, and what the people of this story know."""

    here: Process
    there: Process
    planted: Planted
    folder: Path
    request: str = ""
    words: dict[str, str] = field(default_factory=dict)
    spoken: str = ""
    """The four words of somebody who has a telephone alone."""
    visits: ExitStack = field(default_factory=ExitStack)

    def visit(self, process: Process, words: str = "") -> Watched:
        """Somebody at the pages of one of them, signed in where they have words."""
        visit = self.visits.enter_context(Watched(process.filled.origin, self.planted))
        if words:
            visit.sign_in(words)
        return visit


@contextmanager
def lived(folder: Path) -> Iterator[Life]:
    """Both run, and everything was done."""
    temporary = folder / "temporary"
    temporary.mkdir()
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(temporary)
    there_content, here_content = (one for one in communities() if one.key in ("harbour", "warmline"))
    ports = free_ports(2)
    chosen = (_small(here_content, "Steward"), _small(there_content, "Steward", canary("account_name"), "Helper"))
    here, there = (
        Process(fill(one, folder / one.key, origin=f"http://127.0.0.1:{port}", port=port), folder / one.key)
        for one, port in zip(chosen, ports, strict=True)
    )
    for process in (here, there):
        _set_up_telling(folder / process.filled.key / CONFIG_NAME)
    try:
        for process in (here, there):
            process.start()
        Story().federate(there.filled, here.filled)
        life = Life(here, there, Planted(), folder)
        life.planted.add("told_at", NUMBER_TOLD)
        with life.visits:
            _Day(life).passes()
            yield life
    finally:
        stop_all([here, there])
        os.environ.pop("TMPDIR") if before is None else os.environ.update(TMPDIR=before)


def _small(community: Community, steward: str, *people: str) -> Community:
    return replace(community, members=(Member(steward, True, ()), *(Member(name, False, ()) for name in people)))


def _set_up_telling(config: Path) -> None:
    ways = (
        f'notice_command = ["{sys.executable}", "-I", "-c", "pass"]\n'
        'notice_command_name = "Text message"\nnotice_command_seen_by = "The phone company"\n'
        'mail_host = "127.0.0.1"\nmail_port = 9\nmail_tls = "none"\nmail_from = "post@relay.example"\n'
    )
    with config.open("a") as file:
        file.write(ways)


def _change(process: Process, statement: str) -> None:
    with closing(sqlite3.connect(process.database.removeprefix("sqlite:///"))) as database, database:
        database.execute(statement)


def _count(process: Process, statement: str) -> int:
    with closing(sqlite3.connect(process.database.removeprefix("sqlite:///"))) as database:
        return int(database.execute(statement).fetchone()[0])


def _written(kind: str, *names: str) -> dict[str, str | list[str]]:
    return {name: f"A {canary(kind)}" for name in names}


class _Day:
    """What people do, in this order. Each step leaves open what later ones need."""

    def __init__(self, life: Life) -> None:
        self.life, self.planted = life, life.planted
        self.here, self.there = life.here.filled, life.there.filled

    def passes(self) -> None:
        self._stewards()
        self._joins()
        self._mistypes()
        self._offers()
        self._asks()
        self._needs()
        self._asks_several()
        self._rings()
        self._answers()
        self._are_concerned()
        self._rings_back()
        self._are_told()
        self._keeps_secrets()

    def _stewards(self) -> None:
        """Invitations, what the community says of itself, a list from elsewhere."""
        steward = self.steward = self.life.visit(self.life.here, self.here.words["Steward"])
        self.codes = []
        for _ in range(3):
            steward.open("/members/invite").send("/members/invite", role="member")
            self.codes.append(steward.code("[a-z2-7-]{20,}"))
        self.planted.add("invitation", *self.codes)
        steward.open("/peers/invite").send("/peers/invite", note=canary("peer_note"))
        steward.mistypes("/peers/accept", "code")
        said = ("name", "place", "description", "agreements", "young_people", "hard_night_words", *SAID_OF_COMMITMENTS)
        night = [f"hard_night_{what}_{number}" for what in ("note", "value") for number in (1, 2, 3)]
        kinds = {f"hard_night_kind_{number}": "page" for number in (1, 2, 3)}
        fields = _written("community", *said, *night) | {
            f"hard_night_value_{number}": f"https://{canary('community')}.example/{number}" for number in (1, 2, 3)
        }
        steward.open("/community").send("/community", lang="en", **kinds, **(COMMITMENTS | fields))
        assert steward.said == "saved", steward.text
        self._imports()

    def _imports(self) -> None:
        """The file lies where its keeper put it; it is none of the node's."""
        columns = {"source_id": "A-17", "type": "circle", "title": canary("imported"), "text": canary("imported")}
        (self.life.folder.parent / "list.csv").write_text(
            ",".join(columns) + "\n" + ",".join(columns.values()) + "\n", "utf-8"
        )
        subprocess.run(
            [sys.executable, "-m", "alongside_node.cli", "import", str(self.life.folder.parent / "list.csv")],
            env={**os.environ, "ALONGSIDE_DATA_DIR": str(self.life.folder / self.here.key)},
            check=True,
            capture_output=True,
        )

    def _joins(self) -> None:
        """Somebody with an account, a printed code, a program, and other words than at first; one more who will be blocked."""
        self.joined = self._member(self.codes[0], canary("account_name"), "joined")
        joined, words = self.joined, self.life.words
        joined.open("/account/words").send("/account/words", words=words["joined"])
        self.planted.add("seven_words", words["joined"], seven.normalised(words["joined"]))
        words["joined"], pending = joined.words(), joined.hidden("pending")
        joined.send("/account/words/done", pending=pending, kept="yes")
        self.planted.add("seven_words", words["joined"], seven.normalised(words["joined"]))
        joined.open("/account/code").send("/account/code", words=words["joined"])
        code = joined.code("[0-9A-Z-]{39}")
        self.planted.add("printed_code", code, printed_code.normalised(code))
        granted = httpx.post(
            f"{self.here.origin}/api/v1/grants",
            json={"words": words["joined"], "label": canary("program_label")},
            trust_env=False,
        ).json()
        self.planted.add("token", granted["token"])
        joined.open("/account").mistypes("/account/telling", *TOLD, tell="command")
        joined.send("/account/telling", tell="email", tell_email=ADDRESS_TOLD, remind="yes")
        self.annoying = self._member(self.codes[1], "Annoying", "annoying")

    def _member(self, code: str, name: str, who: str) -> Watched:
        visit = self.life.visit(self.life.here)
        visit.open("/join").send("/join", code=code, name=name)
        self.life.words[who] = visit.words()
        visit.send("/join/done", pending=visit.hidden("pending"), kept="yes")
        return visit

    def _mistypes(self) -> None:
        """Words where they do not belong, and what is looked for."""
        stranger = self.life.visit(self.life.here)
        for path, names in {
            "/sign-in": ("words",),
            "/recover": ("code",),
            "/search": ("words", "area"),
            "/print": ("area",),
        }.items():
            stranger.open(path).mistypes(path, *names)
        looked_for = dict.fromkeys(("words", "lived", "by_and_for"), canary("search"))
        stranger.open("/search").mistypes("/search", **looked_for, area=canary("search"))
        stranger.open("/search").send("/search", **looked_for)
        self.joined.open("/account/leave").mistypes("/account/leave", "words")
        self.joined.open("/account/words").mistypes("/account/words", "words")
        self.joined.open("/account/code").mistypes("/account/code", "words")

    def _offers(self) -> None:
        """One who listens, with a circle and a draft; one who is licensed, for whom the circle vouches."""
        self.life.words["offerer"] = self.there.words[canary("account_name")]
        self.life.words["helper"] = self.there.words["Helper"]
        offerer = self.offerer = self.life.visit(self.life.there, self.life.words["offerer"])
        said = ("text", "lived_experience", "by_and_for", "topics", "place_label", *SAID_OF_COMMITMENTS)
        everything = _written("listing", *said) | {"title": f"Awake {canary('listing')}", "by": canary("holder_name")}
        contacts = {
            "contact_email": f"info@{canary('listing')}.org",
            "contact_page": f"https://{canary('listing')}.example/",
        }
        common = {**COMMITMENTS, "lang": "en", "audience": "anyone", "exchange": "free", "modality": ["phone"]}
        open_to_many = {"room": "open", "waiting": "9", "guests": "5", "visibility": "area", "languages": ["en"]}
        whole = common | open_to_many | everything | contacts
        self.listening = self._publish(offerer, "listening", whole)
        circle = {
            "circle_agreements": f"We keep {canary('listing')}",
            "seats": "9",
            "zone": "Europe/Berlin",
            "meeting_first": "2030-03-23",
            "meeting_at": "19:00",
            "meeting_minutes": "90",
            "meeting_repeats": "weekly",
        }
        self.circle = self._publish(offerer, "circle", whole | circle)
        joining = f"/offerings/{self.circle}/joining"
        offerer.open(joining).send(joining, joining=f"https://{canary('joining')}.example/room")
        offerer.open("/offerings").send(f"/offerings/{self.circle}/fit", says="room")
        offerer.mistypes("/offerings/together", "code", "name")
        draft = {"direction": "offer", "type": "listening", "opens_mo": "20:00", "closes_mo": "22:00"}
        draft |= _written("draft", "title", "text")
        offerer.open("/offerings/new?direction=offer&type=listening")
        offerer.mistypes("/offerings/new", *CODES, **draft, exchange="sliding_scale", then="draft")
        offerer.send("/offerings/new", **draft, zone="Europe/Berlin", by=canary("holder_name"), then="draft")
        offerer.open("/account").send("/account/telling", tell="command", tell_command=NUMBER_TOLD)
        self._licensed(whole)

    def _publish(self, visit: Watched, kind: str, fields: dict[str, str | list[str]]) -> str:
        visit.open(f"/offerings/new?direction=offer&type={kind}")
        visit.send("/offerings/new", direction="offer", type=kind, then="preview", **fields)
        listing = visit.path.split("/")[2]
        edit = f"/offerings/{listing}/edit"
        visit.open(edit).mistypes(edit, *CODES, **_without(fields, CODES), type=kind, then="draft")
        visit.open(edit).send(edit, type=kind, then="preview", **fields)
        visit.send(f"/offerings/{listing}/publish", listed="yes")
        assert visit.said == "published", visit.text
        return listing

    def _licensed(self, whole: dict[str, str | list[str]]) -> None:
        self.helper = self.life.visit(self.life.there, self.life.words["helper"])
        licence = _written("listing", "licensed_by", "licensed_for", "duties", "practitioner_cost", "insurance")
        practitioner = self._publish(self.helper, "practitioner", whole | licence)
        vouching = f"/offerings/{self.circle}/vouching"
        self.offerer.open(vouching).send(vouching, other=practitioner)

    def _found(self, visit: Watched) -> list[str]:
        visit.open("/search").send("/search")
        return list(visit.every(f"/listings/{self.there.node}/[A-Za-z0-9_-]{{22}}"))

    def _asks(self) -> None:
        """With an account and without, and one who is blocked for it later; one that is deleted again."""
        until(lambda: len(self._found(self.joined)) > 2, "their listings are here")
        self.listing = f"/listings/{self.there.node}/{self.listening}"
        fields = {
            "words": f"I am {canary('request')}",
            "name": canary("request_name"),
            "contact": f"{canary('contact')}@example.org",
            "times": canary("needs"),
            "access_needs": canary("needs"),
        }
        silence = {"silence": "tell", "silence_days": "7"}
        told = {"tell": "email", "tell_email": ADDRESS_TOLD}
        ask = f"{self.listing}/ask"
        self.joined.open(ask).mistypes(ask, *TOLD, **fields, days="14", tell="command")
        self.request = self.life.request = self.joined.asks(self.listing, **fields, **silence, **told)
        telling = f"{self.request}/telling"
        self.joined.mistypes(telling, *TOLD, tell="command")
        self.joined.send(telling, **told)
        deleted = self.joined.asks(f"/listings/{self.there.node}/{self.circle}", **fields)
        self.joined.open(deleted).send(f"{deleted}/delete")
        guest = self.guest = self.life.visit(self.life.here)
        guest.open(ask).send(ask, days="14", **fields, **told)
        self.life.words["guest"] = guest.words()
        guest.send(f"{ask}/send", days="14", **fields, **told, **guest.sent_along())
        self.annoying.asks(self.listing, words=f"I am {canary('request')}, who is blocked")

    def _rings(self) -> None:
        """Somebody with a telephone alone: a volunteer writes down what they say, once with a slip, and gives them four words."""
        self.steward.open("/calls").send("/calls/begin")
        self.joined.open("/calls").mistypes("/calls/join", "code")
        self.steward.open("/calls/people").send("/calls/people")
        self.joined.send("/calls/join", code=self.steward.code())
        self.joined.mistypes("/calls/open", "words")
        fields = {
            "name": canary("request_name"),
            "contact": f"+49 {canary('contact')}",
            "times": canary("needs"),
            "access_needs": canary("needs"),
        }
        ask = f"/calls/ask/{self.there.node}/{self.listening}"
        self.joined.open(ask).send(ask, **fields, words="", days="14", caller_lang="en")
        said = {"words": f"Rings {canary('request')}", "days": "14", "caller_lang": "en"}
        self.joined.send(self.joined.path, **fields, **said)
        draft = self.joined.path
        self.life.spoken = " ".join(re.findall(r"<li>(\w+)</li>", self.joined.body)[:4])
        self.planted.add("four_words", self.life.spoken, seven.normalised(self.life.spoken))
        self.joined.open(ask).send(ask, **fields, **said)
        self.joined.send(f"{self.joined.path}/drop")
        promises = self.joined.open(draft).hidden("promises")
        self.joined.send(draft, promises=promises, said_yes="yes", said_back="yes")
        assert self.joined.said == "call_sent", self.joined.text

    def _rings_back(self) -> None:
        """Another volunteer has it open, and writes what they say, when the machine is taken."""
        self.steward.open("/calls").send("/calls/open", words=self.life.spoken)
        until(lambda: canary("answer") in self.steward.open("/calls/now").text, "the answer can be read out")
        self.steward.send("/calls/now/message", text=f"By voice {canary('message')}")
        assert self.steward.said == "message_sent", self.steward.text
        self.planted.add("session", self.steward.call)

    def _needs(self) -> None:
        """What somebody without an account looks for, and who answers with promises of their own."""
        need = {"type": "practical", "lang": "en", "visibility": "area", "modality": ["in_person"], "audience": "here"}
        need |= _written("need", "title", "text", "by", "place_label")
        self.needy = self.life.visit(self.life.here)
        self.needy.open("/needs/new").send("/needs/new", **need)
        self.life.words["needy"] = self.needy.words()
        self.needy.send("/needs/post", **need, pending=self.needy.hidden("pending"), kept="yes", listed="yes")
        assert self.needy.said == "need_posted", self.needy.text
        self.joined.open("/search").send("/search", direction="need")
        wanted = self.joined.link(f"/listings/{self.here.node}/[A-Za-z0-9_-]{{22}}")
        mine = COMMITMENTS | _written("request", *SAID_OF_COMMITMENTS)
        self.joined.asks(wanted, words=f"I can {canary('request')}", **mine)

    def _asks_several(self) -> None:
        """Whether it fits, and one after another."""
        both = [one.removeprefix("/listings/") for one in self._found(self.joined)]
        self.joined.open(self.listing)
        [chosen] = dict.fromkeys(self.joined.carried("chosen"))
        self.joined.send("/fit", chosen=chosen)
        self.joined.send("/fit/send", chosen=chosen, this_week="yes", modality="phone", kept="yes")
        last = self.life.visit(self.life.here)
        last.open("/search").send("/search")
        [choose] = last.every('/search/[^"]+/chosen')
        last.send(choose, pick=[str(number) for number in range(len(both))], page="0", then="turns")
        last.send(
            "/turns/confirm",
            chosen=last.carried("chosen"),
            each="1",
            words=f"Turn {canary('request')}",
            name=canary("request_name"),
            contact=canary("contact"),
        )
        self.life.words["in_turn"] = last.words()
        carried = last.sent_along() | {"chosen": last.carried("chosen")}
        words = {"words": f"Turn {canary('request')}", "name": canary("request_name"), "contact": canary("contact")}
        last.send("/turns/send", each="1", **words, **carried)
        assert last.said == "sent", last.text

    def _answers(self) -> None:
        """Yes to both, somebody beside who answers with them, a no for good, and what they write on."""
        offerer, helper = self.offerer, self.helper
        until(lambda: len(list(offerer.open("/incoming").every(r"/incoming/[\w-]+/[\w-]+"))) > 3, "all came")
        pages = [html.unescape(path) for path in offerer.every(r"/incoming/[\w-]+/[\w-]+")]
        theirs = {path: offerer.open(path).text for path in pages}
        blocked = next(path for path, text in theirs.items() if "who is blocked" in text)
        page = f"/incoming/{self.here.node}/{self.request.rpartition('/')[2]}"
        offerer.open(page).send(f"{page}/invite")
        code = offerer.code()
        helper.open("/incoming").mistypes("/incoming/join", "code", name="")
        helper.open("/incoming").send("/incoming/join", code=code, name=canary("beside_name"))
        offerer.open(page).mistypes(f"{page}/find", "find")
        key = re.search(rf'<option value="([^"]+)"[^>]*>{canary("beside_name")}', offerer.open(page).body)
        assert key, offerer.text
        offerer.send(f"{page}/accept", text=f"Yes {canary('answer')}", beside=key[1])
        for other in pages:
            if other not in (page, blocked) and "Turn" not in theirs[other]:
                offerer.open(other).send(f"{other}/accept", text=f"Yes {canary('answer')}")
        offerer.open(blocked).send(f"{blocked}/block")
        until(lambda: canary("answer") in self.joined.open(self.request).text, "the answer is there")
        self.joined.send(f"{self.request}/message", text=f"Good {canary('message')}")
        until(lambda: canary("message") in offerer.open(page).text, "the message is there")
        offerer.send(f"{page}/message", text=f"And on {canary('message')}")

    def _raises(self, visit: Watched, path: str) -> str:
        """Raise a concern at a listing or about a request, with a message where there is one; returns the address of its page."""
        visit.open(f"{path}/concern")
        fields: dict[str, str | list[str]] = {"reader": visit.carried("reader"), "mark": visit.carried("mark")[:1]}
        fields |= _written("concern", "words", "name") | {"talk": "yes"}
        visit.send(f"{path}/concern", **fields)
        visit.send(f"{path}/concern/send", **fields, **visit.sent_along())
        assert visit.said == "concern_raised", visit.text
        return visit.path

    def _are_concerned(self) -> None:
        """One about a listing here, heard on both sides; one about a listing of the other community, from a request."""
        mine = self._raises(self.joined, self.request)
        self.joined.send(f"{mine}/write", **_written("concern", "text"))
        theirs = self._raises(self.helper, f"/listings/{self.there.node}/{self.listening}")
        steward = self.life.visit(self.life.there, self.there.words["Steward"])
        page = theirs.replace("/concerns", "/community/concerns")
        steward.open(page).send(f"{page}/write", **_written("concern", "write_text"))
        steward.send(f"{page}/listen", **_written("concern", "listen_people", "listen_text"))
        steward.send(f"{page}/show")
        talk = theirs.replace("/concerns", "/talks")
        self.offerer.open(talk).send(talk, **_written("concern", "text"))
        steward.open(page).send(f"{page}/agree", agree_days="7", **_written("concern", "agree_text"))
        self.helper.open(theirs).send(f"{theirs}/again", **_written("concern", "text"))
        steward.open(page).send(f"{page}/listen", **_written("concern", "listen_people"), listen_text="")
        steward.open(page).send(f"{page}/close", **_written("concern", "close_text"))

    def _are_told(self) -> None:
        """All that is to be told falls due: the command takes it, no mail server answers. What a log says of both is searched too."""
        for process in (self.life.here, self.life.there):
            process.stop()
            _change(process, "UPDATE channel SET stage = 'due', next_at = 1")
            process.start()
        tried = "SELECT count(*) FROM channel WHERE attempts > 0 AND kind = 'email'"
        told = "SELECT count(*) FROM channel WHERE stage <> 'due' AND kind = 'command'"
        until(lambda: _count(self.life.here, tried) > 1, "no mail server took it")
        until(lambda: _count(self.life.there, told) == 1, "the command took it")
        for process in (self.life.here, self.life.there):
            log = (self.life.folder / process.filled.key / "log").read_text("utf-8")
            assert ("notice-failed" in log) == (process is self.life.here)

    def _keeps_secrets(self) -> None:
        for visit in (self.steward, self.joined, self.annoying, self.guest, self.needy, self.offerer, self.helper):
            assert visit.cookie
            self.planted.add("session", visit.cookie)
        everybody = [*self.life.words.values(), *self.here.words.values(), *self.there.words.values()]
        self.planted.add("seven_words", *everybody, *(seven.normalised(words) for words in everybody))
