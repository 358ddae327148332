"""Statistics as a CSV file for a spreadsheet: no cell of it can become a formula."""

import csv
import io

from mediation.language import _
from mediation.reports.statistics import Statistics
from mediation.spreadsheet import disarmed


def as_csv(found: Statistics) -> bytes:
    """UTF-8 with a byte order mark, so that spreadsheets read the Chinese right."""
    out = io.StringIO()
    write = csv.writer(out, quoting=csv.QUOTE_ALL)
    write.writerow([disarmed(found.unit), f"{found.first:%Y-%m-%d}", f"{found.last:%Y-%m-%d}"])
    for figure in found.figures:
        write.writerow([disarmed(figure.title), disarmed(figure.value or ""), disarmed(figure.counted)])
    tables = (
        (_("结果"), found.outcomes),
        (_("类别"), found.categories),
        (_("化解层级"), found.levels),
        (_("主办单位"), found.holders),
        (_("来源"), found.sources),
    )
    for title, lines in tables:
        write.writerow([])
        write.writerow([title, _("件"), _("占比"), _("金额（元）")])
        for line in lines:
            write.writerow([disarmed(line.title), line.cases, f"{line.share:.1f}%", f"{line.fen / 100:.2f}"])
    return b"\xef\xbb\xbf" + out.getvalue().encode()
