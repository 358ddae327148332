"""Who is there and who can be called: resident, rotating and on-call units, desks and their shifts, experts, leave and deputies."""
