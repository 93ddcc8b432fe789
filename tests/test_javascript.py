"""Which configurations of SuiteCloud CLI can be extended: cases, and node as the judge."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from needs import lacking

from nspermaudit.scaffolding.javascript import exports_by, why_not_extendable
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
    "returns in functions of every form": (
        "const a = () => { if (1) { return 1; } return 2; };\n"
        "const b = async function* named(x = {})\n{ for (;;) { return 1; } };\n"
        "const c = function *(x) { return 1; }, d = function\n()\n{ return 1; };\n"
        "class E extends Object { get e() { return 1; } static async *[`e`](x) { return 1; } }\n"
        "module.exports = {commands: {}, async f(x, y = () => ({})) { return y; }};\n"
    ),
    "throws in a block": "module.exports = {};\nif (!process) { throw new Error('no'); }\n",
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
    "returns in an if": "module.exports = {};\nif (process.env.X) {\n\treturn;\n}\n",
    "returns in an else": "module.exports = {};\nif (0) f(); else { return; }\n",
    "returns in a loop": "module.exports = {};\nfor (const a of [1]) { return; }\n",
    "returns in a block": "module.exports = {};\n{ { return; } }\n",
    "returns in a try": "module.exports = {};\ntry { return; } catch (e) {}\n",
    "returns in a catch": "module.exports = {};\ntry { f(); } catch (e) { return; }\n",
    "returns in a switch": "module.exports = {};\nswitch (1) { case 1: return; }\n",
    "returns after a do": "module.exports = {};\ndo {} while (0) { return; }\n",
    "returns in a block after a call": "module.exports = {};\nf()\n{ return; }\n",
    "returns in a block after a comment": "module.exports = {};\nf() /*\n*/ { return; }\n",
    "returns in a block after a call of function": (
        "module.exports = {};\nconst a = {function() {}};\na . function()\n{ return; }\n"
    ),
    "returns after a text that tells of one": (
        "const f = () => f;\nmodule.exports = {};\nf`a function b`()\n{ return; }\n"
    ),
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


CALL = template("gate-lines.js")
CALLING = {
    "as init writes it": (f"module.exports = {{}};\n{CALL}", True),
    "after what is not followed": (f"module.exports = {{a: 4 / 2}};\n{CALL}", True),
    "around it": ('module.exports = require("./nspermaudit.gate.js")({commands: {}});', True),
    "only its name": ("const published = ['./nspermaudit.gate.js'];\nmodule.exports = {};", False),
    "in a comment": (
        "module.exports = {}; // module.exports = require('./nspermaudit.gate.js')(",
        False,
    ),
    "in a text": ("const a = \"require('./nspermaudit.gate.js')\";\nmodule.exports = {};", False),
    "another module": ("module.exports = require('./gate.js')(module.exports);", False),
    "into a variable": ("const gate = require('./nspermaudit.gate.js');", None),
    "at the very start": ("require('./nspermaudit.gate.js')", None),
    "not called": ("module.exports = require('./nspermaudit.gate.js');", None),
    "in a block": (f"module.exports = {{}};\nif (process.env.X) {{\n{CALL}}}\n", None),
    "after a return": (f"module.exports = {{}};\nif (process.env.X) {{ return; }}\n{CALL}", None),
    "set again": (f"{CALL}\nmodule.exports = {{}};\n", None),
}


@pytest.mark.parametrize("name", CALLING)
def test_what_calls_the_gate(name: str) -> None:
    """Only a call that sets ``module.exports`` for certain, and last, is one."""
    text, expected = CALLING[name]
    assert exports_by(text, "./nspermaudit.gate.js") is expected


def test_long_files_are_followed_in_time() -> None:
    """Half a megabyte of anything is told about within seconds."""
    for piece in (
        "`${",
        "'\\",
        "/*",
        "a.",
        "((",
        "`\\`",
        "=>{",
        "(){return ",
        json.dumps("x" * 100),
    ):
        text = piece * ((1 << 19) // len(piece))
        why_not_extendable(text)
        exports_by(text, "./nspermaudit.gate.js")
