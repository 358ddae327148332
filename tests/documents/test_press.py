import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from mediation.documents.forms import Form
from mediation.documents.press import Renderer, sweep
from mediation.documents.verify import Trust, verify
from mediation.errors import DocumentError, FactsMissing, Problem


def own_process() -> int:
    return os.getpid()


def fail() -> None:
    raise RuntimeError("罗开富的隐私")


def lack() -> None:
    raise FactsMissing([Problem("缺", key="number")])


def interrupt() -> None:
    raise BaseException  # noqa: TRY002  what is not even an Exception


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_at_first(mark: Path) -> int:
    if not mark.exists():
        mark.touch()
        die()
    return os.getpid()


def sleep() -> None:
    time.sleep(60)


def burn() -> None:
    while True:
        pass


def devour() -> int:
    return len(bytearray(8 * 1024**3))


def connect() -> None:
    socket.create_connection(("127.0.0.1", 9), timeout=1)


def look_up() -> None:
    urllib.request.urlopen("http://localhost:9/")


def start_program() -> None:
    subprocess.run(["true"], check=True)


async def seven() -> int:
    await asyncio.sleep(0)
    return 7


def run_loop() -> int:
    return asyncio.run(seven())


def heavy_modules() -> set[str]:
    return {"weasyprint", "pyhanko"} & set(sys.modules)


def surroundings() -> tuple[str, str, int]:
    return os.environ["FONTCONFIG_FILE"], tempfile.gettempdir(), resource.getrlimit(resource.RLIMIT_CORE)[0]


def test_work_is_done_in_one_warm_process_apart(press: Renderer) -> None:
    worker = press.run(own_process)
    assert worker != os.getpid()
    assert press.run(own_process) == worker


def test_worker_is_started_before_there_is_work() -> None:
    with Renderer() as renderer:
        renderer.start()
        assert renderer._process is not None
        assert renderer.run(own_process) == renderer._process.pid


def test_worker_that_only_judges_has_what_it_needs_from_the_start_and_no_typesetter() -> None:
    with Renderer(typesets=False) as judge:
        assert judge.run(heavy_modules) == {"pyhanko"}
        judge.run(verify, b"%PDF-1.7", Trust(()))
        assert judge.run(heavy_modules) == {"pyhanko"}


def test_work_may_use_a_loop_of_its_own(press: Renderer) -> None:
    assert press.run(run_loop) == 7


def test_worker_of_the_parent_is_left_alone_after_a_fork() -> None:
    # A real fork beside the threads of a test run is a warning, hence an error.
    with Renderer() as parent, Renderer() as child:
        worker = parent.run(own_process)
        child._line, child._process, child._folder = parent._line, parent._process, parent._folder
        child._owner = os.getppid()
        assert child.run(own_process) != worker
        child.close()
        assert parent.run(own_process) == worker


def test_error_of_ours_comes_back_whole(press: Renderer) -> None:
    with pytest.raises(FactsMissing) as caught:
        press.run(lack)
    assert caught.value.missing == (Problem("缺", key="number"),)


@pytest.mark.parametrize("work", [fail, interrupt])
def test_foreign_error_becomes_ours_without_its_words(press: Renderer, work: object) -> None:
    with pytest.raises(DocumentError, match="内部错误") as caught:
        press.run(work)  # type: ignore[arg-type]
    assert "罗开富" not in str(caught.value)


def test_worker_that_dies_twice_is_told_and_replaced(press: Renderer) -> None:
    before = press.run(own_process)
    with pytest.raises(DocumentError, match="意外结束"):
        press.run(die)
    assert press.run(own_process) != before


def test_work_of_a_worker_that_was_killed_is_done_by_the_next(press: Renderer, tmp_path: Path) -> None:
    before = press.run(own_process)
    after = press.run(die_at_first, tmp_path / "mark")
    assert (after != before, press.run(own_process)) == (True, after)


def test_work_that_takes_too_long_is_stopped() -> None:
    with Renderer(wait=3) as renderer:
        renderer.run(own_process)
        began = time.monotonic()
        with pytest.raises(DocumentError, match="超过3秒"):
            renderer.run(sleep)
        assert time.monotonic() - began < 40


@pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
def test_work_that_burns_the_processor_is_stopped() -> None:
    with Renderer(cpu_seconds=1) as renderer, pytest.raises(DocumentError, match="意外结束"):
        renderer.run(burn)


@pytest.mark.skipif(sys.platform != "linux", reason="limits are the kernel's")
def test_work_that_devours_memory_is_refused(press: Renderer) -> None:
    with pytest.raises(DocumentError, match="内存"):
        press.run(devour)


@pytest.mark.parametrize("work", [connect, look_up, start_program])
def test_network_and_programs_are_out_of_reach(press: Renderer, work: object) -> None:
    with pytest.raises(DocumentError, match=r"PermissionError|URLError"):
        press.run(work)  # type: ignore[arg-type]


def test_worker_sees_no_system_fonts_and_has_its_own_folder(press: Renderer) -> None:
    configuration, folder, core = press.run(surroundings)
    assert Path(configuration).parent == Path(folder)
    assert Path(folder).name.startswith(f"mediation-press-{os.getpid()}-")
    assert core == 0


def test_closing_leaves_nothing_behind(agreement: Form) -> None:
    renderer = Renderer()
    renderer.render(agreement, agreement.sample)
    folder = Path(renderer.run(surroundings)[1])
    worker = renderer.run(own_process)
    renderer.close()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_sweep_removes_the_folders_of_the_dead_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    dead = Path(tempfile.mkdtemp(prefix=f"mediation-press-{int(done.stdout)}-"))
    living = Path(tempfile.mkdtemp(prefix=f"mediation-press-{os.getpid()}-"))
    sweep()
    assert (dead.exists(), living.exists()) == (False, True)
    living.rmdir()
