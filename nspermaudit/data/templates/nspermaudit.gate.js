'use strict';

// Stops project:deploy and project:validate when nspermaudit has something to say about the roles
// of this project. Written by "nspermaudit init suitecloud"; suitecloud.config.js calls it:
//
//     module.exports = require('./nspermaudit.gate.js')(module.exports);
//
// Hooks that the configuration has stay: they run first, and what they return is passed on.
// NSPERMAUDIT_COMMAND names the program where it is not on the PATH; a program, without arguments.
// What is told and what is accepted, nspermaudit.yaml says, and nothing else: other variables that
// begin with NSPERMAUDIT_ (they stand for options) are not passed on.

const { spawnSync } = require('child_process');

const COMMANDS = ['project:deploy', 'project:validate'];
const MEANING = {
	1: 'there are findings',
	2: 'wrong usage or configuration, no audit was performed',
	3: 'the audit is not complete',
};
const MOST_LINES = 300;
const LAST_LINES = 10;
const OPTION = /^NSPERMAUDIT_(?!COMMAND$)/i; // Windows does not tell small letters from capitals

// An audit of the folder that the command would send; the report, or an Error if it must stop.
function audit(command, projectPath, folder) {
	const program = process.env.NSPERMAUDIT_COMMAND || 'nspermaudit';
	const given = ['check', '--format', 'text', '--color', 'never', '--', `./${folder}`];
	const done = spawnSync(program, given, {
		cwd: projectPath,
		encoding: 'utf8',
		env: environment(),
		maxBuffer: 256 * 1024 * 1024,
		windowsHide: true,
	});
	if (done.error && done.error.code === 'ENOENT') {
		const how = 'install it (pipx install nspermaudit), or name it in NSPERMAUDIT_COMMAND';
		throw new Error(`${command} stopped: the program ${program} was not found; ${how}`);
	}
	if (done.error) {
		throw new Error(`${command} stopped: ${program} could not be run: ${done.error.message}`);
	}
	const report = shortened(`${done.stdout}${done.stderr}`);
	if (done.status !== 0) {
		const why = MEANING[done.status] || `it ended with ${done.status === null ? done.signal : done.status}`;
		throw new Error(`${command} stopped by nspermaudit: ${why}\n\n${report}`);
	}
	return report;
}

function environment() {
	const kept = Object.entries(process.env).filter(([name]) => !OPTION.test(name));
	return { ...Object.fromEntries(kept), PYTHONIOENCODING: 'utf-8' };
}

function shortened(report) {
	const lines = report.trimEnd().split(/\r?\n/);
	const left = lines.length - MOST_LINES;
	if (left > 0) {
		const told = `... ${left} lines are left out here; nspermaudit check shows them`;
		lines.splice(MOST_LINES - LAST_LINES, left, '', told, '');
	}
	return lines.join('\n');
}

function gated(command, hooks, folder) {
	const before = hooks.beforeExecuting;
	async function beforeExecuting(context) {
		const passedOn = before ? await before.call(hooks, context) : { arguments: context.arguments };
		console.log(audit(command, context.projectPath, folder));
		return passedOn;
	}
	return { ...hooks, beforeExecuting };
}

module.exports = function withGate(config) {
	const commands = { ...config.commands };
	for (const command of COMMANDS) {
		const hooks = commands[command] || {};
		const folder = hooks.projectFolder || config.defaultProjectFolder || '';
		commands[command] = gated(command, hooks, folder);
	}
	return { ...config, commands };
};
