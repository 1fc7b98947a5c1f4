/** Classes of a CSS module in tests: each is called as it is written. */
module.exports = { __esModule: true, default: new Proxy({}, { get: (_, name) => name }) };
