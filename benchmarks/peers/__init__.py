"""What the program is measured beside: peers in an environment of their own, each a process that does one durable step when told.

Python peers live in `.venv-peers` (requirements/peers.txt), those of Node in `out/peers` (package-lock.json here).
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
_PYTHON = ROOT / ".venv-peers"
_NODE = ROOT / "out" / "peers"


@dataclass
class Peer:
    """One peer at work; `seconds`: of each step that was told. `marks`: how many times as long it is to take, mark and aim."""

    title: str
    about: str
    marks: tuple[float, float]
    command: tuple[str, ...]
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
        Peer("django-fsm-2", "get, transition, save", (1.5, 2.5), (python, "fsm_steps.py")),
        Peer("SpiffWorkflow", "load, one task, save", (3, 5), (python, "spiff_steps.py")),
        Peer("django-viewflow", "find the task, run it, next task", (5, 10), (python, "viewflow_steps.py")),
    ]
    left_out = []
    try:
        node = node_peers()
    except (OSError, subprocess.CalledProcessError) as error:
        left_out.append(f"Left out: bpmn-engine, which needs node and npm ({type(error).__name__}).")
    else:
        words = ("node", "bpmn_steps.mjs", str(node))
        found.append(Peer("bpmn-engine", "recover, one task, save", (20, 30), words))
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


def _run(*words: str, cwd: Path = ROOT) -> None:
    subprocess.run(
        words, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
    )
