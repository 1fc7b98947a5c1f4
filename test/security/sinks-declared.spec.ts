import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ClassRef, fieldsOf } from '../../src/common/validation/field-registry';
import { agentToolOf } from '../../src/tools/agent-tool';
import { SINKS, declaredSink } from '../../src/tools/provenance/sinks';

const SOURCES = resolve(__dirname, '../../src');

/** Every tool that is declared anywhere, with its parameters. */
async function declaredTools(): Promise<{ name: string; params: ClassRef }[]> {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.tool.ts'));
  const modules = await Promise.all(
    files.map((file) => import(join(SOURCES, file)) as Promise<Record<string, unknown>>),
  );
  return modules
    .flatMap((exports) => Object.values(exports))
    .flatMap((exported) => (typeof exported === 'function' ? (agentToolOf(exported) ?? []) : []));
}

function undeclared(cls: ClassRef, path: string): string[] {
  return [...fieldsOf(cls)].flatMap(([name, { nested }]) => {
    const at = `${path}.${name}`;
    const declared = declaredSink(cls, name);
    if (nested) return declared === 'parts' ? undeclared(nested(), at) : [at];
    return (SINKS as readonly (string | undefined)[]).includes(declared) ? [] : [at];
  });
}

describe('parameters of tools', () => {
  it('say what leaves by them, each of every tool', async () => {
    const tools = await declaredTools();
    expect(tools.length).toBeGreaterThanOrEqual(33);
    expect(tools.flatMap(({ name, params }) => undeclared(params, name))).toEqual([]);
  });
});
