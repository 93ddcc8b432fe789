"""The guide's requirements as an anti-join in polars, streaming: findings by permission."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

table, requirements = sys.argv[1:]
pairs = json.loads(Path(requirements).read_text())
required = pl.LazyFrame(pairs, schema=["Rule", "Permission"], orient="row")
grants = pl.scan_csv(table, infer_schema=False)
wanted = [permission for _, permission in pairs]
good = grants.filter((pl.col("Level") == "Full") & pl.col("Permission").is_in(wanted))
found = (
    grants.select("Role")
    .unique()
    .join(required, how="cross")
    .join(good, on=["Role", "Permission"], how="anti")
    .group_by("Permission")
    .len()
    .sort("Permission")
    .collect(engine="streaming")
)
print(json.dumps({"findings": dict(found.iter_rows())}))
