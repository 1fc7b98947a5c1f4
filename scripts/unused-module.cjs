// Stands in the bundle for libraries that a dependency imports at load time but that the program never calls.
module.exports = new Proxy(
  {},
  {
    get(_, name) {
      if (name === '__esModule' || name === 'default' || typeof name === 'symbol') return undefined;
      return () => {
        throw new Error(`"${String(name)}" belongs to a library that is not part of this build`);
      };
    },
  },
);
