import { describeConfig } from './ui-hints';
import { schemaNodeAt } from './schema-node';

const { uiHints, schema } = describeConfig('0');

describe('keys of the configuration', () => {
  it('say each what they mean, and what a change of them takes', () => {
    expect(Object.keys(uiHints).length).toBeGreaterThan(800);
    expect(Object.entries(uiHints).filter(([, { help }]) => (help ?? '').length < 5)).toEqual([]);
    expect(Object.entries(uiHints).filter(([, { reload }]) => reload === undefined)).toEqual([]);
  });

  it('have a default that is of their own type', () => {
    const wrong: string[] = [];
    const walk = (node: unknown, path: string): void => {
      const { type, default: standard, enum: values, properties, items, additionalProperties } = node as Described;
      if (standard !== undefined) {
        const kind = Array.isArray(standard) ? 'array' : typeof standard;
        const fits = values
          ? values.includes(standard)
          : [kind, kind === 'number' ? 'integer' : kind].includes(type ?? '');
        if (!fits) wrong.push(`${path}: ${JSON.stringify(standard)}`);
      }
      for (const [key, child] of Object.entries(properties ?? {})) walk(child, `${path}.${key}`);
      if (items) walk(items, `${path}[]`);
      if (typeof additionalProperties === 'object') walk(additionalProperties, `${path}.*`);
    };
    walk(schema, '');
    expect(wrong).toEqual([]);
  });

  it('hand down that they have no effect, and what a change takes, unless one below says otherwise', () => {
    expect(uiHints['talk.voiceId']).toEqual({ help: 'Voice.', reload: 'none', idle: true });
    expect(uiHints['gateway.port']).toEqual({ help: 'Port of the gateway.', reload: 'restart' });
    expect(uiHints['gateway.reload.mode']?.reload).toBe('none');
    expect(uiHints['agents.list[].heartbeat.every']?.reload).toBe('hot');
    expect(uiHints['models.providers.*.apiKey']).toMatchObject({ sensitive: true });
    expect(uiHints['agents']).toMatchObject({ label: 'Agents', order: expect.any(Number) as number });
  });

  it('are told path by path as well', () => {
    const { children } = schemaNodeAt('gateway') ?? { children: [] };
    expect(children.find(({ key }) => key === 'port')).toMatchObject({
      hint: { help: 'Port of the gateway.', reload: 'restart' },
    });
    expect(schemaNodeAt('gateway.port')?.schema).toMatchObject({ default: 18_789 });
  });
});

interface Described {
  type?: string;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, unknown>;
  items?: unknown;
  additionalProperties?: unknown;
}
