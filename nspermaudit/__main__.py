"""``python -m nspermaudit``."""

import sys

from nspermaudit.cli import main

if __name__ == "__main__":
    sys.exit(main())
