"""Lists of codes: versioned, with validity, importable; and checks of numbers that carry their own proof."""

from mediation.codes.tables import Code, CodeList, Codes, load, survey

__all__ = ["Code", "CodeList", "Codes", "load", "survey"]
