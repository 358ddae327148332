"""Every site under examples/, found by folder, plays to its end as its own file says; its papers prove themselves."""

import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mediation.app import Instance
from mediation.cases import queries
from mediation.clock import SystemClock
from mediation.deadlines import queries as deadline_queries
from mediation.demo.play import Summary, play_demo
from mediation.demo.said import DisputeSaid
from mediation.demo.script import read_script
from mediation.documents.trust import import_bundle
from mediation.documents.verify import verify
from mediation.settings import Settings
from tests.contract.barrage import Tally
from tests.contract.stories import players_over_http, told_words
from tests.postgresql import Server

EXAMPLES = Path(__file__).parents[2] / "examples"
SITES = sorted(path.parent.name for path in EXAMPLES.glob("*/disputes.yaml"))
OUTCOMES = {
    "agreed_written",
    "agreed_oral",
    "terminated",
    "party_refused",
    "withdrawn",
    "not_accepted",
    "merged",
}

MISSED = {
    "eshan": {
        ("施桂芝与谭国庆楼道堆物纠纷", "state:received"),
        ("沙国喆、毛玉祥、鲁成与示例筑邦建筑劳务有限公司劳动报酬纠纷", "performance:6"),
        ("白学林与朱正明林地界线纠纷", "state:mediating"),
        ("白学林与朱正明林地界线纠纷", "handling"),
        ("张桂兰与毕文昌相邻采光纠纷", "handling"),
        ("蒋文秀与示例江边小馆、示例安居物业服务有限公司油烟污染损害纠纷", "handling"),
        ("陆芸、陆建平、陆㛃继承纠纷", "handling"),
    },
    "houma": {("示例老陈醋坊与汪根生买卖合同纠纷", "handling"), ("耿磊与燕小雨婚约财产纠纷", "handling")},
    "dezhou": {
        ("白帆、卢婧、秦朗与示例动力健身有限公司服务合同纠纷", "performance:6"),
        ("王守田与王兰英宅基地界线纠纷", "handling"),
    },
}
"""Title and clock of what a site lets run out on purpose; the court's thirty days are each party's own."""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Played:
    """A site's demo after its end."""

    site: str
    out: Path
    settings: Settings
    disputes: tuple[DisputeSaid, ...]
    summary: Summary
    reached: frozenset[str]
    """Operations of the API by which it was played; tests/demo plays directly, as `./run demo` does."""

    def agreements(self) -> list[Path]:
        """Those that count: one that was voided before all had signed says so in its name."""
        papers = (self.out / "documents").glob("*-人民调解协议书-*.pdf")
        return sorted(path for path in papers if not path.stem.endswith("（作废）"))


@pytest.fixture(
    scope="module",
    params=[(site, "postgresql" if site == "eshan" else "sqlite") for site in SITES],
    ids="-".join,
)
def played(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    site, store = request.param
    out = tmp_path_factory.mktemp(site) / "out"
    data = out / "data"
    server: Server | None = request.getfixturevalue("postgresql_server") if store == "postgresql" else None
    url = server.create_database() if server else f"sqlite:///{data / 'mediation.db'}"
    settings = Settings(data=data, database_url=url, key_file=data / "keys" / "master.key")
    script, _steps = read_script(EXAMPLES / site, SystemClock().now())
    tally = Tally()
    summary = play_demo(EXAMPLES / site, out, settings, players=players_over_http(tally))
    reached = frozenset(label for label, answers in tally.reached.items() if answers)
    yield Played(site, out, settings, script.disputes, summary, reached)
    if server:
        server.drop_database(url)


def test_site_plays_to_the_end_that_its_file_says(played):
    said = [dispute.expect for dispute in played.disputes]
    with Instance.open(played.settings) as instance, instance.database.reading() as session:
        ended = [(one.outcome, one.state, one.settled_level) for one in queries.all_cases(session)]
    assert Counter(ended) == Counter((one.outcome, one.state, one.level) for one in said)
    assert played.summary.by_outcome == Counter(one.outcome for one in said)
    assert played.summary.by_level_settled == Counter(one.level for one in said if one.level)


def test_every_act_of_the_story_went_by_the_api(played):
    """That each answer is as the API's document says was seen on the way."""
    acts = {label.rpartition("/")[2] for label in played.reached if "/cases/{ref}/acts/" in label}
    told = set(told_words(played.site)) - {"register", "issue"}
    assert acts == told


def test_summary_counts_what_is_there(played):
    summary = played.summary
    papers = list((played.out / "documents").iterdir())
    of_units = list((played.out / "unit-papers").glob("*.pdf"))
    assert (summary.cases, summary.documents) == (len(played.disputes), len(papers))
    assert summary.unit_papers == len(of_units)
    assert sum(summary.by_phase_reached.values()) == summary.cases
    assert set(summary.by_outcome) <= OUTCOMES
    written = summary.by_outcome.get("agreed_written", 0)
    done = Counter(act.do for one in played.disputes for act in one.acts)
    supplements = done["supplement"] - done["drop_supplement"]
    assert summary.agreements_signed + summary.agreements_in_ink == written + supplements
    assert summary.agreements_verified == summary.agreements_signed
    assert (summary.audit_ok, summary.audit_events > summary.cases) == (True, True)


def test_agreements_are_valid_off_line_for_who_has_only_the_bundle(played):
    with Instance.open(played.settings) as instance:
        trust = import_bundle(instance.trust_bundle()).trust
    verdicts = Counter(verify(path.read_bytes(), trust).verdict.value for path in played.agreements())
    signed, in_ink = played.summary.agreements_signed, played.summary.agreements_in_ink
    assert (verdicts["valid"], sum(verdicts.values())) == (signed, signed + in_ink)


def test_agreements_have_only_valid_signatures_for_another_program(played):
    signed = 0
    for path in played.agreements():
        said = subprocess.run(["pdfsig", path], capture_output=True, text=True, check=False).stdout
        signatures = said.count("Signature Validation:")
        assert said.count("Signature Validation: Signature is Valid.") == signatures
        signed += bool(signatures)
    assert signed == played.summary.agreements_signed


def test_site_misses_only_the_clocks_that_it_means_to(played):
    if played.site not in MISSED:
        pytest.skip("says nothing of its clocks")
    with Instance.open(played.settings) as instance, instance.database.reading() as session:
        missed = {
            (str(case.title), clock.name)
            for case in queries.all_cases(session)
            for clock in deadline_queries.deadlines_of(session, case.id or 0)
            if clock.state == "missed" and clock.name != "confirmation"
        }
    assert missed == MISSED[played.site]


def test_eshan_ends_in_every_way(played):
    if played.site != "eshan":
        pytest.skip("about the county of the example")
    assert set(played.summary.by_outcome) == OUTCOMES - {"merged"}
