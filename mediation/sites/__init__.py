"""A deployment read from its folder of files, and brought into the database."""
