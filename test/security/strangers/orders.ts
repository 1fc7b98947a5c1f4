import type { ModelAnswer, ModelRequest } from '../../fakes/model-formats/model-format';

export interface Call {
  name: string;
  args: Record<string, unknown>;
}

export const PAGE_TOKEN = 'a-token-for-the-page-of-the-tests';

/** Does in one turn what stands in the message, call by call. */
export function obedient({ lastUser, toolResults }: ModelRequest): ModelAnswer {
  const calls = [...lastUser.matchAll(/@@CALL([A-Za-z0-9_-]+)@@/g)].map(
    (match) => JSON.parse(Buffer.from(match[1] ?? '', 'base64url').toString()) as Call,
  );
  const next = calls[toolResults];
  return { steps: [next ? { tool: next } : { text: 'All done.' }] };
}

export const order = (call: Call): string => `@@CALL${Buffer.from(JSON.stringify(call)).toString('base64url')}@@`;
