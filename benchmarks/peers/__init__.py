"""What the program is measured beside: peers in an environment of their own, each a process that does one durable step when told.

Python peers live in `.venv-peers` (requirements/peers.txt), those of Node in `out/peers` (package-lock.json here).
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
_PYTHON = ROOT / ".venv-peers"
_NODE = ROOT / "out" / "peers"


@dataclass
class Peer:
    """One peer at work, of these `versions`; `seconds`: of each step that was told."""

    title: str
    about: str
    command: tuple[str, ...]
    versions: Sequence[str] = ()
    seconds: list[float] = field(default_factory=list)
    process: "subprocess.Popen[str] | None" = None

    def step(self, *, kept: bool = True) -> None:
        """Have it do one step."""
        assert self.process is not None
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("step\n")
        self.process.stdin.flush()
        told = self.process.stdout.readline()
        if not told:
            raise RuntimeError(f"{self.title} ended")
        if kept:
            self.seconds.append(float(told))


@contextmanager
def peers(folder: Path) -> Iterator[tuple[list[Peer], list[str]]]:
    """The peers that can be had here, started on databases in the folder; and what is left out, with its reason."""
    python = str(python_peers())
    found = [
        Peer(title, about, (python, script), versions_of_python(python, title, *beside))
        for title, about, script, beside in (
            ("django-fsm-2", "get, transition, save", "fsm_steps.py", ("django",)),
            ("SpiffWorkflow", "load, one task, save", "spiff_steps.py", ()),
            ("django-viewflow", "find the task, run it, next task", "viewflow_steps.py", ()),
        )
    ]
    left_out = []
    try:
        node = node_peers()
        versions = [*versions_of_node(node, "bpmn-engine", "libsql"), f"Node {_told('node', '--version')}"]
    except (OSError, subprocess.CalledProcessError) as error:
        left_out.append(f"Left out: bpmn-engine, which needs node and npm ({type(error).__name__}).")
    else:
        words = ("node", "bpmn_steps.mjs", str(node))
        found.append(Peer("bpmn-engine", "recover, one task, save", words, versions))
    with ExitStack() as running:
        for peer in found:
            program, script, *rest = peer.command
            peer.process = running.enter_context(
                subprocess.Popen(
                    [program, str(HERE / script), str(folder / f"{peer.title}.db"), *rest],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
        yield found, left_out
        for peer in found:
            assert peer.process is not None
            peer.process.communicate()


def python_peers() -> Path:
    """The Python of the peers' own environment, made if it is not there or its requirements have changed."""
    wanted = (ROOT / "requirements" / "peers.txt").read_text(encoding="utf-8")
    made, python = _PYTHON / "made-for.txt", _PYTHON / "bin" / "python"
    if not made.exists() or made.read_text(encoding="utf-8") != wanted:
        shutil.rmtree(_PYTHON, ignore_errors=True)
        _run(sys.executable, "-m", "venv", "--without-pip", str(_PYTHON))
        locked = str(ROOT / "requirements" / "peers.txt")
        _run(
            sys.executable,
            "-m",
            "uv",
            "pip",
            "sync",
            "-q",
            "--python",
            str(python),
            "--require-hashes",
            locked,
        )
        made.write_text(wanted, encoding="utf-8")
    return python


def node_peers() -> Path:
    """Where the packages of Node are, put there if they are not. OSError or CalledProcessError if they cannot be."""
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    made = _NODE / "made-for.json"
    if not made.exists() or made.read_text(encoding="utf-8") != lock:
        shutil.rmtree(_NODE, ignore_errors=True)
        _NODE.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, _NODE)
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=_NODE)
        made.write_text(lock, encoding="utf-8")
    return _NODE


def versions_of_python(python: str, *names: str) -> list[str]:
    """Name and version of packages as they are installed beside a Python."""
    ask = "import sys; from importlib.metadata import version; print(*map(version, sys.argv[1:]))"
    told = _told(python, "-c", ask, *names).split()
    return [f"{name} {one}" for name, one in zip(names, told, strict=True)]


def versions_of_node(folder: Path, *names: str) -> list[str]:
    """The same of packages of Node, where they were put."""
    texts = {name: (folder / "node_modules" / name / "package.json").read_text("utf-8") for name in names}
    return [f"{name} {json.loads(text)['version']}" for name, text in texts.items()]


def _told(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def _run(*words: str, cwd: Path = ROOT) -> None:
    subprocess.run(
        words, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
