"""Backup and restore of a whole instance, and the list of erasures that every restore applies again."""
