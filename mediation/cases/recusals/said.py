"""What is said of a recusal."""

from pydantic import BaseModel, ConfigDict

from mediation.cases.inputs import Code, Line


class Recuse(BaseModel):
    """Who is kept from the case and why. `kind`: party, agent, or a code of the list of conflicts (conflicts.yaml)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: Code
    kind: Code
    reason: Line


class Lift(BaseModel):
    """Why a recusal no longer stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: Line
