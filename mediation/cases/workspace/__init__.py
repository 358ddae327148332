"""What a mediator works with: the day, the calendar, and a case as a workspace."""
