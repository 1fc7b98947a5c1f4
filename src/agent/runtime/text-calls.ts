import { jsonIn } from '../../common/json';
import { isPlainObject } from '../../common/plain-object';
import { CALLS, ENDS } from './template-marks';

export interface TextCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** Whether a tool's parameter is a text: what stands for it is then taken as it is. */
export type IsText = (tool: string, parameter: string) => boolean;

/** The calls that a marked text makes; undefined where it, or a part of it, is none that can be read. */
export function callsInText(marked: string, isText: IsText): TextCall[] | undefined {
  const inner = withoutMarks(marked).trim();
  const calls = inJson(inner) ?? inXml(inner, isText) ?? inKeys(inner, isText) ?? named(inner);
  return calls && calls.length > 0 ? calls : undefined;
}

function withoutMarks(marked: string): string {
  const lower = marked.toLowerCase();
  const found = CALLS.find(([opener]) => lower.startsWith(opener));
  if (!found) return marked;
  const [opener, closer] = found;
  const end = [closer, ...ENDS].find((mark) => mark !== '' && lower.endsWith(mark));
  return marked.slice(opener.length, marked.length - (end?.length ?? 0));
}

/** `{"name": …, "arguments": …}`, one, several in a list, or one after the other. */
function inJson(text: string): TextCall[] | undefined {
  const whole = jsonIn(text) ?? jsonIn(`[${withCommas(text)}]`);
  const list = Array.isArray(whole) ? (whole as unknown[]) : [whole];
  return every(list, (entry) => {
    if (!isPlainObject(entry)) return undefined;
    const called = isPlainObject(entry['function']) ? entry['function'] : entry;
    const { name } = called;
    const given = called['arguments'] ?? called['parameters'] ?? {};
    const args = typeof given === 'string' ? jsonIn(given) : given;
    return typeof name === 'string' && isPlainObject(args) ? { name, arguments: args } : undefined;
  });
}

/** Objects one after the other, on lines of their own or with semicolons between them, as a list has them. */
const withCommas = (text: string): string =>
  text.replace(/\}([\s;]+)\{/g, (whole, gap: string) => (/[;\n]/.test(gap) ? '},{' : whole));

/** `<function=name><parameter=key>value</parameter></function>`, or with the names as attributes. */
function inXml(text: string, isText: IsText): TextCall[] | undefined {
  const calls = [
    ...text.matchAll(/<(?:function|invoke)(?:=|\s+name=)"?([^">\s]+)"?\s*>([\s\S]*?)(?:<\/(?:function|invoke)>|$)/g),
  ];
  return every(calls, ([, name = '', body = '']) => ({
    name,
    arguments: Object.fromEntries(
      [
        ...body.matchAll(
          /<parameter(?:=|\s+name=)"?([^">\s]+)(?:["\s][^>]*)?>([\s\S]*?)(?:<\/parameter>|(?=<parameter[=\s])|$)/g,
        ),
      ].map(([, key = '', value = '']) => [key, meant(name, key, value, isText)]),
    ),
  }));
}

/** `name<arg_key>key</arg_key><arg_value>value</arg_value>`. */
function inKeys(text: string, isText: IsText): TextCall[] | undefined {
  const name = /^([\w.:-]+)\s*(?:<arg_key>|$)/.exec(text)?.[1];
  if (name === undefined) return undefined;
  const pairs = text.matchAll(/<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>/g);
  const args = [...pairs].map(([, key = '', value = '']) => [key.trim(), meant(name, key.trim(), value, isText)]);
  return [{ name, arguments: Object.fromEntries(args) as Record<string, unknown> }];
}

/** A name, marks of a template, and an object: `read[ARGS]{…}`, `functions.read:0<|…|>{…}<|…|>`. */
function named(text: string): TextCall[] | undefined {
  const plain = text.replace(/<[|\uff5c][^<>]*[|\uff5c]>|\[(?:ARGS|CALL_ID)\]|```(?:json)?/g, '\u0000');
  const parts = plain.split('\u0000').map((part) => part.trim());
  const words = parts.filter((part) => part !== '' && part !== 'function');
  const merged = words.flatMap((word) => {
    const glued = /^([\w.:-]+)(\{[\s\S]*)$/.exec(word);
    return glued ? [glued[1] ?? '', glued[2] ?? ''] : [word];
  });
  if (merged.length === 0 || merged.length % 2 === 1) return undefined;
  const calls: [string, string][] = [];
  for (let at = 0; at < merged.length; at += 2) calls.push([merged[at] ?? '', merged[at + 1] ?? '']);
  return every(calls, ([name, json]) => {
    const args = jsonIn(json);
    // Kimi numbers the calls behind their names.
    return /^[\w.:-]+$/.test(name) && isPlainObject(args)
      ? { name: name.replace(/:\d+$/, ''), arguments: args }
      : undefined;
  });
}

function meant(tool: string, parameter: string, given: string, isText: IsText): unknown {
  const value = given.replace(/^\r?\n/, '').replace(/\r?\n$/, '');
  return isText(tool, parameter) ? value : (jsonIn(value) ?? value);
}

/** All of them, or none. */
function every<T>(list: readonly T[], read: (entry: T) => TextCall | undefined): TextCall[] | undefined {
  const calls: TextCall[] = [];
  for (const entry of list) {
    const call = read(entry);
    if (!call) return undefined;
    calls.push(call);
  }
  return calls.length > 0 ? calls : undefined;
}
