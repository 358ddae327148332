"""The guards, by stage of a case. Importing this package registers all of them."""

from mediation.workflow.guards import (
    acceptance,
    agreement,
    assignment,
    closing,
    joint,
    mediators,
    signing,
    talks,
)
from mediation.workflow.guards.registry import CONDITIONS, GUARDS, Condition, Guard

__all__ = [
    "CONDITIONS",
    "GUARDS",
    "Condition",
    "Guard",
    "acceptance",
    "agreement",
    "assignment",
    "closing",
    "joint",
    "mediators",
    "signing",
    "talks",
]
