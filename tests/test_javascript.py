"""Which configurations of SuiteCloud CLI can be extended: cases, and node as the judge."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import lacking

from nspermaudit.scaffolding.javascript import why_not_extendable
from nspermaudit.scaffolding.plan import template

EXTENDABLE = {
    "plain": "module.exports = {defaultProjectFolder: 'src', commands: {}};\n",
    "no semicolon, no line end": "module.exports = {commands: {}}",
    "a comment at the end": "module.exports = {commands: {}}; // that is all",
    "a comment that looks open": "module.exports = {a: '/*', b: \"//\"};\n",
    "brackets in text": "module.exports = {a: '}', b: \"(\", c: `[`};\n",
    "brackets in comments": "/* { */ module.exports = {}; // (\n",
    "escaped quotes": "module.exports = {a: 'it\\'s {', b: \"\\\"\"};\n",
    "a template with a value": "const a = 1;\nmodule.exports = {b: `x${a}y`};\n",
    "a name": "const config = {commands: {}};\nmodule.exports = config\n",
    "a call": "const make = () => ({});\nmodule.exports = make()\n",
    "frozen": "module.exports = Object.freeze({commands: Object.freeze({})});\n",
    "set, then more": "module.exports = {};\nmodule.exports.commands = {'project:deploy': {}};\n",
    "returns in functions": "function f() { return 1; }\nmodule.exports = {a: f};\n",
    "strict": "'use strict';\nmodule.exports = {};\n",
    "Windows line ends": "module.exports = {\r\n\tcommands: {},\r\n};\r\n",
    "both exports": "module.exports = exports = {commands: {}};\n",
}
OTHERS = {
    "empty": "",
    "only a comment": "// module.exports = {};\n",
    "only in a text": "'module.exports = {}';\n",
    "ES module": "export default {commands: {}};\n",
    "imports": "import x from 'x';\nmodule.exports = {};\n",
    "parts of exports": "exports.commands = {};\n",
    "in a function": "setTimeout(() => { module.exports = {}; });\nmodule.exports = {};\n",
    "in a block": "if (process.env.X) { module.exports = {}; }\n",
    "returns": "module.exports = {};\nreturn;\n",
    "a regular expression": "module.exports = {a: /[}'\"]/};\n",
    "a division": "module.exports = {a: 4 / 2};\n",
    "a text that is not ended": "module.exports = {a: 'b};\n",
    "a comment that is not ended": "module.exports = {}; /* {\n",
    "a template that is not ended": "module.exports = {a: `b};\n",
    "a template in a template": "module.exports = {a: `${`}`}`};\n",
    "a text in a template": "module.exports = {a: `${'`'}`};\n",
    "brackets that do not match": "module.exports = {a: [}];\n",
    "a bracket that is not closed": "module.exports = {\n",
    "a bracket too many": "module.exports = {}};\n",
    "an HTML comment": "<!-- {\nmodule.exports = {};\n",
    "a program": "#!/usr/bin/env node\nmodule.exports = {};\n",
    "a hidden line end": "// \u2028 return;\nmodule.exports = {};\n",
    "an escaped name": "module.exports = {};\n\\u0072eturn;\n",
    "compared": "module.exports == {};\n",
}
_SAY = "console.log(typeof require(process.argv[1]).commands['project:deploy'].beforeExecuting)"


@pytest.mark.parametrize("name", EXTENDABLE)
def test_extendable(name: str, tmp_path: Path) -> None:
    """The lines at the end take effect: node says so."""
    assert why_not_extendable(EXTENDABLE[name]) == ""
    if not shutil.which("node"):
        lacking("npm", "node is not there")
    (tmp_path / "nspermaudit.gate.js").write_text(template("nspermaudit.gate.js"))
    config = tmp_path / "suitecloud.config.js"
    config.write_text(f"{EXTENDABLE[name]}\n{template('gate-lines.js')}", newline="")
    said = subprocess.run(
        ["node", "-e", _SAY, str(config)], capture_output=True, text=True, check=True
    )
    assert said.stdout == "function\n"


@pytest.mark.parametrize("name", OTHERS)
def test_not_extendable(name: str) -> None:
    """Everything that is not certain has a reason, in one line."""
    reason = why_not_extendable(OTHERS[name])
    assert reason
    assert "\n" not in reason


def test_long_files_are_followed_in_time() -> None:
    """Half a megabyte of anything is told about within seconds."""
    for piece in ("`${", "'\\", "/*", "a.", "((", "`\\`", json.dumps("x" * 100)):
        why_not_extendable(piece * ((1 << 19) // len(piece)))
