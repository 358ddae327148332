"""删除: what a closed case holds of persons is taken out of it for good; its history still verifies."""

from mediation.cases.erasure.acts import (
    REASONS,
    Erased,
    carry_out,
    confirm,
    has_been_erased,
    kept_until,
    request,
)

__all__ = ["REASONS", "Erased", "carry_out", "confirm", "has_been_erased", "kept_until", "request"]
