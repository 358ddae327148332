"""`python -m tests.asvs`: check ASVS.md and write the counts at its head."""

import sys

from tests.asvs.reading import PAGE, counted, problems_of

page = PAGE.read_text("utf-8")
problems = problems_of(page)
for problem in problems:
    sys.stderr.write(f"{problem}\n")
PAGE.write_text(counted(page), "utf-8")
sys.exit(bool(problems))
