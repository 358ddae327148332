"""证据材料: what parties hand in and mediators gather, kept encrypted by its hash; originals given back, pieces withdrawn."""
