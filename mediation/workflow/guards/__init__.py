"""The guards, by stage of a case. Importing this package registers all of them."""

from mediation.workflow.guards import (
    acceptance,
    aftercare,
    agreement,
    appointments,
    approvals,
    assignment,
    closing,
    joint,
    kinship,
    mediators,
    ownership,
    performance,
    signing,
    steps,
    talks,
    tasks,
)
from mediation.workflow.guards.registry import CONDITIONS, GUARDS, Condition, Guard

__all__ = [
    "CONDITIONS",
    "GUARDS",
    "Condition",
    "Guard",
    "acceptance",
    "aftercare",
    "agreement",
    "appointments",
    "approvals",
    "assignment",
    "closing",
    "joint",
    "kinship",
    "mediators",
    "ownership",
    "performance",
    "signing",
    "steps",
    "talks",
    "tasks",
]
