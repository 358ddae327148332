"""What `bench web` asks: ours as it is served, a bare JSON endpoint, and an act of ours as one would write it with SQLModel.

`python benchmarks/web_servers.py NAME DATA PORT MOMENT` serves one of them by uvicorn with one worker until it is ended.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path[:] = [str(ROOT), *(entry for entry in sys.path if entry != str(ROOT / "benchmarks"))]

from fastapi import Depends, FastAPI, Header, HTTPException  # noqa: E402  needs the path
from sqlmodel import Session, col, func, select  # noqa: E402  the same

from mediation.app import Instance  # noqa: E402  the same
from mediation.audit.models import AuditEvent  # noqa: E402  the same
from mediation.cases.inputs import Accept  # noqa: E402  the same
from mediation.cases.models import CaseReach, Dispute, OpenCase, Party, StateCount  # noqa: E402  the same
from mediation.cases.task_models import Task  # noqa: E402  the same
from mediation.clock import Clock, SampleClock, local_day  # noqa: E402  the same
from mediation.crypto import Keyring, read_keyring  # noqa: E402  the same
from mediation.deadlines.models import Deadline  # noqa: E402  the same
from mediation.people.models import AccessToken, Person, Post  # noqa: E402  the same
from mediation.settings import Settings  # noqa: E402  the same
from mediation.storage.engine import Database  # noqa: E402  the same
from mediation.units.models import Committee, NumberIssued, Unit  # noqa: E402  the same
from mediation.web.api.cases import Acted  # noqa: E402  the same
from mediation.web.app import serve  # noqa: E402  the same

NAMES = ("ours", "bare", "sqlmodel")


def settings_of(data: Path) -> Settings:
    """The instance whose folder it is, on SQLite."""
    return Settings(
        data=data, database_url=f"sqlite:///{data / 'mediation.db'}", key_file=data / "keys" / "master.key"
    )


def bare_app() -> FastAPI:
    """The least that FastAPI can do: a JSON object from the event loop."""
    app = FastAPI()

    @app.get("/")
    async def bare() -> dict[str, str]:
        return {"state": "accepted"}

    return app


def sqlmodel_app(database: Database, keyring: Keyring, clock: Clock) -> FastAPI:
    """`accept` as a plain endpoint on a session: the same rows, the same database and durability, checks of its own.

    It judges a few things where the program judges by a definition, and counts days without a calendar: it does less.
    """
    app = FastAPI()

    def session() -> Iterator[Session]:
        with Session(database.writer) as opened:
            yield opened

    @app.post("/api/v1/cases/{ref}/acts/accept")
    def accept(
        ref: str,
        said: Accept,
        session: Annotated[Session, Depends(session)],
        authorization: Annotated[str, Header()],
    ) -> Acted:
        now = clock.now()
        post, person, unit = _who(session, keyring, authorization.removeprefix("Bearer "), now)
        case = session.exec(select(Dispute).where(Dispute.public_id == ref)).one_or_none()
        if case is None or session.get(CaseReach, (unit.id, case.id)) is None:
            raise HTTPException(404)
        _check(session, case, post)
        number = _number(session, case, now)
        due = now + timedelta(days=2)
        _clocks(session, case, now, due)
        _tasks(session, case, now, due)
        _lists(session, case, due)
        case.state, case.phase, case.number = "accepted", "assignment", number.text
        case.committee_id, case.accepted_at, case.due_at = number.committee_id, now, due
        case.version += 1
        event = _event(session, case, f"{person.code}:{post.code}", unit.code, now, said.taken_elsewhere)
        done = Acted(
            case=case.public_id,
            number=case.number,
            trigger="accept",
            from_state="received",
            state=case.state,
            version=case.version,
            event_number=event.ordinal,
            event_hash=event.hash,
        )
        session.commit()
        return done

    return app


def _who(session: Session, keyring: Keyring, token: str, now: datetime) -> tuple[Post, Person, Unit]:
    found = session.exec(
        select(AccessToken).where(AccessToken.token_hash == keyring.look_up("access token", token))
    ).one_or_none()
    if found is None or found.revoked_at is not None or found.expires_at <= now:
        raise HTTPException(401)
    post = session.get_one(Post, found.post_id)
    person, unit = session.get_one(Person, post.person_id), session.get_one(Unit, post.unit_id)
    if person.status != "active" or not post.valid_from <= local_day(now) <= (
        post.valid_to or local_day(now)
    ):
        raise HTTPException(403)
    return post, person, unit


def _check(session: Session, case: Dispute, post: Post) -> None:
    if case.state != "received" or post.unit_id != case.holder_id or post.kind != "registrar":
        raise HTTPException(409)
    parties = session.exec(select(Party).where(Party.case_id == case.id)).all()
    if len(parties) < 2 or not all(party.consented_at and party.rights_told_at for party in parties):
        raise HTTPException(409)


def _number(session: Session, case: Dispute, now: datetime) -> NumberIssued:
    committee = session.exec(select(Committee).where(Committee.unit_id == case.holder_id)).one()
    assert committee.id is not None
    year = local_day(now).year
    last = session.exec(
        select(func.max(NumberIssued.ordinal)).where(
            NumberIssued.committee_id == committee.id, NumberIssued.kind == "case", NumberIssued.year == year
        )
    ).one()
    ordinal = (last or 0) + 1
    issued = NumberIssued(
        committee_id=committee.id,
        kind="case",
        year=year,
        ordinal=ordinal,
        text=f"〔{year}〕{committee.abbreviation}人调字第{ordinal}号",
        state="used",
        case_id=case.id,
        reserved_at=now,
    )
    session.add(issued)
    return issued


def _clocks(session: Session, case: Dispute, now: datetime, due: datetime) -> None:
    assert case.id is not None
    running = session.exec(
        select(Deadline).where(Deadline.case_id == case.id, Deadline.state == "running")
    ).all()
    for clock in running:
        clock.state, clock.ended_at = "met", now
        session.add(clock)
    for name, rule, article, fact, until, on_miss in (
        (
            "mediation_limit",
            "30 days",
            "示例旗规定·调解期限",
            "受理",
            now + timedelta(days=30),
            "tell_limit_missed",
        ),
        ("state:accepted", "2 working_days", "部署单位规定·指派时限", "已受理", due, "remind_owner"),
    ):
        steps = [f"{now:%Y-%m-%d}起算，当日不计入", f"计{rule}，最后一日为{until:%Y-%m-%d}"]
        session.add(
            Deadline(
                case_id=case.id,
                name=name,
                rule=rule,
                article=article,
                start_fact=fact,
                started_at=now,
                due_at=until,
                calendar_version="2026:411dffc8",
                on_miss=on_miss,
                history=[{"kind": "counted", "roll": True, "steps": steps}],
            )
        )


def _tasks(session: Session, case: Dispute, now: datetime, due: datetime) -> None:
    assert case.id is not None
    tasks = session.exec(select(Task).where(Task.case_id == case.id)).all()
    for task in tasks:
        if task.closed_at is None and task.kind == "turn":
            task.closed_at, task.outcome = now, "accepted"
            session.add(task)
    session.add(
        Task(
            case_id=case.id,
            ordinal=len(tasks) + 1,
            kind="turn",
            title="指定调解员",
            state="accepted",
            unit_id=case.holder_id,
            opened_at=now,
            due_at=due,
        )
    )


def _lists(session: Session, case: Dispute, due: datetime) -> None:
    rows = session.exec(select(OpenCase).where(OpenCase.case_id == case.id)).all()
    for row in rows:
        row.due_at, row.state = due, "accepted"
        session.add(row)
        before = session.get_one(StateCount, (row.unit_id, case.workflow, "received"))
        before.cases -= 1
        after = session.get(StateCount, (row.unit_id, case.workflow, "accepted"))
        if after is None:
            after = StateCount(unit_id=row.unit_id, workflow=case.workflow, state="accepted")
        after.cases += 1
        session.add_all([before, after])


def _event(
    session: Session, case: Dispute, actor: str, unit: str, now: datetime, elsewhere: str
) -> AuditEvent:
    chain = select(AuditEvent).where(AuditEvent.chain == case.public_id)
    last = session.exec(chain.order_by(col(AuditEvent.ordinal).desc()).limit(1)).one()
    event = AuditEvent(
        chain=case.public_id,
        ordinal=last.ordinal + 1,
        recorded_at=now,
        occurred_at=now,
        actor=actor,
        unit=unit,
        act="accept",
        from_state="received",
        to_state="accepted",
        version=case.version,
        facts={
            "taken_elsewhere": elsewhere,
            "workflow": f"{case.workflow}/{case.workflow_version}",
            "outcome": case.outcome,
            "became": {"number": case.number},
        },
        commitments={},
        previous=last.hash,
        hash="",
    )
    told = json.dumps(event.model_dump(mode="json", exclude={"id", "hash"}), sort_keys=True)
    event.hash = hashlib.sha256(told.encode()).hexdigest()
    session.add(event)
    return event


@contextmanager
def _opened(data: Path) -> Iterator[tuple[Database, Keyring]]:
    settings = settings_of(data)
    keyring = read_keyring(settings)
    database = Database(settings.database_url, keyring)
    try:
        yield database, keyring
    finally:
        database.close()


def _run(app: FastAPI, port: int) -> None:
    import uvicorn  # noqa: PLC0415  as in web/app.py

    uvicorn.run(app, host="127.0.0.1", port=port, access_log=False, log_level="warning", lifespan="off")


def main() -> None:
    """Serve until the process is ended."""
    name, data, port, moment = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    clock = SampleClock(datetime.fromisoformat(moment))
    if name == "ours":
        with Instance.open(settings_of(data), clock) as instance:
            serve(instance, port=port)
    elif name == "bare":
        _run(bare_app(), port)
    else:
        with _opened(data) as (database, keyring):
            _run(sqlmodel_app(database, keyring, clock), port)


if __name__ == "__main__":
    main()
