import { JsonArrayNode, JsonObjectNode, JsonParser, type JsonValueNode } from '@croct/json5-parser';
import { messageOf } from '../common/openclaw-error';
import { ConfigError } from './config-error';
import { type ConfigPath, formatConfigPath } from './config-path';

type JsonInput = Parameters<JsonObjectNode['set']>[1];

/** JSON5 text that can be edited in place: comments, order, spacing and unknown keys survive. */
export class Json5Document {
  private root: JsonObjectNode;

  /** @throws ConfigError CONFIG_PARSE when the text is not a JSON5 object. */
  constructor(text: string) {
    this.root = parsed(text);
  }

  set(path: ConfigPath, value: unknown): void {
    const parent = this.container(path, true);
    const key = path.at(-1);
    if (parent instanceof JsonArrayNode) {
      const index = this.index(path);
      if (index < parent.elements.length) parent.set(index, value as JsonInput);
      else parent.push(value as JsonInput);
    } else parent?.set(String(key), value as JsonInput);
  }

  /** Removes a key or element. Returns whether it was there. */
  delete(path: ConfigPath): boolean {
    const parent = this.container(path, false);
    if (!parent) return false;
    const key = path.at(-1);
    if (parent instanceof JsonArrayNode) {
      const index = this.index(path);
      if (index >= parent.elements.length) return false;
    } else if (!parent.has(String(key))) return false;
    this.remove(parent, path);
    return true;
  }

  /** The parser's own removal leaves a bracket too many where it takes the only entry of a container on one line. */
  private remove(parent: JsonObjectNode | JsonArrayNode, path: ConfigPath): void {
    const before = this.toString();
    if (parent instanceof JsonArrayNode) parent.delete(Number(path.at(-1)));
    else parent.delete(String(path.at(-1)));
    if (canBeParsed(this.toString())) return;
    this.root = parsed(before);
    if (path.length === 1) this.root = parsed('{}\n');
    else this.set(path.slice(0, -1), parent instanceof JsonArrayNode ? [] : {});
  }

  /** Line, from 1, on which a value stands, or the innermost container on the way to it that is there. */
  lineOf(path: ConfigPath): number {
    let node: JsonValueNode = this.root;
    for (const key of path) {
      const next: JsonValueNode | undefined =
        node instanceof JsonArrayNode
          ? node.elements[Number(key)]
          : node instanceof JsonObjectNode && node.has(String(key))
            ? node.get(String(key))
            : undefined;
      if (!next) break;
      node = next;
    }
    return node.location.start.line;
  }

  toString(): string {
    return this.root.toString();
  }

  private index(path: ConfigPath): number {
    const key = Number(path.at(-1));
    if (!Number.isInteger(key) || key < 0) {
      throw new ConfigError('CONFIG_PATH_INVALID', `${formatConfigPath(path)}: a list needs a number, like list[0]`);
    }
    return key;
  }

  /** The object or array that holds the last key of the path; missing objects on the way are made when asked. */
  private container(path: ConfigPath, create: boolean): JsonObjectNode | JsonArrayNode | undefined {
    let current: JsonObjectNode | JsonArrayNode = this.root;
    for (const [depth, key] of path.slice(0, -1).entries()) {
      const child: JsonValueNode | undefined = this.child(current, key);
      if (child instanceof JsonObjectNode || child instanceof JsonArrayNode) {
        current = child;
        continue;
      }
      if (!create) return undefined;
      if (child !== undefined) {
        throw new ConfigError(
          'CONFIG_PATH_INVALID',
          `${formatConfigPath(path.slice(0, depth + 1))} holds ${child.toString()}, so nothing can be set below it`,
        );
      }
      const empty = typeof path[depth + 1] === 'number' ? [] : {};
      if (current instanceof JsonArrayNode) current.push(empty);
      else current.set(String(key), empty);
      current = this.child(current, key) as JsonObjectNode | JsonArrayNode;
    }
    return current;
  }

  private child(node: JsonObjectNode | JsonArrayNode, key: string | number): JsonValueNode | undefined {
    if (node instanceof JsonArrayNode) return node.elements[Number(key)];
    return node.has(String(key)) ? node.get(String(key)) : undefined;
  }
}

/** @throws ConfigError CONFIG_PARSE */
function parsed(text: string): JsonObjectNode {
  try {
    return JsonParser.parse(text.trim() === '' ? '{}\n' : text, JsonObjectNode);
  } catch (cause) {
    throw new ConfigError('CONFIG_PARSE', `not a JSON5 object: ${messageOf(cause)}`, { cause });
  }
}

function canBeParsed(text: string): boolean {
  try {
    parsed(text);
    return true;
  } catch {
    return false;
  }
}
