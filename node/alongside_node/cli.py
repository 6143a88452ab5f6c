"""`alongside`: the command line of those who host a node. Everything it does goes through the same slices as pages and API.

Beside a running node it reads and writes the same database, and never checkpoints it. What it prints about people is what stewards see
anyway: never a word that somebody wrote, never who asked whom. `--json` prints one JSON value on standard output.
"""

import asyncio
import gc
import json
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import typer

from alongside_node.foundation.database import Database, Writing
from alongside_node.foundation.running import wake
from alongside_node.settings import Settings, load
from alongside_protocol.errors import Refused

main = typer.Typer(
    help="A community's node in the Alongside network.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,  # they print local variables, which may hold keys and words
)
peer = typer.Typer(help="Other communities: invite, ask, agree, part.", no_args_is_help=True)
keys = typer.Typer(help="Who this node is: its id, its words, its keys.", no_args_is_help=True)
main.add_typer(peer, name="peer")
main.add_typer(keys, name="keys")

Json = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of words.")]
_SHEETS: Final = 3
_NEEDED: Final = 2
_CHECK_SECONDS: Final = 2.0


def _say(value: Any, words: Callable[[Any], None], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    else:
        words(value)


def _stop(sentence: str) -> NoReturn:
    typer.secho(sentence, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


def _settings() -> Settings:
    from pydantic import ValidationError  # noqa: PLC0415 - only to say what is wrong

    try:
        return load()
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, part['loc'])) or 'together'}: {part['msg']}" for part in error.errors()
        )
        _stop(f"The settings do not fit: {problems}")
    except ValueError as error:
        _stop(f"The settings file cannot be read: {error}")


@contextmanager
def _beside(settings: Settings) -> Iterator[Any]:
    """The node of these settings, without its loops, beside one that may be running."""
    from alongside_node import migrations  # noqa: PLC0415 - a command imports what it needs
    from alongside_node.app import Node, World  # noqa: PLC0415
    from alongside_node.identity.actions import NotFoundedError  # noqa: PLC0415

    database = Database(settings.database, checkpoints=False)
    try:
        migrations.upgrade(database)
        yield Node(settings, database, World.real(settings))
        wake(settings.data_dir)
    except NotFoundedError:
        _stop("There is no community here yet. Begin with: alongside init")
    except migrations.NewerDatabaseError as newer:
        _stop(str(newer))
    except Refused as refused:
        _stop(f"Not possible: {refused.detail} ({refused.code}).")
    finally:
        database.close()


# Founding and serving.


@main.command()
def init(  # noqa: PLR0913, PLR0917 - each is one question of the wizard
    name: Annotated[str, typer.Option(prompt="What is your community called?", help="Its name.")],
    origin: Annotated[
        str,
        typer.Option(prompt="Under which address will people reach it? (https://…)", help="https://…, without a path."),
    ],
    steward: Annotated[str, typer.Option(prompt="Your name, as other stewards know you", help="The first steward.")],
    lang: Annotated[str, typer.Option(help="The language it speaks first.")] = "en",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    database: Annotated[str, typer.Option(help="postgresql://…; empty: SQLite in the data folder.")] = "",
    development: Annotated[bool, typer.Option(help="On one machine only: http and peers on loopback.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Found a community: its keys, its database, its first steward, its recovery sheets."""
    from alongside_node.founding import AlreadyFoundedError, found  # noqa: PLC0415

    folder = Path(_data_dir())
    chosen = {
        "origin": origin,
        "host": host,
        "port": port,
        **({"database_url": database} if database else {}),
        **({"production": False, "allow_loopback_peers": True, "notice_days": 0} if development else {}),
    }
    try:
        founded = found(folder, chosen, name=name, lang=lang, steward=steward, sheets=_SHEETS, needed=_NEEDED)
    except AlreadyFoundedError:
        _stop(f"There is a community in {folder} already. Nothing was changed.")
    except Refused as refused:
        _stop(f"Not possible: {refused.detail} ({refused.code}).")
    value = {
        "node": founded.node,
        "words": list(founded.words),
        "sheets": list(founded.sheets),
        "needed": _NEEDED,
        "folder": str(folder),
    }
    _say(value, _founded_in_words, as_json=as_json)


def _data_dir() -> str:
    import os  # noqa: PLC0415

    return os.environ.get("ALONGSIDE_DATA_DIR", "data")


def _founded_in_words(value: dict[str, Any]) -> None:
    typer.echo(f"\nYour community is founded, in {value['folder']}.\n")
    typer.secho(
        "Recovery sheets. Print or copy each, give each to somebody else, keep none on this machine.", bold=True
    )
    typer.echo(f"Any {value['needed']} of them together decide who this node is. They are shown only now.\n")
    for number, sheet in enumerate(value["sheets"], 1):
        typer.echo(f"  Sheet {number}: {sheet}\n")
    typer.secho("Your own seven words, to sign in. They too are shown only now.", bold=True)
    typer.echo(f"\n  {' '.join(value['words'])}\n")
    typer.echo("Next: alongside serve")


@main.command()
def serve() -> None:
    """Run the node: pages, peers, and the work in the background."""
    gc.disable()  # nothing of what is imported is ever garbage: looking for it took a tenth of the start (measured)
    from alongside_node.foundation import telemetry  # noqa: PLC0415
    from alongside_node.foundation.running import AlreadyRunningError, RunningLock  # noqa: PLC0415

    settings = _settings()
    telemetry.configure(as_json=settings.log_json)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with RunningLock(settings.data_dir):
            _serve(settings)
    except AlreadyRunningError as running:
        _stop(str(running))


def _serve(settings: Settings) -> None:
    from alongside_node import migrations  # noqa: PLC0415
    from alongside_node.app import Node  # noqa: PLC0415
    from alongside_node.entrypoints.server import listen  # noqa: PLC0415
    from alongside_node.identity.actions import NotFoundedError  # noqa: PLC0415

    try:
        node = Node.open(settings)
    except NotFoundedError:
        _stop("There is no community here yet. Begin with: alongside init")
    except migrations.NewerDatabaseError as newer:
        _stop(str(newer))
    gc.freeze()
    gc.enable()
    try:
        typer.echo(f"Listening on {settings.host}:{settings.port}, reached as {settings.origin}", err=True)
        _run(listen(node.asgi(), node.running(), host=settings.host, port=settings.port, wake=node.wake))
    except OSError as error:
        _stop(f"Cannot listen on {settings.host}:{settings.port}: {error.strerror or error}")
    finally:
        node.close()


def _run(story: Any) -> None:
    """Run the server's story, on uvloop where there is one."""
    try:
        import uvloop  # noqa: PLC0415 - not on every system

        factory = uvloop.new_event_loop
    except ImportError:
        factory = None
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(story)


# People.


@main.command()
def invite(
    steward: Annotated[bool, typer.Option("--steward", help="For somebody who will look after the community.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """A code for one person to join with. It works once, for 14 days."""
    from alongside_node.members import actions as members  # noqa: PLC0415

    role = members.Role.STEWARD if steward else members.Role.MEMBER
    with _beside(_settings()) as node:
        now = node.edge.now
        code, _ = node.database.write(lambda tx: members.invite(tx, role, now=now, random=secrets.token_bytes))
        value = {"code": code, "address": f"{node.keys.origin}/join"}
    _say(value, lambda said: typer.echo(f"{said['code']}\nto be used at {said['address']}"), as_json=as_json)


@main.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV, or Open Referral HSDS 3.0 JSON.", exists=True, dir_okay=False)],
    keeper: Annotated[
        str, typer.Option("--for", help="Name of the steward who keeps the drafts; the first if not said.")
    ] = "",
    source: Annotated[str, typer.Option("--as", help="Name of this list; the file's name if not said.")] = "",
    zone: Annotated[str, typer.Option(help="Time zone of opening hours that name none, as Europe/Berlin.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Read listings from a file, all or nothing, as drafts. Nobody is listed without their own yes."""
    from alongside_node.importing.command import bring_in  # noqa: PLC0415

    with _beside(_settings()) as node:
        report = bring_in(
            node, file, keeper=keeper, source=source, zone=zone, dry_run=dry_run, show_progress=not as_json
        )
        _say(report.as_json(), lambda _: report.show(), as_json=as_json)
        if not report.taken:
            raise typer.Exit(1)


# Other communities.


@peer.command(name="invite")
def peer_invite(
    note: Annotated[str, typer.Argument(help="For whom, in your words.")] = "",
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """A code for another community, to be handed over by people who know each other."""
    from alongside_node.peers import actions as peers  # noqa: PLC0415

    with _beside(_settings()) as node:
        edge = node.edge
        code = node.database.write(
            lambda tx: peers.invite(tx, note, us=node.keys.chain, now=edge.now, random=edge.random)
        )
    _say({"code": code.text}, lambda said: typer.echo(said["code"]), as_json=as_json)


@peer.command(name="accept")
def peer_accept(
    code: Annotated[str, typer.Argument(help="What they handed you.")],
    step: Annotated[str, typer.Option(help="How far to go: listings or requests.")] = "listings",
    yes: Annotated[bool, typer.Option("--yes", help="The words were compared.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Ask the community that gave you a code."""
    from alongside_node.peers import actions as peers  # noqa: PLC0415
    from alongside_protocol.client import flows  # noqa: PLC0415
    from alongside_protocol.client.drivers import arun  # noqa: PLC0415
    from alongside_protocol.messages import Steps  # noqa: PLC0415
    from alongside_protocol.node_document import fingerprint  # noqa: PLC0415
    from alongside_protocol.peering import read_code  # noqa: PLC0415

    settings = _settings()
    with _beside(settings) as node:
        loopback = settings.allow_loopback_peers
        read = read_code(code, allow_loopback=loopback)
        chain = asyncio.run(arun(flows.read_node(read.origin, allow_loopback=loopback), node.world.outbound.send))
        peers.check_code(read, chain)
        words = fingerprint(chain)
        if not yes and not as_json:
            typer.echo(f"\n  {' '.join(words)}\n")
            typer.confirm("Did they read these words to you?", abort=True)
        edge = node.edge

        def work(tx: Writing) -> None:
            peers.ask(
                tx,
                read,
                chain,
                us=edge.us(tx),
                step=Steps(step),
                terms=edge.terms,
                now=edge.now,
                random=edge.random,
            )

        node.database.write(work)
        value = {"node": chain.id, "origin": read.origin, "words": list(words)}
    _say(value, lambda said: typer.echo(f"Asked {said['origin']}."), as_json=as_json)


@peer.command(name="agree")
def peer_agree(
    node_id: Annotated[str, typer.Argument(metavar="NODE", help="Their id, or its beginning.")],
    step: Annotated[str, typer.Option(help="How far: none, listings or requests.")] = "listings",
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Take a step with a community, forward or back."""
    from alongside_node.peers import actions as peers  # noqa: PLC0415
    from alongside_protocol.messages import Steps  # noqa: PLC0415

    with _beside(_settings()) as node:
        found, edge = _peer(node, node_id), node.edge

        def work(tx: Writing) -> None:
            peers.agree(
                tx,
                found.node,
                Steps(step),
                us=edge.us(tx),
                review_day=found.review_day,
                terms=edge.terms,
                now=edge.now,
                random=edge.random,
            )

        node.database.write(work)
    _say({"node": found.node, "step": step}, lambda said: typer.echo(f"Our step: {said['step']}."), as_json=as_json)


@peer.command(name="end")
def peer_end(
    node_id: Annotated[str, typer.Argument(metavar="NODE", help="Their id, or its beginning.")],
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Part with a community."""
    from alongside_node.peers import actions as peers  # noqa: PLC0415

    with _beside(_settings()) as node:
        found, edge = _peer(node, node_id), node.edge
        node.database.write(lambda tx: peers.end(tx, found.node, us=edge.us(tx), now=edge.now, random=edge.random))
    _say({"node": found.node}, lambda _: typer.echo("Parted."), as_json=as_json)


def _peer(node: Any, beginning: str) -> Any:
    from alongside_node.peers import actions as peers  # noqa: PLC0415

    known = [one for one in node.database.read(peers.every) if one.node.startswith(beginning)]
    if len(known) != 1:
        _stop("No community of ours has such an id." if not known else "More than one id begins so.")
    return known[0]


@peer.command(name="list")
def peer_list(as_json: Json = False) -> None:  # noqa: FBT002
    """Whom we federate with, how fresh, what waits, what failed."""
    from alongside_node.reporting import peers_of  # noqa: PLC0415

    with _beside(_settings()) as node:
        value = node.database.read(lambda reading: peers_of(reading, node.edge.now))
    _say(value, _peers_in_words, as_json=as_json)


def _peers_in_words(several: list[dict[str, Any]]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table("community", "state", "ours", "theirs", "listings", "fresh", "waiting", "trouble", box=None)
    for one in several:
        table.add_row(
            one["name"],
            one["state"],
            one["ours"],
            one["theirs"],
            str(one["listings"]),
            one["checked"] or "never",
            str(one["waiting"]),
            one["trouble"] or "",
        )
    Console().print(table)


@main.command()
def sync(
    node_id: Annotated[str, typer.Argument(metavar="[NODE]", help="One community; all when not said.")] = "",
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Read other communities' directories now."""
    from dataclasses import replace  # noqa: PLC0415

    from rich.progress import Progress  # noqa: PLC0415

    from alongside_node.peers import actions as peers  # noqa: PLC0415

    with _beside(_settings()) as node, Progress(disable=as_json) as progress:
        sources = node.database.read(peers.sources)
        wanted = [_peer(node, node_id).node] if node_id else sources
        bars = {one: progress.add_task(one[:12], total=None) for one in wanted}
        node.replicas.ways = replace(
            node.replicas.ways, progress=lambda one, records: progress.update(bars[one], completed=records)
        )

        async def story() -> list[dict[str, Any]]:
            orders = [await node.replicas.sync(one) for one in wanted]
            return [
                {"node": one, "head": None if order is None else f"{order[0]}.{order[1]}"}
                for one, order in zip(wanted, orders, strict=True)
            ]

        value = asyncio.run(story())
    _say(value, _synced_in_words, as_json=as_json)
    if any(one["head"] is None for one in value):
        raise typer.Exit(1)


def _synced_in_words(several: list[dict[str, Any]]) -> None:
    for one in several:
        typer.echo(f"{one['node'][:12]}  {one['head'] or 'refused'}")


@main.command()
def search(  # noqa: PLR0913, PLR0917 - each is one filter
    words: Annotated[list[str] | None, typer.Argument(help="What would help.")] = None,
    promise: Annotated[bool, typer.Option(help="Only who promises no police or hospital without a yes.")] = False,  # noqa: FBT002
    open_now: Annotated[bool, typer.Option("--open-now")] = False,  # noqa: FBT002
    near: Annotated[str, typer.Option(help="A town.")] = "",
    km: Annotated[int, typer.Option(help="How far from it.")] = 25,
    language: Annotated[str, typer.Option()] = "",
    kind: Annotated[str, typer.Option(help="listening, circle, company, practical …")] = "",
    some: Annotated[bool, typer.Option("--some", help="What has some of the words, not all.")] = False,  # noqa: FBT002
    limit: Annotated[int, typer.Option()] = 20,
    explain: Annotated[bool, typer.Option("--explain", help="Say why this order.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Look for support in our own and our peers' listings, as a member would. Nothing of it is kept."""
    from alongside_node.directory import searching  # noqa: PLC0415
    from alongside_node.directory.gazetteer import Gazetteer  # noqa: PLC0415
    from alongside_node.reporting import found_of  # noqa: PLC0415
    from alongside_protocol.place import Point  # noqa: PLC0415

    settings = _settings()
    with _beside(settings) as node:
        circle = None
        if near:
            towns = Gazetteer(settings.data_dir / "towns.sqlite3").find(near)
            if not towns:
                _stop("No town of this name is known here.")
            point = Point(latitude=towns[0].latitude, longitude=towns[0].longitude)
            circle = searching.Near(point, km)
        query = searching.Query(
            words=" ".join(words or []),
            some=some,
            types=(kind,) if kind else (),
            languages=(language,) if language else (),
            promise=promise,
            open_now=open_now,
            near=circle,
        )
        viewer = searching.Viewer(node.keys.id, member=True)
        now = node.edge.now
        value = node.database.read(lambda reading: found_of(reading, query, viewer, now=now, limit=limit))
    _say(value, _explained(now) if explain else _found_in_words, as_json=as_json)


def _explained(now: int) -> Callable[[list[dict[str, Any]]], None]:
    """The same with the steps from each result to where it stands (docs/protocol/fair-order.md)."""
    from alongside_protocol import fair_order  # noqa: PLC0415

    seed = fair_order.seed_of(now)
    start = fair_order.start(seed)

    def say(several: list[dict[str, Any]]) -> None:
        typer.echo(f"Seed {seed}: the day starts at place {start} of {fair_order.PLACES}, and goes round.")
        for one in several:
            steps = (one["place"] - start) % fair_order.PLACES
            typer.echo(f"  {one['ring']:13}  {steps:>16} from the start  place {one['place']:>16}  {one['id']}")

    return say


def _found_in_words(several: list[dict[str, Any]]) -> None:
    for one in several:
        typer.secho(one["title"], bold=True)
        typer.echo(f"  {one['community']} · {one['type']} · {one['promise']}")
    if not several:
        typer.echo("Nothing found this time.")


@main.command()
def status(
    check: Annotated[bool, typer.Option("--check", help="Only, as exit status, whether it answers.")] = False,  # noqa: FBT002
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """How this node is: listings, peers, what waits, which head was signed when."""
    if check:
        _check(_settings())
        return
    from alongside_node.reporting import status_of  # noqa: PLC0415

    with _beside(_settings()) as node:
        value = node.database.read(lambda reading: status_of(reading, node.keys(), node.edge.now))
    _say(value, _status_in_words, as_json=as_json)


def _check(settings: Settings) -> None:
    """Stop with status 1 unless the node of these settings answers where it listens."""
    from alongside_node.foundation.running import answers  # noqa: PLC0415
    from alongside_protocol.trust import WELL_KNOWN_PATH  # noqa: PLC0415

    name = settings.origin.partition("://")[2]
    if not answers(settings.host, settings.port, name=name, path=WELL_KNOWN_PATH, within=_CHECK_SECONDS):
        _stop(f"No node answers on {settings.host}:{settings.port} as {settings.origin}.")


def _status_in_words(value: dict[str, Any]) -> None:
    typer.secho(value["community"], bold=True)
    for name in ("node", "origin", "members", "listings", "head", "signed", "messages_waiting"):
        typer.echo(f"  {name.replace('_', ' '):<18}{value[name]}")
    _peers_in_words(value["peers"])


@main.command()
def disclose(as_json: Json = False) -> None:  # noqa: FBT002
    """What this machine could be made to hand over, table by table, as the seizure test found it."""
    from alongside_node.disclosing import statement  # noqa: PLC0415

    _say(statement.as_values(), _disclosed_in_words, as_json=as_json)


def _disclosed_in_words(value: dict[str, Any]) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    from alongside_node.disclosing.statement import KEPT  # noqa: PLC0415

    console = Console()
    table = Table("table", "what is in it", "what could be read, and what it gives away", "columns", show_lines=True)
    for name, one in value["tables"].items():
        shows = ([f"Readable: {'; '.join(one['readable'])}."] if one["readable"] else []) + [one["weak"]]
        columns = "\n".join(f"{column}: {kept}" for column, kept in one["columns"].items())
        table.add_row(name, one["says"], " ".join(filter(None, shows)), columns)
    console.print(table)
    console.print("What the words for columns mean:", style="bold")
    for kept, words in KEPT.items():
        console.print(f"  {kept}: {words}")
    for title, texts in (("Found in no table and no file:", value["nowhere"]), ("What stays weak:", value["weak"])):
        console.print(title, style="bold")
        for text in texts:
            console.print(f"  · {text}")


# Keys.


@keys.command(name="show")
def keys_show(as_json: Json = False) -> None:  # noqa: FBT002
    """Our id, our eight words, and until when the seal key is used."""
    from alongside_node.reporting import day  # noqa: PLC0415
    from alongside_protocol.node_document import fingerprint  # noqa: PLC0415

    with _beside(_settings()) as node:
        keyring = node.keys()
        value = {
            "node": keyring.id,
            "document": keyring.doc,
            "origin": keyring.origin,
            "words": list(fingerprint(keyring.chain)),
            "seal_until": day(keyring.seal.exp),
        }
    _say(value, _keys_in_words, as_json=as_json)


def _keys_in_words(value: dict[str, Any]) -> None:
    typer.echo(f"{value['node']}\n\n  {' '.join(value['words'])}\n")
    typer.echo(f"document {value['document']}, at {value['origin']}, sealed to until {value['seal_until']}")


@keys.command(name="renew")
def keys_renew(
    origin: Annotated[str, typer.Option(help="A new address; the old one when not said.")] = "",
    as_json: Json = False,  # noqa: FBT002
) -> None:
    """Sign a new node document with the recovery sheets: a new signing key, or a new address. Stop the node first."""
    from alongside_node.foundation.running import AlreadyRunningError, RunningLock  # noqa: PLC0415
    from alongside_node.identity import actions as identity  # noqa: PLC0415
    from alongside_node.peers import actions as peers  # noqa: PLC0415
    from alongside_protocol import recovery  # noqa: PLC0415

    settings = _settings()
    try:
        with RunningLock(settings.data_dir), _beside(settings) as node:
            sheets = [typer.prompt(f"Sheet {number}", hide_input=True) for number in range(1, _NEEDED + 1)]
            seed, edge = recovery.combine(sheets), node.edge

            def work(tx: Writing) -> int:
                renewed = identity.succeed(
                    tx,
                    seed,
                    origin=origin or node.keys.origin,
                    now=edge.now,
                    random=edge.random,
                    allow_loopback=settings.allow_loopback_peers,
                )
                peers.send_documents(tx, renewed.chain, now=edge.now, random=edge.random)
                return renewed.doc

            value = {"document": node.database.write(work)}
    except AlreadyRunningError as running:
        _stop(str(running))
    _say(value, lambda said: typer.echo(f"Document {said['document']} is signed. Peers are told."), as_json=as_json)


# The demo.


@main.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Walk the story and end.")] = False,  # noqa: FBT002
    join: Annotated[
        Path | None, typer.Option("--join", metavar="FOLDER", help="With communities that run already, by their notes.")
    ] = None,
) -> None:
    """Three communities on this machine, federated, with a story walked through them."""
    if join is not None:
        from alongside_node.demo.join import join as walk_with  # noqa: PLC0415

        raise typer.Exit(walk_with(join))
    from alongside_node.demo.walk import walk  # noqa: PLC0415

    raise typer.Exit(walk(once=once))


@main.command(name="demo-community", hidden=True)
def demo_community(
    key: Annotated[str, typer.Argument(help="harbour, colectiva or warmline.")],
    origin: Annotated[str, typer.Option(help="Under which address it is reached.")],
    port: Annotated[int, typer.Option(help="Port to listen on.")],
    database: Annotated[str, typer.Option(help="postgresql://…; empty: SQLite in the data folder.")] = "",
    notes: Annotated[Path | None, typer.Option(help="Folder to leave its invented people's words in.")] = None,
) -> None:
    """For the demo alone: found and fill one of its communities, once. It writes down how its invented people sign in."""
    from alongside_node.demo.content import KEYS, communities  # noqa: PLC0415
    from alongside_node.demo.filling import Filled, fill  # noqa: PLC0415
    from alongside_node.founding import AlreadyFoundedError  # noqa: PLC0415

    if key not in KEYS:
        _stop(f"There is no such community in the demo: it has {', '.join(KEYS)}.")
    community = next(one for one in communities() if one.key == key)
    try:
        filled = fill(community, Path(_data_dir()), origin=origin, port=port, database_url=database)
    except AlreadyFoundedError:
        if notes is not None and not Filled.noted(notes, key):
            _stop(
                f"{community.name} was founded, but not filled to the end: begin anew with an empty folder and database."
            )
        typer.echo(f"{community.name} is founded already. Nothing was changed.")
        return
    except Refused as refused:
        _stop(f"Not possible: {refused.detail} ({refused.code}).")
    if notes is not None:
        filled.write(notes)
    typer.echo(f"Founded {community.name} with {filled.listings} listings, for the demo.")


if __name__ == "__main__":
    main()
