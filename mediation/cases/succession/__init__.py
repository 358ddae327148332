"""离任移交: what a person has in hand goes to others in one act, and comes back in one where nothing has happened to it since."""

from mediation.cases.succession.handing_over import HandedOver, give_back, hand_over

__all__ = ["HandedOver", "give_back", "hand_over"]
