// Object literals that begin with a spread, in a form that Node 20 is quick with. There each property that follows costs more
// than the one before, as no shape of such an object is remembered. A literal that begins with a spread of nothing is made
// like any other.
import { parse } from 'acorn';

/** Copies no property, and keeps the object from being made as a copy. */
const NOTHING = '...null,';
const MENDED_IN = 22;

/** Whether the code that is built now will run where it matters: a build belongs to one version of Node. */
export const hasSlowSpreads = (version = process.versions.node) => Number.parseInt(version, 10) < MENDED_IN;

/**
 * @param {string} code a script
 * @returns {string} the same program
 * @throws SyntaxError where it is none
 */
export function withQuickSpreads(code) {
  const places = [];
  const open = [parse(code, { ecmaVersion: 'latest', sourceType: 'script' })];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'ObjectExpression' && node.properties.length > 1 && node.properties[0].type === 'SpreadElement')
      places.push(node.start + 1);
    for (const part of Object.values(node)) if (isNode(part)) open.push(...[part].flat().filter(isNode));
  }
  const ends = [...places.sort((a, b) => a - b), code.length];
  return ends.map((end, index) => code.slice(index === 0 ? 0 : ends[index - 1], end)).join(NOTHING);
}

const isNode = (part) => typeof part === 'object' && part !== null && (Array.isArray(part) || 'type' in part);
