import { readFileSync } from 'node:fs';
import prettier from 'prettier';
import ts from 'typescript';
import { NewError } from './new-error.mjs';

/** A file of the repository that gets lines: where they go is found in its syntax tree, not in its text. */
export class SourceFile {
  #insertions = [];

  /** @param name path from the root of the repository, for errors */
  constructor(path, name) {
    this.path = path;
    this.name = name;
    this.text = readFileSync(path, 'utf8');
    this.tree = ts.createSourceFile(path, this.text, ts.ScriptTarget.Latest, true);
  }

  /** Adds `import { symbol } from 'from'` behind the last import. */
  addImport(symbol, from) {
    const last = this.tree.statements.filter(ts.isImportDeclaration).at(-1);
    this.#insert(last ? last.end : 0, `\nimport { ${symbol} } from '${from}';`);
  }

  /** Adds an entry to a list or an object literal, as its last one. @param where what it is, for errors */
  addTo(literal, text, where) {
    const elements = literal && (ts.isArrayLiteralExpression(literal) ? literal.elements : literal.properties);
    if (!elements) throw new NewError(`${this.name} has no ${where} any more: add ${text} by hand`);
    const last = elements.at(-1);
    if (last) this.#insert(last.end, `, ${text}`);
    else this.#insert(literal.getStart() + 1, text);
  }

  /** Adds a text to a list of texts that is sorted. */
  addSorted(literal, text, where) {
    const next = literal?.elements?.find((element) => ts.isStringLiteral(element) && element.text > text);
    if (next) this.#insert(next.getStart(), `'${text}', `);
    else this.addTo(literal, `'${text}'`, where);
  }

  /** Adds a member to a class, as its last one. */
  addMember(declaration, text) {
    const last = declaration.members.at(-1);
    this.#insert(last ? last.end : declaration.end - 1, `\n${text}`);
  }

  /** The first node of a kind for which the test holds. */
  find(isKind, test = () => true) {
    const search = (node) => (isKind(node) && test(node) ? node : ts.forEachChild(node, search));
    return search(this.tree);
  }

  /** What a constant holds, without `as const`. */
  constant(name) {
    const found = this.find(ts.isVariableDeclaration, (node) => node.name.getText() === name)?.initializer;
    return found && (ts.isAsExpression(found) ? found.expression : found);
  }

  /** The class that a decorator stands on. */
  decorated(decorator) {
    return this.find(ts.isClassDeclaration, (node) => decoratorCall(node, decorator) !== undefined);
  }

  /** The object that a decorator of a class is given. */
  static given(declaration, decorator) {
    return declaration && decoratorCall(declaration, decorator)?.arguments[0];
  }

  /** Property of an object literal. */
  static property(literal, name) {
    return literal?.properties.find((property) => property.name?.getText().replaceAll("'", '') === name)?.initializer;
  }

  /** The text with the lines in it, formatted. */
  async result() {
    let { text } = this;
    for (const { at, added } of [...this.#insertions].sort((a, b) => b.at - a.at || b.order - a.order))
      text = text.slice(0, at) + added + text.slice(at);
    return format(text, this.path);
  }

  #insert(at, added) {
    this.#insertions.push({ at, added, order: this.#insertions.length });
  }
}

/** A text as the repository formats it. @param path where it will be */
export async function format(text, path) {
  const options = await prettier.resolveConfig(path);
  return prettier.format(text, { ...options, filepath: path });
}

function decoratorCall(declaration, name) {
  return (ts.getDecorators(declaration) ?? [])
    .map(({ expression }) => expression)
    .find((expression) => ts.isCallExpression(expression) && expression.expression.getText() === name);
}
