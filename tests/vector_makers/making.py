"""Every file of vectors, by its path: what `python tests/vector_makers` writes and what a test compares with what is committed."""

from itertools import chain

from vector_makers import asking, content, directory, primitives, sealed, syncing
from vector_makers.writing import FOLDER, Sheet

MAKERS = (primitives, directory, content, syncing, asking, sealed)


def sheets() -> dict[str, Sheet]:
    """All of them, made anew."""
    return {sheet.path: sheet for sheet in chain.from_iterable(maker.sheets() for maker in MAKERS)}


def write() -> None:
    """Into the package; files that are no longer made are taken away."""
    made = sheets()
    for path, sheet in sorted(made.items()):
        file = FOLDER / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sheet.text, encoding="ascii")
        refused = sum("reason" in case for case in sheet.cases)
        print(f"{path}: {len(sheet.cases) - refused} taken, {refused} refused")
    for file in FOLDER.glob("*/*.json"):
        if f"{file.parent.name}/{file.name}" not in made:
            file.unlink()
            print(f"{file.parent.name}/{file.name}: gone")
