"""The audit of ``check --pack guide --role *`` from Python, without a report.

With ``--tabulate`` the rows of the table are drawn by tabulate as one does without a thought.
"""

from __future__ import annotations

import json
import sys

from nspermaudit import Request, audit, find
from nspermaudit.rule import Use

report = audit(find([sys.argv[1]]), request=Request(packs=(Use("guide"),), roles=("*",)))
if "--tabulate" in sys.argv:
    from tabulate import tabulate

    rows = [
        (
            item.severity.word,
            item.role_name,
            item.rule.id,
            item.verdict.permission.name if item.verdict.permission else "",
            item.verdict.problem,
            item.verdict.granted.title if item.verdict.granted is not None else "",
            item.verdict.required.title if item.verdict.required is not None else "",
            str(item.location),
        )
        for item in report.findings
    ]
    print(tabulate(rows))
else:
    print(json.dumps({"all findings": len(report.findings)}))
