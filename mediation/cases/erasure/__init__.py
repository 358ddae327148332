"""删除: what a closed case holds of persons is taken out of it for good; its history still verifies."""

from mediation.cases.erasure.acts import carry_out, confirm, has_been_erased, kept_until, request, withdraw
from mediation.cases.erasure.asked import REASONS, scope_in_words
from mediation.cases.erasure.queries import files_owed, mark

__all__ = [
    "REASONS",
    "carry_out",
    "confirm",
    "files_owed",
    "has_been_erased",
    "kept_until",
    "mark",
    "request",
    "scope_in_words",
    "withdraw",
]
