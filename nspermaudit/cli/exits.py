"""The exit codes: what a pipeline can rely on."""

COMPLETE = 0
"""The audit is complete and nothing is at or above --fail-on."""

FINDINGS = 1
"""The audit is complete and something is; or an example of a pack fails."""

WRONG_USAGE = 2
"""Wrong usage, configuration, pack, waiver or baseline: no audit was performed."""

NOT_COMPLETE = 3
"""The audit is not complete, was interrupted, or its report did not get where it should."""
