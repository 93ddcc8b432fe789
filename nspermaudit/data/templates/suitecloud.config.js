module.exports = {
	defaultProjectFolder: '<<folder>>',
	commands: {},
};
