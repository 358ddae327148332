"""履行: what an agreement asks for, instalment by instalment; what was done of it; a court's confirmation, and enforcement."""
