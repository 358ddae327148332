"""Signed webhooks: what the audit trail records, told to other systems by ids and codes, at least once."""
