"""The guide's requirements as an SQL anti-join in DuckDB: findings by permission."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import duckdb

AUDIT = """
WITH table_roles AS (SELECT DISTINCT Role FROM grants),
     good AS (SELECT DISTINCT Role, Permission FROM grants
              WHERE Level = 'Full' AND Permission IN (SELECT Permission FROM required))
SELECT required.Permission, count(*)
FROM table_roles CROSS JOIN required
ANTI JOIN good ON good.Role = table_roles.Role AND good.Permission = required.Permission
GROUP BY required.Permission ORDER BY required.Permission
"""

table, requirements = sys.argv[1:]
base = duckdb.connect(config={"threads": 2})
base.execute("CREATE TABLE required (Rule VARCHAR, Permission VARCHAR)")
base.executemany("INSERT INTO required VALUES (?, ?)", json.loads(Path(requirements).read_text()))
base.execute(
    "CREATE TEMP TABLE grants AS SELECT Role, Permission, Level "
    "FROM read_csv(?, header = true, all_varchar = true)",
    [table],
)
print(json.dumps({"findings": dict(base.execute(AUDIT).fetchall())}))
