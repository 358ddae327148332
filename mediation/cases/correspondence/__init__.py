"""来往通知: who is told what of a case, by what each may see."""

from mediation.cases.correspondence.drafting import Draft, StandIns, drafts, no_deputies
from mediation.cases.correspondence.letters import letters, lost, message_of
from mediation.cases.correspondence.tray import TrayLetter, TrayRow

__all__ = [
    "Draft",
    "StandIns",
    "TrayLetter",
    "TrayRow",
    "drafts",
    "letters",
    "lost",
    "message_of",
    "no_deputies",
]
