"""The gate around configurations of every shape: node is asked what is left of them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from needs import lacking
from scratch import environment, ran

from nspermaudit.scaffolding.plan import template

CLASSES = """\
class Hooks {
  #said = 'private';
  beforeExecuting(context) { this.ran = this.#said; return {arguments: context.arguments}; }
  onCompleted() { return `${this.ran} ${this.#said}`; }
}
class Config {
  #folder = 'sdf';
  #hooks = new Hooks();
  get defaultProjectFolder() { return this.#folder; }
  get commands() { return {'project:deploy': this.#hooks, 'object:import': this.#hooks}; }
}
module.exports = new Config();
"""
FROZEN = """\
const hooks = Object.freeze({
  beforeExecuting(context) { return {arguments: context.arguments}; },
  onCompleted() { return this === hooks; },
});
module.exports = Object.freeze({
  defaultProjectFolder: 'sdf',
  commands: Object.freeze({'project:deploy': hooks, 'object:import': hooks}),
});
"""
INHERITED = """\
const base = {
  onCompleted() { return this.word; },
  beforeExecuting(context) { return {arguments: context.arguments}; },
};
const hooks = Object.create(base, {word: {value: 'hidden'}});
const commands = Object.create({'project:deploy': hooks, 'object:import': hooks});
module.exports = Object.create({defaultProjectFolder: 'sdf', commands});
"""
BARE = "module.exports = {defaultProjectFolder: 'sdf'};\n"
TWICE = f"{FROZEN}{template('gate-lines.js')}"
LATER = f"{CLASSES}{template('gate-lines.js')}module.exports.commands['object:import'].later = 5;\n"
ASK = """\
const config = require(process.argv[1]);
const hooks = config.commands['project:deploy'];
const context = {command: 'project:deploy', arguments: {a: 1}, projectPath: process.cwd()};
const logged = [];
console.log = (text) => logged.push(text);
hooks.beforeExecuting(context).then((passedOn) => process.stdout.write(JSON.stringify({
  folder: config.defaultProjectFolder,
  spread: {...config}.defaultProjectFolder ?? null,
  others: typeof config.commands['object:import']?.beforeExecuting,
  named: 'project:validate' in config.commands,
  completed: hooks.onCompleted ? hooks.onCompleted() : null,
  passedOn, logged,
})));
"""


def _asked(config: str, place: Path) -> dict[str, object]:
    """What node tells of a configuration with the gate, whose program echoes its arguments."""
    if not shutil.which("node"):
        lacking("npm", "node is not there")
    program = place / "echo"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    (place / "nspermaudit.gate.js").write_text(template("nspermaudit.gate.js"))
    file = place / "suitecloud.config.js"
    file.write_text(f"{config}{template('gate-lines.js')}")
    env = environment(place / "home", NSPERMAUDIT_COMMAND=str(program))
    done = ran("node", "-e", ASK, file, cwd=place, env=env)
    assert done.returncode == 0, done.stdout
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("config", "spread", "others", "completed"),
    [
        pytest.param(CLASSES, None, "function", "private private", id="classes"),
        pytest.param(FROZEN, "sdf", "function", True, id="frozen"),
        pytest.param(INHERITED, None, "function", "hidden", id="inherited"),
        pytest.param(BARE, "sdf", "undefined", None, id="bare"),
        pytest.param(LATER, None, "function", "private private", id="set later"),
    ],
)
def test_configurations_stay_what_they_are(
    config: str, spread: object, others: str, completed: object, tmp_path: Path
) -> None:
    """Getters, methods, private fields and what is inherited work as they did without the gate."""
    told = _asked(config, tmp_path)
    (command,) = {str(line) for line in told.pop("logged")}  # type: ignore[attr-defined]
    assert command.endswith(" -- ./sdf")
    assert told == {
        "folder": "sdf",
        "spread": spread,
        "others": others,
        "named": True,
        "completed": completed,
        "passedOn": {"arguments": {"a": 1}},
    }


def test_gate_around_the_gate(tmp_path: Path) -> None:
    """Called twice it audits twice, and what it wraps still works."""
    told = _asked(TWICE, tmp_path)
    assert told["completed"] is True
    assert len(told["logged"]) == 2  # type: ignore[arg-type]
