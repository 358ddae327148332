"""ASVS.md held against the numbers of the standard and the tests that it names."""
