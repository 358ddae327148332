"""What follows from a move, in the same transaction: each effect that a definition names, carried out."""

from mediation.cases.effects import agreements, closing, holding, limits, telling
from mediation.cases.effects.registry import KNOWN, carry_out

__all__ = ["KNOWN", "agreements", "carry_out", "closing", "holding", "limits", "telling"]
