"""What comes after an agreement, or between: pauses, mediation taken up anew, corrections, voidings, supplements."""
