"""Who opened which case, paper or export, and when. Ids only; kept apart from the audit trail, which records acts."""
