"""Every example of docs/develop/api.md, run in its order against a real node in a process of its own."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alongside_node.entrypoints.api.problems import TOLD
from ports import free_ports

DOCUMENT = (Path(__file__).parents[2] / "docs/develop/api.md").read_text("utf-8")
BLOCKS = re.findall(r"```(sh|json|python)\n(.*?)```", DOCUMENT, re.DOTALL)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[dict[str, str]]:
    for tool in ("curl", "jq"):
        if shutil.which(tool) is None:
            pytest.fail(f"{tool} is missing") if os.environ.get("CI") else pytest.skip(f"apt-get install {tool}")
    [port] = free_ports(1)
    origin = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "ALONGSIDE_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": ""}
    alongside = [sys.executable, "-m", "alongside_node.cli"]
    named = ["--name", "Oak", "--origin", origin, "--steward", "Mira", "--port", str(port), "--development", "--json"]
    founded = subprocess.run([*alongside, "init", *named], env=environment, capture_output=True, check=True, timeout=60)
    words = " ".join(json.loads(founded.stdout)["words"])
    process = subprocess.Popen([*alongside, "serve"], env=environment, stderr=subprocess.DEVNULL)
    ready = ["curl", "-sS", "--retry", "100", "--retry-delay", "0", "--retry-max-time", "30", "--retry-connrefused"]
    subprocess.run([*ready, "-o", str(tmp_path / "ready"), f"{origin}/api/v1/community"], check=True, timeout=60)
    yield {"NODE": origin, "WORDS": words}
    process.terminate()
    process.wait(20)


def shows(shown: Any, answered: Any) -> bool:
    """Whether an answer is as the document shows it; `…` stands for anything."""
    if shown == "…":
        return True
    if isinstance(shown, dict) and isinstance(answered, dict):
        return shown.keys() == answered.keys() and all(shows(shown[name], answered[name]) for name in shown)
    if isinstance(shown, list) and isinstance(answered, list):
        return len(shown) == len(answered) and all(map(shows, shown, answered))
    return bool(shown == answered)


def test_every_example_does_what_it_says(node: dict[str, str], tmp_path: Path) -> None:
    script, expected, programs = ["set -euo pipefail"], [], []
    for at, (language, text) in enumerate(BLOCKS):
        if language == "python":
            programs.append(text)
        elif language == "sh":
            script.append(f"{{ {text}\n}} > {tmp_path}/{at}")
            if BLOCKS[at + 1][0] == "json":
                expected.append((at, json.loads(BLOCKS[at + 1][1])))
    script.append('printf %s "$CODE"')
    environment = {"PATH": os.environ["PATH"], **node}
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    for at, shown in expected:
        answered = json.loads((tmp_path / str(at)).read_text("utf-8"))
        assert shows(shown, answered), (BLOCKS[at][1], answered)
    given = {**node, "CODE": done.stdout}
    names = "\n".join(f"{name} = {value!r}" for name, value in given.items())
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join([names, *programs])], capture_output=True, text=True, check=False, timeout=120
    )
    assert ran.returncode == 0, ran.stderr


def test_the_documented_codes_are_the_programs() -> None:
    rows = "".join(f"| `{code}` | {status} | {told} |\n" for code, (status, told) in TOLD.items())
    assert rows in DOCUMENT
