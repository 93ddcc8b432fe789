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

// An object as it is, but for some properties. Its getters and methods, private ones too, run on
// the object itself; what is set later is set there.
function overlaid(object, own) {
	const all = { ...Object.getOwnPropertyDescriptors(object), ...Object.getOwnPropertyDescriptors(own) };
	for (const name of Reflect.ownKeys(all)) {
		all[name].configurable = true; // what is frozen may not be told otherwise by a Proxy
	}
	return new Proxy(Object.create(Object.getPrototypeOf(object), all), {
		get(_, name) {
			const value = (Object.hasOwn(own, name) ? own : object)[name];
			return typeof value === 'function' && !Object.hasOwn(own, name) ? value.bind(object) : value;
		},
		set: (_, name, value) => Reflect.set(object, name, value),
	});
}

function gated(command, hooks, config) {
	async function beforeExecuting(context) {
		const folder = hooks.projectFolder || config.defaultProjectFolder || '';
		const passedOn = hooks.beforeExecuting
			? await hooks.beforeExecuting(context)
			: { arguments: context.arguments };
		console.log(audit(command, context.projectPath, folder));
		return passedOn;
	}
	return overlaid(hooks, { beforeExecuting });
}

module.exports = function withGate(config) {
	const commands = config.commands || {};
	const all = {};
	for (const command of COMMANDS) {
		all[command] = gated(command, commands[command] || {}, config);
	}
	return overlaid(config, { commands: overlaid(commands, all) });
};
