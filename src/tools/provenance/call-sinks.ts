import { isPlainObject } from '../../common/plain-object';
import { type ClassRef, fieldsOf } from '../../common/validation/field-registry';
import type { ToolContext } from '../agent-tool';
import type { RegisteredTool } from '../tool-registry.service';
import { STRICTEST, type Sink, type SinkUse, declaredSink, fetchOf } from './sinks';

/**
 * Everything that would leave by a call: each parameter that has a value counts as the tool judges it for this call,
 * else as it is declared, else as the strictest.
 */
export async function sinksOfCall(tool: RegisteredTool, params: unknown, context: ToolContext): Promise<SinkUse[]> {
  const { declaration, handler, foreignSchema } = tool;
  const judged = (await handler.sinksOf?.(params as never, context)) ?? {};
  const uses = Object.values(judged).filter((use) => use !== 'none');
  if (foreignSchema) {
    if (Object.keys(judged).length > 0) return uses;
    return [usedBy(STRICTEST, `${declaration.name} ${JSON.stringify(params)}`)].filter((use) => use !== undefined);
  }
  const walk = (cls: ClassRef, value: unknown, path: string): void => {
    if (!isPlainObject(value)) return;
    for (const [name, entry] of Object.entries(value)) {
      const at = path === '' ? name : `${path}.${name}`;
      if (entry === undefined || at in judged) continue;
      const nested = fieldsOf(cls).get(name)?.nested?.();
      const sink = declaredSink(cls, name) ?? STRICTEST;
      if (sink === 'parts' && nested) {
        for (const part of Array.isArray(entry) ? (entry as unknown[]) : [entry]) walk(nested, part, at);
        continue;
      }
      const shown = typeof entry === 'string' ? entry : JSON.stringify(entry);
      const addresses = sink === 'fetch' ? [entry].flat().map(String) : [undefined];
      for (const address of addresses) {
        const use = usedBy(sink === 'parts' ? STRICTEST : sink, `${declaration.name} ${at}: ${shown}`, address);
        if (use) uses.push(use);
      }
    }
  };
  walk(declaration.params, params, '');
  return uses;
}

function usedBy(sink: Sink, summary: string, address?: string): SinkUse | undefined {
  if (sink === 'none' || sink === 'own') return undefined;
  return sink === 'fetch' ? fetchOf(address ?? '', summary) : { sink, summary };
}
