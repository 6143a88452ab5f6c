"""The one place where a node is put together: settings, database, keys, loops, pages.

`Node.open` builds everything and starts nothing; `running` runs the loops; `asgi` is what a web server is given. Nothing is global,
so many nodes live in one process, as the tests' world does.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from alongside_node import migrations, schema
from alongside_node.delivery import actions as delivery
from alongside_node.delivery.actions import Outgoing
from alongside_node.directory import following, reindexing, serve
from alongside_node.directory.following import Replicas, Ways
from alongside_node.directory.gazetteer import Gazetteer
from alongside_node.directory.publishing import OwnDirectory
from alongside_node.entrypoints import federation, lapsing, vouching_acts
from alongside_node.entrypoints.allowance import Allowance
from alongside_node.entrypoints.api import door as api
from alongside_node.entrypoints.api.caller import Api
from alongside_node.entrypoints.calling import Patience
from alongside_node.entrypoints.duties import Duties, Duty
from alongside_node.entrypoints.edge import Edge, OurKeys
from alongside_node.entrypoints.hint_sender import HintSender
from alongside_node.entrypoints.hint_sender import Telling as Hints
from alongside_node.entrypoints.inbox import Doors, Told
from alongside_node.entrypoints.notice_sender import NoticeSender, SentToday, Telling
from alongside_node.entrypoints.outbox_sender import Mail, OutboxSender
from alongside_node.entrypoints.pacing import Doorstep, Nudge
from alongside_node.entrypoints.received_worker import ReceivedWorker
from alongside_node.entrypoints.sync_loop import Following, SyncLoop
from alongside_node.entrypoints.web import site as pages
from alongside_node.entrypoints.web.armour import Armour
from alongside_node.entrypoints.web.fleeting import Fleeting
from alongside_node.entrypoints.web.keeping import GUESTS_AN_HOUR, WORDS_SHOWN
from alongside_node.entrypoints.web.rendering import Pages
from alongside_node.entrypoints.web.translations import SOURCE_LANGUAGE, Translations
from alongside_node.entrypoints.web.visitor import Site
from alongside_node.entrypoints.web.wording import notice
from alongside_node.entrypoints.worker import Worker
from alongside_node.foundation.clock import Clock, SystemClock
from alongside_node.foundation.database import Database, Reading, Writing
from alongside_node.foundation.outbound_http import Outbound, OutboundHttp
from alongside_node.foundation.outbound_notices import ByCommand, ByMail, Notice, Way
from alongside_node.identity import actions as identity
from alongside_node.listings import actions as listings
from alongside_node.members import actions as members
from alongside_node.members.spoken import Stretching
from alongside_node.notifications import actions as notifications
from alongside_node.notifications.actions import Kind
from alongside_node.peers import actions as peers
from alongside_node.peers.book import Book
from alongside_node.referrals import fit, receiving, schedule, turns
from alongside_node.referrals.receiving import Receiver
from alongside_node.safety import concerns
from alongside_node.settings import Settings
from alongside_protocol.feed import Cursor, Position
from alongside_protocol.identifiers import NodeId, Random
from alongside_protocol.messages import HintBody, Steps
from alongside_protocol.peering import effective
from alongside_protocol.trust import Budget

MINUTE, HOUR = 60, 3_600
TRIES_ANEW = 5
"""A second apart: somebody who reads a page is in the way for a moment, and what was deleted must not wait for the next time."""


@dataclass(frozen=True)
class World:
    """What a node has from outside. Tests give their own."""

    clock: Clock
    random: Random
    outbound: Outbound

    @classmethod
    def real(cls, settings: Settings) -> "World":
        """The clock of this machine, randomness and network."""
        outbound = OutboundHttp(allow_loopback=settings.allow_loopback_peers)
        return cls(SystemClock(), secrets.token_bytes, outbound)


class Node:
    """One community's node, in this process."""

    def __init__(self, settings: Settings, database: Database, world: World) -> None:
        self.settings = settings
        self.database = database
        self.world = world
        self.keys = OurKeys(database.read(identity.keyring))
        budget = Budget(settings.peer_records, settings.peer_bytes)
        self.terms = peers.Terms(settings.notice_days, budget)
        self.book = Book(database)
        self.mail_nudge, self.received_nudge, self.directory_nudge = Nudge(), Nudge(), Nudge()
        self.doorstep = Doorstep()
        told = bool(settings.mail_host or settings.notice_command)
        self.notice_key = notifications.key_in(settings.data_dir, world.random) if told else b""
        self.edge = Edge(database, world.clock, world.random, self.keys, self.terms, self.wake, self.notice_key)
        self.receiver = Receiver(database, world.clock, world.random, self.keys)
        self.outbox = OutboxSender(
            Mail(
                database=database,
                clock=world.clock,
                random=world.random,
                outbound=world.outbound,
                me=lambda: self.keys.id,
                signer=lambda: self.keys().signer,
                undeliverable=self._undeliverable,
                stored=self.received_nudge,
            ),
            self.mail_nudge,
        )
        self.received = ReceivedWorker(
            database,
            world.clock,
            self.receiver.act,
            nudge=self.received_nudge,
            mail=self.mail_nudge,
            doorstep=self.doorstep,
        )
        self.hints = HintSender(
            Hints(
                clock=world.clock,
                random=world.random,
                outbound=world.outbound,
                me=lambda: self.keys.id,
                signer=lambda: self.keys().signer,
            )
        )
        self.replicas = Replicas(
            Ways(
                database=database,
                clock=world.clock,
                random=world.random,
                outbound=world.outbound,
                signer=lambda: self.keys().signer,
                allow_loopback=settings.allow_loopback_peers,
            )
        )
        self.sync = SyncLoop(
            Following(
                sources=self._sources,
                sync_peer=self.replicas.sync,
                clock=world.clock,
                random=world.random,
                earliest=settings.poll_earliest,
                latest=settings.poll_latest,
            )
        )
        self.directory = OwnDirectory(
            database, world.clock, self.keys, announce=self.hints.announce, wait=self.directory_nudge.wait
        )
        self._anew_at = 0
        self._translations = Translations(offered=settings.unread_languages)
        self.notices = self._notices()
        self.duties = Duties(world.clock, self._duties())
        self._waiting: dict[frozenset[str], tuple[Callable[[], None], ...]] = {
            frozenset({"outbox"}): (self.mail_nudge,),
            frozenset({"own_change"}): (self.directory_nudge,),
            frozenset({"peer", "peer_invitation"}): (self.book.forget, self.sync.nudge),
        }

    @classmethod
    def open(cls, settings: Settings, world: World | None = None) -> "Node":
        """The node of these settings. Raises `identity.NotFoundedError` before `alongside init`."""
        database = Database(settings.database)
        try:
            migrations.upgrade(database)
            return cls(settings, database, world or World.real(settings))
        except BaseException:
            database.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def wake(self, written: Collection[str] = schema.metadata.tables.keys()) -> None:
        """These tables were written to, any of them when another process did it: who waits for one of them looks.

        Nobody else is woken: four loops that read for nothing kept a changed listing from leaving for 7 ms.
        """
        for tables, looks in self._waiting.items():
            if not tables.isdisjoint(written):
                for look in looks:
                    look()

    def _undeliverable(self, tx: Writing, outgoing: Outgoing, code: str) -> None:
        if outgoing.type.startswith("peer."):
            peers.undeliverable(tx, outgoing)
        elif outgoing.type.startswith("fit."):
            fit.undeliverable(tx, outgoing, code)
        else:
            receiving.undeliverable(tx, outgoing, code, now=self.world.clock.now(), random=self.world.random)

    # What the federation endpoints are made from.

    def doors(self) -> Doors:
        """The inbox and the feed."""
        return Doors(
            database=self.database,
            us=self.keys,
            clock=self.world.clock,
            random=self.world.random,
            book=self.book,
            terms=self.terms,
            told=Told(stored=self.received_nudge, agreed=self._agreed, hinted=self.sync.hint, heard=self._heard),
            doorstep=self.doorstep,
            inbox_per_minute=self.settings.inbox_per_minute,
            allow_loopback=self.settings.allow_loopback_peers,
        )

    def federation_routes(self) -> list[Route]:
        """The four endpoints."""

        def changes(reading: Reading, since: Cursor | None, after: Position | None) -> bytes:
            return serve.changes(reading, since=since, after=after, floor=self.directory.floor)

        def heads(reading: Reading, doc: int, first: int, last: int) -> Sequence[str]:
            return serve.heads(reading, doc=doc, first=first, last=last)

        return federation.routes(self.doors(), changes, heads)

    def site(self) -> Site:
        """What the pages stand on."""
        return Site(
            edge=self.edge,
            settings=self.settings,
            pages=Pages(self._translations, self.settings.data_dir / "compiled-pages"),
            derivation=members.Derivation(),
            searches=Fleeting(self.world.clock, self.world.random),
            pending=Fleeting(self.world.clock, self.world.random, most=WORDS_SHOWN),
            gazetteer=Gazetteer(self.settings.data_dir / "towns.sqlite3"),
            outbound=self.world.outbound,
            guests=Allowance(GUESTS_AN_HOUR, seconds=HOUR),
            stretching=Stretching(),
            patience=Patience(self.world.random),
        )

    def asgi(self) -> ASGIApp:
        """The endpoints for peers, the API and the pages, as one application."""
        site, doors = self.site(), self.federation_routes()
        clients = api.Door(Api(self.edge, site.derivation, site.pages.stylesheet.path))

        async def nothing(request: Request, _: Exception) -> Response:
            return await pages.nothing(site, request)

        application = Starlette(
            routes=[*doors, Mount(api.PATH, clients), *pages.routes(site)],
            exception_handlers={404: nothing, 405: nothing},
        )
        return Armour(
            application,
            origin=self.settings.origin,
            neutral_site=self.settings.neutral_site,
            script=site.pages.idle.path,
            secure=site.secure,
            apart_from=[route.path for route in doors],
        )

    def _agreed(self) -> None:
        self.book.forget()
        self.sync.nudge()
        self.directory_nudge()
        self.duties.nudge()

    def _heard(self, peer: NodeId) -> None:
        self.outbox.heard(peer)
        self.sync.heard(peer)

    async def _readers(self) -> Sequence[tuple[NodeId, str]]:
        now = self.world.clock.now()
        return await self.database.aread(lambda reading: peers.readers(reading, now))

    async def _sources(self) -> Sequence[NodeId]:
        return await self.database.aread(peers.sources)

    def _notices(self) -> dict[Kind, NoticeSender]:
        """The ways of telling people that the host has set up, each with its loop."""
        settings, random = self.settings, self.world.random
        ways: dict[Kind, Way] = {}
        if settings.mail_host:
            ways[Kind.EMAIL] = ByMail(
                host=settings.mail_host,
                port=settings.mail_port,
                tls=settings.mail_tls,
                sender=settings.mail_from,
                user=settings.mail_user,
                password=settings.mail_password.get_secret_value(),
                random=random,
            )
        if settings.notice_command:
            ways[Kind.COMMAND] = ByCommand(settings.notice_command)
        telling = Telling(
            database=self.database,
            clock=self.world.clock,
            random=random,
            key=self.notice_key,
            words=self._words,
            today=SentToday(random),
        )
        return {kind: NoticeSender(telling, kind, way) for kind, way in ways.items()}

    def _words(self, lang: str) -> Notice:
        return notice(
            self._translations.read(lang if lang in self._translations.languages else SOURCE_LANGUAGE).gettext
        )

    # What has to be done from time to time.

    def _duties(self) -> list[Duty]:
        return [
            Duty("seal-keys", HOUR, self._renew_keys),
            Duty("agreements", MINUTE, self._follow_agreements),
            Duty("requests", MINUTE, self._expire),
            Duty("sessions", MINUTE, self._forget_sessions),
            Duty("old-rows", HOUR, self._forget_old),
            Duty("listings", 6 * HOUR, self._lapse),
            Duty("unseen-listings", HOUR, self._stop_unseen),
            Duty("files", 10 * MINUTE, self._write_anew),
        ]

    async def _renew_keys(self, now: int) -> None:
        doc, random = self.keys().doc, self.world.random

        def renew(tx: Writing) -> bool:
            return identity.renew_seal_keys(tx, doc=doc, now=now, random=random)

        if await self.database.awrite(renew):
            self.keys.reload(await self.database.aread(identity.keyring))
            self.directory_nudge()

    async def _follow_agreements(self, now: int) -> None:
        """What an agreement no longer covers is no longer searched; what was open with who has parted ends."""

        def follow(tx: Writing) -> list[int]:
            left = following.purge(tx, now)
            followed = set(peers.sources(tx))
            for peer in following.followed(tx):
                if peer != self.keys.id and peer not in followed:
                    left += following.leave(tx, peer)
            for known in peers.every(tx):
                if (
                    effective(known.standing.ours, known.standing.theirs) is Steps.NONE
                    and known.standing.state is peers.State.ENDED
                ):
                    schedule.parted(tx, known.node, now=now, random=self.world.random)
                    turns.parted(tx, known.node)
            return left

        await following.drop(self.database, await self.database.awrite(follow))

    async def _expire(self, now: int) -> None:
        keyring, random = self.keys(), self.world.random
        await self.database.awrite(lambda tx: schedule.silence(tx, keyring=keyring, now=now, random=random))
        await self.database.awrite(lambda tx: schedule.expire(tx, now, random=random))
        await self.database.awrite(lambda tx: receiving.apply_overdue(tx, keyring=keyring, now=now, random=random))
        if await self.database.awrite(lambda tx: fit.release(tx, me=keyring.id, now=now)):
            self.mail_nudge()
        await self.database.awrite(lambda tx: fit.forget_old(tx, now))
        if await turns.go_on(self.database, keyring=keyring, now=now, random=random):
            self.mail_nudge()

    async def _forget_sessions(self, now: int) -> None:
        await self.database.awrite(lambda tx: members.forget_old(tx, now))

    async def _forget_old(self, now: int) -> None:
        for forget in (
            delivery.forget_old,
            peers.forget_old,
            schedule.forget_old,
            listings.forget_old_keys,
            concerns.forget_old,
        ):
            await self.database.awrite(_at(forget, now))
        await self.directory.forget_old(now)

    async def _write_anew(self, now: int) -> None:
        """Nothing that was deleted stays in a file, nor the order in which rows came: daily, and soon after a deletion."""
        if not self.database.forgetting and now < self._anew_at:
            return
        await following.forget_words(self.database)
        self._anew_at = now + 24 * HOUR
        if self.database.dialect != "sqlite":
            return
        if not await asyncio.to_thread(self.database.write_anew, TRIES_ANEW):
            structlog.get_logger().warning("files-not-written-anew")

    async def _stop_unseen(self, _now: int) -> None:
        await lapsing.stop_unseen(self.edge)

    async def _lapse(self, now: int) -> None:
        await lapsing.lapse(self.edge)
        while await self.database.awrite(_at(listings.forget_old_drafts, now)):
            pass  # some at a time: an imported list may be long, and everybody's writes wait meanwhile
        await vouching_acts.end_vouching(self.edge)

    # Running.

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Node"]:
        """The loops, without a web server."""
        await reindexing.renew_index(self.database)
        await following.drop_idle(self.database)
        await self.directory.load()
        loops = {
            "outbox": self.outbox.run,
            "received": self.received.run,
            "directory": self.directory.run,
            "hints": self.hints.run,
            "sync": self.sync.run,
            "duties": self.duties.run,
            **{f"notices-{kind}": sender.run for kind, sender in self.notices.items()},
        }
        async with Worker(loops):
            if (head := self.directory.head) is not None:
                # One that was signed before may not have been told to everybody.
                self.hints.announce(HintBody(doc=head.doc, seq=head.seq), await self._readers())
            yield self


def _at(forget: Callable[[Writing, int], int], now: int) -> Callable[[Writing], int]:
    return lambda tx: forget(tx, now)
