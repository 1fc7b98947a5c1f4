// A lint rule: text for people or models is cut by `cutText` alone (src/common/cut-text.ts), since `slice(0, N)` leaves
// half an emoji, which a provider refuses. A text may be taken apart at a place that was found in it (`indexOf`, the index of
// a match, its length, a walk by index); a place that was chosen, a limit, is a cut. Ids and hashes, which are plain ASCII,
// are shortened with `shortId`; the day of a time is `dayIn`.
import { ESLintUtils } from '@typescript-eslint/utils';

const CUTTERS = new Set(['slice', 'substring', 'substr']);
/** Calls that find a place in a text, or make one out of places. */
const FINDERS = new Set(['indexOf', 'lastIndexOf', 'search', 'findIndex', 'findLastIndex', 'graphemeBorder']);
const MATHS = new Set(['min', 'max', 'floor', 'ceil']);

export const cutTextRule = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      cut: 'This cuts text at a chosen length and may leave half a character: use cutText (src/common/cut-text.ts); for an id or a hash shortId (src/common/short-id.ts), for the day of a time dayIn.',
    },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();

    const isString = (node) => {
      const type = checker.getApparentType(services.getTypeAtLocation(node));
      return (
        type.symbol?.name === 'String' ||
        (type.isUnion?.() && type.types.some((each) => (each.flags & 402653316) !== 0))
      );
    };

    const variableOf = (node) => {
      for (let scope = context.sourceCode.getScope(node); scope; scope = scope.upper) {
        const found = scope.set.get(node.name);
        if (found) return found;
      }
      return undefined;
    };

    /** Whether a number is a place that was found in a text, however it was worked out. */
    const isPlace = (node, seen = new Set()) => {
      switch (node?.type) {
        case 'TSAsExpression':
        case 'TSNonNullExpression':
        case 'ChainExpression':
          return isPlace(node.expression, seen);
        case 'MemberExpression':
          return node.property.name === 'length' || node.property.name === 'index' || node.property.name === 'offset';
        case 'BinaryExpression':
          return (
            [node.left, node.right].some((side) => isPlace(side, seen)) &&
            [node.left, node.right].every((side) => side.type === 'Literal' || isPlace(side, seen))
          );
        case 'LogicalExpression':
          return isPlace(node.left, seen);
        case 'ConditionalExpression':
          return [node.consequent, node.alternate].every((side) => side.type === 'Literal' || isPlace(side, seen));
        case 'UnaryExpression':
          // Counted from the end: an ending that is known.
          return node.operator === '-' && (node.argument.type === 'Literal' || isPlace(node.argument, seen));
        case 'CallExpression': {
          const name = node.callee.type === 'MemberExpression' ? node.callee.property.name : node.callee.name;
          if (FINDERS.has(name)) return true;
          return MATHS.has(name) && node.arguments.every((each) => each.type === 'Literal' || isPlace(each, seen));
        }
        case 'Identifier': {
          const variable = variableOf(node);
          if (!variable || seen.has(variable)) return seen.has(variable);
          seen.add(variable);
          const definition = variable.defs[0];
          const writes = variable.references.filter((reference) => reference.isWrite());
          if (definition?.type === 'Parameter') return false;
          return writes.some(
            ({ identifier, writeExpr }) =>
              identifier.parent.type === 'UpdateExpression' ||
              (writeExpr && writeExpr.type !== 'Literal' && isPlace(writeExpr, seen)),
          );
        }
        default:
          return false;
      }
    };

    /** What is shortened is the digest of a hash. */
    const isDigest = (node) =>
      node.type === 'CallExpression' &&
      node.callee.type === 'MemberExpression' &&
      node.callee.property.name === 'digest';

    return {
      CallExpression(node) {
        const {
          callee,
          arguments: [start, end],
        } = node;
        if (callee.type !== 'MemberExpression' || !CUTTERS.has(callee.property.name) || !start) return;
        const isFromEnd = !end && start.type === 'UnaryExpression' && start.argument.type !== 'Literal';
        const isLongEnd =
          !end && start.type === 'UnaryExpression' && start.argument.type === 'Literal' && start.argument.value > 2;
        const isCut = end ? !isPlace(end) : (isFromEnd && !isPlace(start.argument)) || isLongEnd;
        if (isCut && !isDigest(callee.object) && isString(callee.object)) context.report({ node, messageId: 'cut' });
      },
    };
  },
});
