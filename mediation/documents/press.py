"""The press: one warm worker process that sets papers (and signs them), with limits, without network or system fonts."""

import contextlib
import gc
import multiprocessing
import os
import resource
import shutil
import signal
import socket
import sys
import tempfile
import threading
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from mediation.documents.forms import Form
from mediation.documents.render import RenderedPaper, render
from mediation.documents.snapshot import Snapshot
from mediation.errors import DocumentError, MediationError, WorkLost
from mediation.language import _

MEMORY_BYTES: Final = 2 * 1024**3
CPU_SECONDS: Final = 60
WAIT_SECONDS: Final = 120.0
START_SECONDS = 120.0
_LAST_SECONDS: Final = 5.0

_PREFIX = "mediation-press-"
_P = ParamSpec("_P")
_R = TypeVar("_R")
_NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><cachedir>{folder}/cache</cachedir></fontconfig>
"""


class Renderer:
    """Owns the worker: starts it when first needed, starts another when it dies, ends it with the `with` block.

    Safe for threads: one piece of work at a time.
    """

    def __init__(
        self,
        site: Path | None = None,
        *,
        wait: float = WAIT_SECONDS,
        cpu_seconds: int = CPU_SECONDS,
        typesets: bool = True,
    ) -> None:
        """`typesets`: False for a worker that only judges signed files and needs no typesetter."""
        self._site = site.absolute() if site else None
        self._wait = wait
        self._cpu_seconds = cpu_seconds
        self._typesets = typesets
        self._lock = threading.Lock()
        self._owner = os.getpid()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._line: Connection | None = None
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def render(self, form: Form, snapshot: Snapshot) -> RenderedPaper:
        """Set a paper in the worker; see `documents.render.render`."""
        return self.run(render, form, snapshot, self._site)

    def run(self, work: Callable[_P, _R], *args: _P.args, **kwargs: _P.kwargs) -> _R:
        """Do a piece of work in the worker: a top-level callable, its arguments and result picklable.

        A worker that somebody has killed is replaced, and the new one does the work; if that is killed too, it is given up.
        Raises what the work raises of our own errors; anything else, a time-out and a dead worker are WorkLost.
        """
        with self._lock:
            try:
                try:
                    error, result = self._do(work, args, kwargs)
                except (EOFError, OSError):
                    if not self._was_killed():
                        raise
                    error, result = self._do(work, args, kwargs)
            except (EOFError, OSError) as cause:
                self._end()
                raise WorkLost(_("制作文书的进程意外结束（可能超出内存或时间限制），请重试")) from cause
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]  # what came through the pipe is what the work returned

    def _do(self, work: Callable[..., Any], args: Any, kwargs: Any) -> tuple[MediationError | None, Any]:
        line = self._ready()
        line.send((work, args, kwargs))
        if not line.poll(self._wait):
            self._end()
            raise WorkLost(_("文书超过{seconds}秒没有完成，已停止").format(seconds=round(self._wait)))
        error, result = line.recv()
        return error, result

    def _was_killed(self) -> bool:
        """Whether the worker, whose end of the line is closed, was killed from outside: its own limits end it otherwise."""
        if self._process is None:
            return False
        self._process.join(_LAST_SECONDS)
        return self._process.exitcode == -signal.SIGKILL

    def start(self) -> None:
        """Have a worker ready before there is work; where none can be had, the first piece of work tells it."""
        with self._lock:
            try:
                self._ready()
            except (EOFError, OSError):
                self._end()

    def close(self) -> None:
        """End the worker and remove its folder. It starts again when needed."""
        with self._lock:
            if self._owner == os.getpid():
                self._end()

    def _ready(self) -> Connection:
        if self._owner != os.getpid():
            # After a fork the worker belongs to the parent: leave it alone.
            self._owner, self._line, self._process, self._folder = os.getpid(), None, None, None
        if self._line is not None and self._process is not None and self._process.is_alive():
            return self._line
        self._end()
        sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        context = multiprocessing.get_context("spawn")
        self._line, far = context.Pipe()
        process = context.Process(
            target=_work,
            args=(far, str(self._folder), self._cpu_seconds, self._typesets),
            daemon=True,
            name="mediation-press",
        )
        process.start()
        self._process = process
        far.close()
        # Starting takes seconds on a busy machine and is no part of the time that a piece of work may take.
        if not self._line.poll(START_SECONDS):
            raise TimeoutError
        self._line.recv()
        return self._line

    def _end(self) -> None:
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._line = self._process = self._folder = None


def sweep() -> None:
    """Remove the folders that dead presses of this user left behind."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        owner = folder.name.removeprefix(_PREFIX).split("-")[0]
        with contextlib.suppress(OSError):
            if owner.isdigit() and folder.stat().st_uid == os.getuid() and not _is_running(int(owner)):
                shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _work(line: Connection, folder: str, cpu_seconds: int, typesets: bool) -> None:
    """The worker: takes work until the other end is gone."""
    _confine(Path(folder), typesets=typesets)
    line.send("ready")
    while True:
        try:
            work, args, kwargs = line.recv()
        except (EOFError, OSError):
            return
        _grant(cpu_seconds)
        line.send(_attempt(work, args, kwargs))


def _attempt(work: Callable[..., Any], args: Any, kwargs: Any) -> tuple[MediationError | None, Any]:
    try:
        return None, work(*args, **kwargs)
    except MediationError as error:
        return _plain(error), None
    except MemoryError:
        return DocumentError(_("文书太大，超出内存限制")), None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001  the typesetter has errors outside Exception; none may pass as another
        # The text of a foreign error can hold what people wrote; its kind is enough.
        return DocumentError(_("文书没有生成：内部错误 {kind}").format(kind=type(error).__name__)), None


def _plain(error: MediationError) -> MediationError:
    """The error without causes, which may not pickle."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _confine(folder: Path, *, typesets: bool) -> None:
    """A folder of its own, no system fonts, no network, no other programs, limited memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
    (folder / "cache").mkdir(exist_ok=True)
    configuration = folder / "fonts.conf"
    configuration.write_text(_NO_FONTS.format(folder=folder), encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    os.environ["FONTCONFIG_PATH"] = str(folder)
    with warnings.catch_warnings():
        # It warns that there are no fonts: that is what we asked for.
        warnings.simplefilter("ignore")
        _load(typesets=typesets)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse_outside)
    # What is loaded by now stays, and a paper's boxes live until it is written: looking as often as usual took a tenth of the
    # time. Looked for more seldom, what goes round in circles of forty papers would stay: 40 MiB.
    gc.freeze()
    gc.set_threshold(50_000, 5, 4)


def _load(*, typesets: bool) -> None:
    """What the work needs, so that nobody's work waits for it."""
    if typesets:
        from mediation.documents import typesetter  # noqa: PLC0415  must come after the fonts are hidden

        typesetter.quicken()
    else:
        from mediation.documents import signatures, structures  # noqa: F401, PLC0415  they are there for `verify`


def _refuse_outside(event: str, args: tuple[Any, ...]) -> None:
    if event in {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.spawn"}:
        raise PermissionError(event)
    if event == "socket.__new__" and args[1] != socket.AF_UNIX:
        raise PermissionError(event)
    if event in {
        "socket.connect",
        "socket.bind",
        "socket.getaddrinfo",
        "socket.gethostbyname",
        "socket.sendto",
    }:
        raise PermissionError(event)


def _grant(cpu_seconds: int) -> None:
    """Give the next piece of work its own seconds: the limit counts from the worker's beginning."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(usage.ru_utime + usage.ru_stime) + cpu_seconds + 1)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
