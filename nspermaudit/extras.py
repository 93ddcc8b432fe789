"""What only some users install: ``pip install 'nspermaudit[excel]'``."""

from importlib import import_module

from nspermaudit.errors import UsageError

CURE = "pip install 'nspermaudit[excel]'"
"""What installs the packages that Excel files need."""


def has(module: str) -> bool:
    """Whether a module of an extra is there, and can be imported."""
    try:
        import_module(module)
    except ImportError:
        return False
    return True


def require(module: str, what: str) -> None:
    """Raise UsageError, with the cure, if ``what`` needs a module that is not there."""
    if not has(module):
        raise UsageError(f"{what} needs a package that is not installed: {CURE}")
