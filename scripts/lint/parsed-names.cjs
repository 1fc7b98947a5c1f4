/** Values that are judged by what they mean: what they are called, by the last name of an expression. */
const NAMES =
  /^(?:host|hostname|hostName|origin|ip|address|remoteAddress|ipAddress|userId|senderId|peerId|ownerId|sender|peer|handle|username)$/;
const TESTS = new Set(['test', 'exec']);
const ASKS = new Set(['match', 'matchAll', 'search', 'startsWith', 'endsWith', 'includes', 'indexOf']);

/** Name of the thing that an expression stands for: `request.headers.host` is a host, `url.hostname ?? ''` too. */
function nameOf(node) {
  switch (node?.type) {
    case 'Identifier':
      return node.name;
    case 'MemberExpression':
      return node.computed
        ? typeof node.property.value === 'string'
          ? node.property.value
          : undefined
        : node.property.name;
    case 'ChainExpression':
    case 'TSNonNullExpression':
    case 'TSAsExpression':
      return nameOf(node.expression);
    case 'LogicalExpression':
      return nameOf(node.left);
    case 'CallExpression':
      // `host.toLowerCase()`, `String(senderId)`
      return node.callee.type === 'MemberExpression' ? nameOf(node.callee.object) : nameOf(node.arguments[0]);
    default:
      return undefined;
  }
}

/** Whether a text, and no list of several, is asked: a list of exact names may be. */
const isList = (node) => node?.type === 'ArrayExpression';

/** @type {import('eslint').Rule.RuleModule} */
const parsedNamesRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      text: "'{{name}}' is judged by its text: hosts and addresses are read by src/common/net, people's ids compared by src/common/sender-identity.",
    },
  },
  create(context) {
    return {
      CallExpression(node) {
        if (node.callee.type !== 'MemberExpression' || node.callee.computed) return;
        const { object, property } = node.callee;
        const judged = TESTS.has(property.name) ? node.arguments[0] : ASKS.has(property.name) ? object : undefined;
        if (judged === undefined || isList(judged)) return;
        const name = nameOf(judged);
        if (name !== undefined && NAMES.test(name)) context.report({ node, messageId: 'text', data: { name } });
      },
    };
  },
};

module.exports = { parsedNamesRule };
