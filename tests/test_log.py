"""The lines of the log: when, with the offset, so that those of two hosts can be put in order."""

import logging
import re

from mediation import log


def test_moment_of_a_line_has_its_offset():
    record = logging.LogRecord("mediation.web", logging.INFO, __file__, 1, "GET / %d", (200,), None)
    line = logging.Formatter(log.FORMAT, log.MOMENT).format(record)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} INFO mediation\.web GET / 200", line), line
