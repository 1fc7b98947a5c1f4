import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ClassRef, fieldsOf } from '../../src/common/validation/field-registry';
import { agentToolOf } from '../../src/tools/agent-tool';

const SOURCES = resolve(__dirname, '../../src');

/** Parameters, also of parts, that a model is offered without a word of what they are. */
function undescribed(cls: ClassRef, path: string): string[] {
  return [...fieldsOf(cls)].flatMap(([name, { hidden, schema, nested }]) => {
    if (hidden) return [];
    const at = `${path}.${name}`;
    const below = nested ? undescribed(nested(), at) : [];
    return schema?.['description'] === undefined ? [at, ...below] : below;
  });
}

describe('parameters of tools', () => {
  it('are described to the model, each of every tool', async () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.tool.ts'),
    );
    const modules = await Promise.all(
      files.map((file) => import(join(SOURCES, file)) as Promise<Record<string, unknown>>),
    );
    const tools = modules
      .flatMap((exports) => Object.values(exports))
      .flatMap((exported) => (typeof exported === 'function' ? (agentToolOf(exported) ?? []) : []));
    expect(tools.length).toBeGreaterThanOrEqual(34);
    expect(tools.flatMap(({ name, params }) => undescribed(params, name))).toEqual([]);
  });
});
