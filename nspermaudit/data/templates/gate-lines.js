// Nothing wrong about roles reaches the account: see nspermaudit.gate.js.
module.exports = require('./nspermaudit.gate.js')(module.exports);
