"""Paths as YAML and shells want them."""

import json
import shlex


def yaml_text(path: str) -> str:
    """A path as a YAML value, between quotes only where it needs them."""
    is_plain = path.replace("/", "").replace("_", "").replace("-", "").isalnum()
    is_plain = is_plain and path.isascii() and not path.replace("_", "").isdigit()
    return path if is_plain and path[0].isalpha() else json.dumps(path, ensure_ascii=False)


def shell_word(path: str) -> str:
    """A path as one word of a shell's command."""
    return shlex.quote(path)
