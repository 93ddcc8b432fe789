"""The version and the address, as constants: asking the metadata takes longer than an audit."""

VERSION = "0.1.0"
HOMEPAGE = "https://github.com/nspermaudit/nspermaudit"
