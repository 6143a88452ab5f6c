"""The story of the demo, as three running communities and their people live it: through their pages alone, wherever their processes are.

Each step prints what happened and which promise it showed. `walk` starts the processes itself; `join` finds them running.
"""

import re
import sys
import time
from collections.abc import Sequence
from typing import Final

import httpx

from .filling import Filled
from .visit import UnexpectedPageError, Visit, certificates, until

_SOUGHT: Final = "duelo"
_SAMPLES: Final = 3
_LISTING: Final = r"/listings/[A-Za-z0-9_-]{43}/[A-Za-z0-9_-]{22}"


class Story:
    """The story, step by step. `communities`: A, B and C, in this order."""

    communities: Sequence[Filled] = ()
    guest_words: str = ""
    """The seven words of somebody without an account, once they have asked."""

    def __init__(self) -> None:
        self._number = 0

    def tell(self, sentence: str, promise: str = "", seconds: float | None = None) -> None:
        """Print one step."""
        self._number += 1
        took = "" if seconds is None else f"  [{seconds * 1000:,.0f} ms]"
        sys.stdout.write(f"{self._number:>2}. {sentence}{took}\n")
        if promise:
            sys.stdout.write(f"      → {promise}\n")
        sys.stdout.flush()

    @property
    def a(self) -> Filled:
        """Where somebody looks and asks."""
        return self.communities[0]

    @property
    def b(self) -> Filled:
        """Whose listing is found."""
        return self.communities[1]

    @property
    def c(self) -> Filled:
        """Who is a peer of both."""
        return self.communities[2]

    def visit(self, filled: Filled, name: str = "") -> Visit:
        """Somebody at a community's pages; signed in, when a name is given."""
        visit = Visit(filled.origin, filled.lang)
        return visit.sign_in(filled.words[name]) if name else visit

    # The steps.

    def peer(self) -> None:
        """Each two of them agree to federate, but for those who did before."""
        begun = time.monotonic()
        pairs = [(self.b, self.a), (self.c, self.a), (self.c, self.b)]
        for inviting, asking in pairs:
            self.federate(inviting, asking)
        self.tell(
            "Each two of them agreed to federate: a code was handed over, the words compared, both took their steps",
            "communities choose each other; a stranger without a code gets no answer and costs nothing",
            time.monotonic() - begun,
        )

    def federate(self, inviting: Filled, asking: Filled) -> None:
        """Two of them agree on requests: one hands over a code, the other asks, both take their steps."""
        with self.visit(inviting, inviting.stewards[0]) as host, self.visit(asking, asking.stewards[0]) as guest:
            if f"/peers/{asking.node}" in host.open("/peers").body:
                return  # they agreed before
            host.open("/peers/invite").send("/peers/invite", note=asking.name)
            code = re.search(r"alongside1\.[A-Za-z0-9_.-]+", host.text)
            if code is None:
                raise UnexpectedPageError("no code on the page of invitations")
            guest.open("/peers/accept").send("/peers/accept", code=code[0])
            guest.send("/peers/accept/confirm", code=code[0])
            there, here = f"/peers/{asking.node}", f"/peers/{inviting.node}"
            until(lambda: there in host.open("/peers").body, "the request to federate arrives")
            host.open(there).send(f"{there}/accept")
            host.open(there).send(f"{there}/step", step="requests")
            until(lambda: f"{here}/step" in guest.open(here).body, "their yes arrives")
            guest.send(f"{here}/step", step="requests")

    def look(self) -> str:
        """Somebody at A looks; returns the address of a listing of B that they found."""
        with self.visit(self.a) as somebody:
            begun = time.monotonic()
            somebody.open("/search").send("/search", words=_SOUGHT, promise="yes")
            took = time.monotonic() - begun
            listing = somebody.link(f"/listings/{self.b.node}/[A-Za-z0-9_-]{{22}}")
            title = _title(somebody, listing)
            self.tell(
                f"Somebody at {self.a.name}, without an account, looked for “{_SOUGHT}”, "
                f"only who promises no police or hospital without a yes, and found “{title}” of {self.b.name}",
                "the words never left this node and stand in no address, log or database: " + somebody.path,
                took,
            )
            return listing

    def ask(self, listing: str, words: str) -> tuple[Visit, str]:
        """A member of A asks; returns them and where their request is."""
        asker = self.visit(self.a, self._member(self.a))
        ask = f"{listing}/ask"
        asker.open(ask).send(ask, words=words, name="", days="14")
        asker.send(
            f"{ask}/send",
            words=words,
            name="",
            days="14",
            promises=asker.hidden("promises"),
            pending=asker.hidden("pending"),
            agree="yes",
        )
        return asker, asker.path

    def _member(self, filled: Filled) -> str:
        return next(name for name in filled.words if name not in filled.stewards)

    def _holder(self, listing: str) -> Visit:
        """Who offers it, of the sample people of its community, signed in."""
        _, _, node, number = listing.split("/")
        filled = next(filled for filled in self.communities if filled.node == node)
        for name in filled.words:
            person = self.visit(filled, name)
            if f"/offerings/{number}/edit" in person.open("/offerings").body:
                return person
            person.__exit__()
        raise UnexpectedPageError("nobody keeps the listing that was found")

    def answered(self, listing: str) -> tuple[Visit, str, Visit, str]:
        """A request is answered. Returns who asked, where they see it, who offers, and where these see it."""
        asker, request = self.ask(listing, "I lost my mother in spring. Evenings are long. Could we talk?")
        begun = time.monotonic()
        holder = self._holder(listing)
        where = f"/incoming/{self.a.node}/{request.rpartition('/')[2]}"
        until(lambda: where in holder.open("/incoming").body, "the request arrives")
        self.tell(
            "Somebody asked, after reading exactly what would leave, to whom, and until when; the person who offers sees it",
            "sealed to those who offer it; their community learned only which listing it is for, and an alias",
            time.monotonic() - begun,
        )
        holder.open(where).send(f"{where}/accept", text="Claro que sí. ¿El jueves a las nueve?", suggest="")
        begun = time.monotonic()
        until(lambda: "jueves" in asker.open(request).text, "the answer arrives")
        self.tell(
            "The person who offers said yes, and the answer was read",
            "shown as a yes only because it proves that who wrote it had opened the request",
            time.monotonic() - begun,
        )
        return asker, request, holder, where

    def written_and_read(self, asker: Visit, request: str, holder: Visit, where: str) -> None:
        """They write to each other."""
        asker.open(request).send(f"{request}/message", text="Thursday at nine is good.")
        begun = time.monotonic()
        until(lambda: readable(holder, where, "Thursday at nine"), "the message arrives")
        self.tell(
            "They wrote to each other, and it was read",
            "sealed to keys made for this one request",
            time.monotonic() - begun,
        )

    def withdrawn_and_erased(self, listing: str, holder: Visit) -> None:
        """A second request is taken back, and deleted at both."""
        asker, request = self.ask(listing, "A second question, which I take back.")
        where = f"/incoming/{self.a.node}/{request.rpartition('/')[2]}"
        until(lambda: where in holder.open("/incoming").body, "the second request arrives")
        asker.open(request).send(f"{request}/withdraw")
        until(
            lambda: "A second question" not in _open(holder, where) or "/accept" not in holder.body,
            "it is taken back there",
        )
        asker.open(request).send(f"{request}/delete")
        begun = time.monotonic()
        until(lambda: "1 of 1" in asker.open(request).text, "the signed statement arrives")
        gone = where not in holder.open("/incoming").body
        if not gone:
            raise UnexpectedPageError("the deleted request is still shown")
        self.tell(
            "A second request was taken back and deleted: 1 of 1 confirmed, with a signature",
            "what is deleted here is deleted at every node it was sent to, and the person sees who has answered",
            time.monotonic() - begun,
        )
        asker.__exit__()

    def in_turn(self) -> None:
        """Somebody at A without an account asks two, one after another; the first says yes."""
        with self.visit(self.a) as guest:
            guest.open("/search").send("/search", type="listening", promise="yes")
            results, found = guest.path, guest.links(_LISTING)
            several = [at for at, listing in enumerate(found) if self._may_be_asked(guest, listing)][:2]
            words = "I sleep badly since the autumn. Could you listen for an hour?"
            guest.open(results).send(f"{results}/chosen", pick=[str(at) for at in several], page="0", then="turns")
            guest.send("/turns/confirm", chosen=guest.carried("chosen"), words=words, each="2")
            self.guest_words = guest.words()
            guest.send(
                "/turns/send",
                chosen=guest.carried("chosen"),
                promises=guest.carried("promises"),
                pending=guest.hidden("pending"),
                words=words,
                each="2",
                kept="yes",
                agree="yes",
            )
            first, second = (self._holder(found[at]) for at in several)
            with first, second:
                self._first_says_yes(guest, first, second)

    def _may_be_asked(self, guest: Visit, listing: str) -> bool:
        return f"/{self.a.node}/" not in listing and f'href="{listing}/ask"' in guest.open(listing).body

    def _first_says_yes(self, guest: Visit, first: Visit, second: Visit) -> None:
        before = _incoming(second)
        until(lambda: "sleep badly" in _read_newest(first), "the first one is asked")
        self.tell(
            "Somebody without an account asked two, one after another; the first has it, the second knows of nothing",
            "sealed now for each, sent one by one; seven words in the person's hand are the only way back to it",
        )
        begun = time.monotonic()
        first.send(f"{first.path}/accept", text="Yes. This evening, from eight?", suggest="")
        request = guest.open("/requests").link("/requests/[A-Za-z0-9_-]+")
        until(lambda: "from eight" in _open(guest, request), "the yes arrives")
        if "Not sent yet" in _open(guest, "/turns") or _incoming(second) != before:
            raise UnexpectedPageError("the second one is still to be asked although the first said yes")
        self.tell(
            "The first said yes: what was sealed for the second is destroyed, unsent",
            "asking several tells nobody that others were asked",
            time.monotonic() - begun,
        )

    def taken_along(self) -> None:
        """What leaves on paper or goes into a calendar."""
        with self.visit(self.a) as somebody:
            somebody.open("/search").send("/search", type="circle")
            dates = next(filter(None, (self._dates(somebody, circle) for circle in somebody.links(_LISTING))), "")
            named = [name for filled in self.communities for name in filled.words if name.split()[0] in dates]
            if "BEGIN:VEVENT" not in dates or named:
                raise UnexpectedPageError(f"a circle's dates are missing or name somebody: {named}")
            somebody.open("/print").send("/print", promise="yes")
            printed = somebody.body.count("<h2>")
            if not printed:
                raise UnexpectedPageError("nothing is printed")
            self.tell(
                f"The dates of a circle went into a calendar, and {printed} listings on paper, in large print, with the day",
                "a calendar that names nobody; a list for people without a phone",
            )

    def _dates(self, somebody: Visit, circle: str) -> str:
        try:
            return somebody.open(f"{circle}/calendar.ics").body
        except UnexpectedPageError:
            return ""

    def taken_down(self, listing: str, holder: Visit) -> None:
        """B takes the listing down, and it is gone at A and C."""
        before = [self._finds(filled, listing) for filled in (self.a, self.c)]
        if not all(before):
            raise UnexpectedPageError("the listing was not at both other communities before")
        offering = f"/offerings/{listing.rpartition('/')[2]}"
        holder.open("/offerings").send(f"{offering}/withdraw")
        begun = time.monotonic()
        until(lambda: not any(self._finds(filled, listing) for filled in (self.a, self.c)), "it is gone at A and C")
        self.tell(
            f"The listing was taken down at {self.b.name}, and is gone at {self.a.name} and {self.c.name}",
            "absence itself is signed: a directory can forget",
            time.monotonic() - begun,
        )

    def _finds(self, filled: Filled, listing: str) -> bool:
        response = httpx.get(filled.origin + listing, trust_env=False, verify=certificates(filled.origin))
        return response.status_code == httpx.codes.OK

    def goodbye(self) -> None:
        """Print what can be tried in a browser."""
        sys.stdout.write("\nTry it in a browser. Sample people, and the seven words they sign in with:\n")
        for filled in self.communities:
            sys.stdout.write(f"\n  {filled.name}  {filled.origin}\n")
            samples = [*filled.stewards[:1], *[name for name in filled.words if name not in filled.stewards]][:_SAMPLES]
            for name in samples:
                role = " (steward)" if name in filled.stewards else ""
                sys.stdout.write(f"    {name + role:<22}{filled.words[name]}\n")
        if self.guest_words:
            sys.stdout.write(f"    {'(without an account)':<22}{self.guest_words}   at {self.a.origin}/sign-in\n")
        sys.stdout.write(
            "\nWorth a look at each: /hard-night  /young-people  /practitioners  /print  /needs  /disclose  /order\n"
        )
        sys.stdout.flush()


def _title(visit: Visit, listing: str) -> str:
    found = re.search(rf'href="{re.escape(listing)}">(.*?)</a>', visit.body, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else "a listing"


def _incoming(person: Visit) -> list[str]:
    return person.open("/incoming").links(r"/incoming/[A-Za-z0-9_-]{43}/[A-Za-z0-9_-]+")


def _read_newest(person: Visit) -> str:
    """What the first of their requests says that still waits for an answer; nothing when there is none."""
    for request in _incoming(person):
        if f"{request}/accept" in person.open(request).body:
            return person.text
    return ""


def _open(visit: Visit, where: str) -> str:
    return visit.open(where).text


def readable(visit: Visit, where: str, words: str) -> bool:
    """Whether these words stand there; False as well while the node is away."""
    try:
        return words in _open(visit, where)
    except (httpx.HTTPError, UnexpectedPageError):
        return False
