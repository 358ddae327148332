"""Every verb of a case by its trigger: what it takes, and who understands it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from mediation.cases import (
    approvals,
    assignment,
    calling,
    ceremony,
    collaboration,
    conference,
    danger,
    escalation,
    feedback,
    joint,
    mediation,
    opening,
    outcomes,
    said_joint,
)
from mediation.cases import inputs as said
from mediation.cases import said_tasks as asked
from mediation.cases.aftercare import corrections, pauses, remediation, supplements, voidings
from mediation.cases.aftercare import said as said_aftercare
from mediation.cases.appointments import arranging
from mediation.cases.appointments import said as said_appointments
from mediation.cases.hall import Hall, Heard
from mediation.cases.kinship import links, merging, series, splitting
from mediation.cases.kinship import said as said_kinship
from mediation.cases.models import Dispute
from mediation.cases.ownership import asking, declining, ruling
from mediation.cases.ownership import said as said_ownership
from mediation.cases.performance import confirming, performing
from mediation.cases.performance import said as said_performance
from mediation.errors import NotFound
from mediation.language import _, joined


@dataclass(frozen=True)
class Verb:
    """One verb: its input model, and what hears it."""

    said: type[said.Said]
    hear: Callable[[Hall, Dispute, Any], Heard]
    papers: bool = False
    """Its bytes are made outside the transaction, by the app."""
    names_its_matter: bool = False
    """Nothing can be judged before its words have said what it is about."""
    weighed: Mapping[str, Collection[str]] = field(default_factory=dict)
    """A guard that asks for no word, but for what the verb makes of its words → those words."""


VERBS: Mapping[str, Verb] = {
    "amend": Verb(said.Amend, opening.amend),
    "record_consent": Verb(said.RecordConsent, opening.record_consent),
    "tell_rights": Verb(said.TellRights, opening.tell_rights),
    "triage": Verb(said.Triage, opening.triage),
    "keep": Verb(said.Keep, assignment.keep),
    "dispatch": Verb(said.Dispatch, assignment.dispatch),
    "acknowledge": Verb(said.Plain, assignment.acknowledge),
    "send_back": Verb(said.WithReason, escalation.send_back),
    "decline": Verb(said_ownership.Decline, declining.decline),
    "rule": Verb(said_ownership.Rule, ruling.rule),
    "ask_above": Verb(said_ownership.AskAbove, asking.ask_above),
    "escalate": Verb(said.Escalate, escalation.escalate),
    "turn_ordinary": Verb(said.WithReason, joint.turn_ordinary),
    "call_conference": Verb(said_joint.CallConference, conference.call_conference),
    "record_conference": Verb(said_joint.RecordConference, conference.record_conference),
    "turn_joint": Verb(said.WithReason, joint.turn_joint),
    "back_to_ordinary": Verb(said.WithReason, joint.back_to_ordinary),
    "put_in_charge": Verb(said_joint.PutInCharge, joint.put_in_charge),
    "switch_route": Verb(said_joint.SwitchRoute, joint.switch_route),
    "assess_risk": Verb(said_joint.AssessRisk, danger.assess_risk),
    "accept": Verb(said.Accept, assignment.accept),
    "decline_acceptance": Verb(said.Ending, assignment.decline_acceptance),
    "assign": Verb(said.Assign, assignment.assign),
    "replace_mediator": Verb(said.Assign, assignment.assign),
    "take": Verb(said.Take, assignment.take),
    "record_session": Verb(said.RecordSession, mediation.record_session),
    "note_privately": Verb(said.NotePrivately, mediation.note_privately),
    "draft_agreement": Verb(said.DraftAgreement, mediation.draft_agreement),
    "conclude_written": Verb(
        said.ConcludeWritten,
        mediation.conclude_written,
        weighed=dict.fromkeys(("ink_for_personal_status", "electronic_agreed_by_all"), ("medium",)),
    ),
    "conclude_oral": Verb(said.ConcludeOral, mediation.conclude_oral),
    "extend": Verb(said.Extend, mediation.extend),
    "reopen_talks": Verb(said.WithReason, mediation.reopen_talks),
    "sign": Verb(said.Sign, ceremony.of_agreement(ceremony.hear_sign), papers=True),
    "attach_scan": Verb(said.AttachScan, ceremony.of_agreement(ceremony.hear_scan), papers=True),
    "seal": Verb(said.Seal, ceremony.of_agreement(ceremony.hear_seal), papers=True),
    "sign_paper": Verb(said.Sign, ceremony.of_paper(ceremony.hear_sign), papers=True, names_its_matter=True),
    "scan_paper": Verb(
        said.AttachScan, ceremony.of_paper(ceremony.hear_scan), papers=True, names_its_matter=True
    ),
    "seal_paper": Verb(said.Seal, ceremony.of_paper(ceremony.hear_seal), papers=True, names_its_matter=True),
    "suspend": Verb(said_aftercare.Suspend, pauses.suspend),
    "resume": Verb(said_aftercare.Resume, pauses.resume),
    "remediate": Verb(
        said_aftercare.Remediate,
        remediation.remediate,
        weighed=dict.fromkeys(("nobody_refuses", "everybody_consents"), ("asked_by",)),
    ),
    "follow_up": Verb(said.Plain, remediation.follow_up),
    "supplement": Verb(
        said_aftercare.Supplement,
        supplements.supplement,
        names_its_matter=True,
        weighed={
            "clauses_complete": ("clauses",),
            "paper_lacks_nothing": tuple(said.AgreementText.model_fields),
            "ink_for_personal_status": ("medium",),
            "electronic_agreed_by_all": ("medium",),
        },
    ),
    "drop_supplement": Verb(said.WithReason, mediation.reopen_talks),
    "correct": Verb(said_aftercare.Correct, corrections.correct),
    "void_paper": Verb(said_aftercare.VoidPaper, voidings.void_paper),
    "refuse": Verb(said.Refuse, outcomes.refuse),
    "withdraw": Verb(said.Withdraw, outcomes.withdraw),
    "terminate": Verb(said.Ending, outcomes.terminate),
    "tell_notice": Verb(said.TellNotice, outcomes.tell_notice),
    "record_performance": Verb(said_performance.RecordPerformance, performing.record_performance),
    "record_breach": Verb(said_performance.RecordBreach, performing.record_breach),
    "apply_confirmation": Verb(said_performance.ApplyConfirmation, confirming.apply_confirmation),
    "record_confirmation": Verb(said_performance.RecordConfirmation, confirming.record_confirmation),
    "report_police": Verb(said.ReportPolice, danger.report_police),
    "close": Verb(said.Close, outcomes.close),
    "visit": Verb(said.VisitSaid, feedback.visit),
    "archive": Verb(said.Archive, feedback.archive, weighed={"volume_complete": ("paper_volume",)}),
    "ask_approval": Verb(asked.AskApproval, approvals.ask_approval),
    "approve": Verb(asked.Approve, approvals.approve),
    "reject": Verb(asked.Reject, approvals.reject),
    "add_signer": Verb(asked.AddSigner, approvals.add_signer),
    "remove_signer": Verb(asked.RemoveSigner, approvals.remove_signer),
    "resubmit": Verb(asked.Resubmit, approvals.resubmit),
    "transfer": Verb(asked.Transfer, collaboration.transfer),
    "delegate": Verb(asked.Delegate, collaboration.delegate),
    "take_back": Verb(asked.TakeBack, collaboration.take_back),
    "urge": Verb(asked.Urge, collaboration.urge),
    "copy_to": Verb(asked.CopyTo, collaboration.copy_to),
    "mark_read": Verb(asked.MarkRead, collaboration.mark_read),
    "call_in": Verb(asked.CallIn, calling.call_in),
    "give_part": Verb(asked.GivePart, collaboration.give_part),
    "ask_opinion": Verb(asked.AskOpinion, collaboration.ask_opinion),
    "promise": Verb(asked.Promise, collaboration.promise),
    "answer": Verb(asked.Answer, collaboration.answer),
    "arrange": Verb(said_appointments.Arrange, arranging.arrange),
    "cancel_appointment": Verb(said_appointments.CancelAppointment, arranging.cancel_appointment),
    "link": Verb(said_kinship.Link, links.link),
    "merge_into": Verb(said_kinship.MergeInto, merging.merge_into),
    "split": Verb(said_kinship.Split, splitting.split),
    "join_series": Verb(said_kinship.JoinSeries, series.join_series),
}


def verb_of(trigger: str) -> Verb:
    """The verb of a trigger; NotFound names those there are."""
    if trigger not in VERBS:
        known = joined(sorted(VERBS))
        raise NotFound(_("没有名为 {trigger} 的操作；现有：{known}").format(trigger=trigger, known=known))
    return VERBS[trigger]
