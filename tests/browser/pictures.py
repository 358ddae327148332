"""Takes the pictures of docs/guides: `python -m tests.browser.pictures out/eshan [NAME…]`, from a played demo.

The demo is copied and furnished as `./run serve` does it; a few disputes are brought to where the pictures show them. Each picture is taken once for each language
that there is a catalogue of, as docs/guides/pictures/NAME.LANGUAGE.png.
"""

import io
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from mediation.accounts import keeping, passwords, queries
from mediation.app import Instance
from mediation.audit import queries as trail
from mediation.clock import SetClock
from mediation.demo.at_work import bring_to_work
from mediation.language import languages
from mediation.settings import Settings
from mediation.web.app import build_app, listen
from mediation.web.deps import HandedFile
from tests.browser.conftest import CHROMIUM, PASSWORD
from tests.web.conftest import MEDIATOR, REGISTRAR, dispute, party

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDER = Path(__file__).parents[2] / "docs" / "guides" / "pictures"
COLOURS = 96
DESK, PHONE = (1120, 760), (390, 760)
DISPATCHER, CLERK, LEADER = "baijianguo", "fangmin", "heyoucai"
VILLAGE, TALKS, HEAD = "zhangxiaofeng", "yangmeixian", "puyongan"


@dataclass(frozen=True)
class Picture:
    """Who sees what, on which screen; `whole`: the page to its end, not the first screen only; `code`: the query code to be typed."""

    name: str
    who: str
    path: str
    size: tuple[int, int] = DESK
    whole: bool = False
    code: str = ""


PICTURES = (
    Picture("window", CLERK, "/window"),
    Picture("register", VILLAGE, "/register"),
    Picture("board", DISPATCHER, "/board"),
    Picture("assign", TALKS, "/cases/{accepted}/do/assign"),
    Picture("day", TALKS, "/day"),
    Picture("case", TALKS, "/cases/{talking}"),
    Picture("draft", TALKS, "/cases/{talking}/do/draft_agreement"),
    Picture("evidence", TALKS, "/cases/{talking}?tab=evidence"),
    Picture("sign", TALKS, "/cases/{signing}/sign", PHONE),
    Picture("leader", LEADER, "/leader", PHONE),
    Picture("handover", HEAD, f"/hand-overs/from/{TALKS}", whole=True),
    Picture("supervision", "jiangpeiwen", "/supervision"),
    Picture("statistics", "jiangpeiwen", "/statistics"),
    Picture("exports", "jiangpeiwen", "/exports"),
    Picture("calendar", TALKS, "/me/calendar"),
    Picture("webhooks", "system-1", "/admin/webhooks"),
    Picture("tokens", VILLAGE, "/me/tokens"),
    Picture("accounts", "system-1", "/admin/accounts"),
    Picture("trail", "audit-1", "/admin/trail"),
    Picture("workflow", DISPATCHER, "/workflows"),
    Picture("apply", "", "/p/apply", PHONE),
    Picture("follow", "", "/p/follow", PHONE, whole=True, code="{code}"),
)


def main(words: Sequence[str]) -> None:
    played, wanted = Path(words[0]), set(words[1:])
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, _house(played, Path(name)) as (instance, address):
        refs = _bring(instance)
        _accounts(instance, {one.who for one in PICTURES if one.who})
        from playwright.sync_api import sync_playwright  # after all signing: its event loop stands in the way

        with sync_playwright() as found:
            browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
            for language in languages():
                for one in PICTURES:
                    if not wanted or one.name in wanted:
                        _take(browser, address, one, refs, language)
            browser.close()


@contextmanager
def _house(played: Path, folder: Path) -> Iterator[tuple[Instance, str]]:
    """A copy of the played site, a minute after its last act, served by a thread."""
    import uvicorn

    data = folder / "data"
    shutil.copytree(played / "data", data)
    settings = Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=data / "keys" / "master.key"
    )
    if not (data / "accounts.txt").exists():  # else `./run serve` has furnished it
        bring_to_work(settings, EXAMPLES / played.name)
    with Instance.open(settings) as first, first.database.reading() as session:
        last = trail.last_moment(session)
    assert last is not None
    clock = SetClock(last + timedelta(minutes=1))
    with Instance.open(settings, clock) as instance, listen("127.0.0.1", 0) as listening:
        app = build_app(instance)
        server = uvicorn.Server(
            uvicorn.Config(app, access_log=False, log_config=None, lifespan="off", ws="none")
        )
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        serving.start()
        yield instance, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        serving.join(20)


def _bring(instance: Instance) -> dict[str, str]:
    """Disputes at the places that the pictures show."""
    two = [party("李玉珍", "applicant", "女", 3), party("施有明", "respondent", "男", 4)]
    instance.register(f"{CLERK}:registrar", dispute(title="集市摊位占道纠纷", parties=two))
    done = {
        name: instance.register(REGISTRAR, dispute(title=title))
        for name, title in (
            ("accepted", "核桃树遮挡采光纠纷"),
            ("talking", "张某与李某相邻排水纠纷"),
            ("signing", "灌溉用水纠纷"),
        )
    }
    refs = {name: one.act.case for name, one in done.items()}
    for ref in refs.values():
        for trigger, said in (("triage", {"tier": "ordinary"}), ("keep", {}), ("accept", {})):
            instance.do(REGISTRAR, ref, trigger, said)
    today = instance.clock.now().date()
    clause = {
        "act": "pay",
        "obligor": 2,
        "obligee": 1,
        "what": "修复排水沟补偿款",
        "amount_fen": 128000,
        "due_on": (today + timedelta(days=20)).isoformat(),
        "manner": "银行转账",
    }
    talk = {
        "held_from": f"{today}T09:00",
        "place": "村调解室",
        "present": [1, 2],
        "body": ["双方陈述经过，调解员释明有关法律规定。", "双方同意修复排水沟并补偿 1280 元。"],
        "result": "agreed",
    }
    draft = {"facts": "雨水倒灌，水沟堵塞。", "matters": "由谁修复排水沟。", "clauses": [clause]}
    for name in ("talking", "signing"):
        instance.do(MEDIATOR, refs[name], "assign", {"mediators": [{"person": TALKS}]})
        instance.do(MEDIATOR, refs[name], "record_session", talk)
        instance.do(MEDIATOR, refs[name], "draft_agreement", draft)
    instance.do(MEDIATOR, refs["signing"], "conclude_written", {"medium": "tablet"})
    _bring_papers(instance, refs["talking"])
    return {**refs, "code": done["talking"].query_code}


def _bring_papers(instance: Instance, ref: str) -> None:
    """Two pieces of evidence, a list that waits for a second person's word, a token."""
    for kind, name, shows, medium in (
        ("audiovisual", "水沟照片", "水沟堵塞，雨水倒灌", "copy"),
        ("documentary", "维修费收据", "修沟花费 1280 元", "original"),
    ):
        words = {"kind": kind, "name": name, "party": 1, "shows": shows, "medium": medium}
        content = name.encode()
        file = HandedFile(f"{name}.txt", len(content), lambda content=content: content)
        instance.evidence.give(MEDIATOR, ref, words, [file])
    today = instance.clock.now().date()
    for first, why in (
        (today - timedelta(days=300), "报县司法局年度台账"),
        (today - timedelta(days=90), "核对季度登记"),
    ):
        asked = {"first": first.isoformat(), "last": today.isoformat(), "why": why}
        instance.exports.ask("jiangpeiwen:dispatcher", asked)
    instance.issue_token(REGISTRAR, "县平台每天取数", 90, scopes=["read"])


def _accounts(instance: Instance, names: set[str]) -> None:
    with instance.database.writing() as session:
        for name in sorted(names):
            kind = name.partition("-")[0] if "-" in name else "staff"
            known = queries.account_named(session, name)
            if known is not None:  # of the furnished demo, with a password that it printed
                known.password_hash, known.must_change = passwords.hash_password(PASSWORD), False
                session.add(known)
            else:
                keeping.make_account(
                    session,
                    name,
                    instance.clock.now(),
                    by="pictures",
                    kind=kind,
                    person=name if kind == "staff" else "",
                    password=PASSWORD,
                    must_change=False,
                )


def _take(browser: Any, address: str, one: Picture, refs: dict[str, str], language: str) -> None:
    width, height = one.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN" if language == "zh" else "en-GB"
    )
    context.add_cookies([{"name": "language", "value": language, "url": address}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    if one.who:
        page.goto(f"{address}/login")
        page.fill("#name", one.who)
        page.fill("#password", PASSWORD)
        page.click("main button.primary")
        page.wait_for_load_state()
    answer = page.goto(address + one.path.format(**refs))
    page.wait_for_load_state("networkidle")
    shown = page.url.removeprefix(address)
    if shown != one.path.format(**refs) or not answer.ok:
        raise SystemExit(f"{one.name}: {one.who} came to {shown}")
    if one.code:
        page.fill("[name='code']", one.code.format(**refs))
        with page.expect_navigation():
            page.click("main button.primary")
    page.wait_for_function(_SHOWN)
    file = FOLDER / f"{one.name}.{language}.png"
    picture = Image.open(io.BytesIO(page.screenshot(full_page=one.whole))).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(file, optimize=True)
    sys.stdout.write(f"{file.name} {file.stat().st_size}\n")
    context.close()


_SHOWN = """() => [...document.images].filter(one => one.getBoundingClientRect().top < innerHeight)
  .every(one => one.complete && one.naturalWidth)"""


if __name__ == "__main__":
    main(sys.argv[1:])
