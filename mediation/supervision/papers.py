"""Papers of units: prepared from the rows, entered when they are printed, found by who may see what they are about."""

from sqlalchemy import update

from mediation.audit import trail
from mediation.cases import queries as cases
from mediation.cases import transition
from mediation.cases.hall import Hall
from mediation.crypto import sha256
from mediation.documents.forms import Form
from mediation.documents.models import UnitPaper
from mediation.documents.snapshot import Snapshot
from mediation.errors import NotFound
from mediation.language import _
from mediation.people.permissions import can_see
from mediation.supervision import queries, sheets

ACT = "unit_paper.printed"
_PAPERS = UnitPaper.metadata.tables["unit_paper"]


def prepare(hall: Hall, paper: UnitPaper) -> tuple[Form, Snapshot]:
    """The form of a paper and what it says."""
    return hall.office.form(paper.form), sheets.freeze(hall, paper)


def record(hall: Hall, public_id: str, form: Form, snapshot: Snapshot, pdf: bytes) -> bool:
    """Enter a printed paper; False if it has been entered by somebody else meanwhile, whose bytes then count."""
    paper = queries.paper(hall.session, public_id)
    assert paper is not None
    digest = sha256(pdf)
    values = {
        "state": "printed",
        "form_sha256": form.sha256,
        "snapshot": snapshot.model_dump(mode="json"),
        "snapshot_sha256": sha256(snapshot.model_dump_json().encode()),
        "sha256": digest,
        "size": len(pdf),
        "token_hash": hall.office.keyring.look_up("document token", snapshot.verify.token),
        "issued_on": hall.today,
    }
    kind, _dash, about = paper.subject.partition("-")
    if kind == "item":  # whoever acts on the item meanwhile appends after this
        queries.item_by_public_id(hall.session, about, hold=True)
    owed = (_PAPERS.c.public_id == public_id, _PAPERS.c.state == "owed")
    if hall.session.connection().execute(update(_PAPERS).where(*owed).values(values)).rowcount != 1:
        return False
    codes = {
        "paper": public_id,
        "form": paper.form,
        "form_sha256": form.sha256,
        "subject": paper.subject,
        "sha256": digest,
        "seen_event": snapshot.head.event_number,
        "seen_hash": snapshot.head.event_hash,
    }
    if kind == "step":
        assert paper.case_id is not None
        transition.touch(hall, cases.case_for_system(hall.session, paper.case_id), ACT, codes)
        return True
    trail.append(
        hall.session,
        chain=sheets.chain_of(hall, paper),
        act=ACT,
        actor=hall.actor.code,
        recorded_at=hall.now,
        facts=codes,
    )
    return True


def find(hall: Hall, public_id: str) -> UnitPaper:
    """A paper within what the actor may see: of an item or case that is in view, of a week of a unit that is. Else NotFound."""
    found = queries.paper(hall.session, public_id)
    if found is not None and _is_in_view(hall, found):
        return found
    raise NotFound(_("没有找到 {ref}，或者不在您的查看范围内。").format(ref=public_id))


def _is_in_view(hall: Hall, paper: UnitPaper) -> bool:
    kind, _dash, public_id = paper.subject.partition("-")
    try:
        if kind == "item":
            queries.find_item(hall.session, hall.actor, public_id)
            return True
        if kind == "step":
            cases.find_case(hall.session, hall.actor, sheets.chain_of(hall, paper))
            return True
    except NotFound:
        return False
    return can_see(hall.actor, hall.tree, paper.unit_id)
