"""The version, as a constant: asking the installed metadata takes longer than an audit."""

VERSION = "0.1.0"
