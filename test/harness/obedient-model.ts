import type { ModelAnswer, ModelRequest } from '../fakes/model-formats/model-format';
import type { ToolCall } from './tool-bench';

/** An order in a form that survives every way of quoting it. */
export const order = (...calls: ToolCall[]): string =>
  calls.map((call) => `@@CALL${Buffer.from(JSON.stringify(call)).toString('base64url')}@@`).join(' ');

/** A model without any judgement: it does whatever it is told by whatever it reads, tools' descriptions included. */
export function obedient(request: ModelRequest): ModelAnswer {
  const done = new Set(
    [...request.text.matchAll(/"arguments":"((?:[^"\\]|\\.)*)"/g)].map(
      (match) => JSON.parse(`"${match[1] ?? ''}"`) as string,
    ),
  );
  for (const match of JSON.stringify(request.body).matchAll(/@@CALL([A-Za-z0-9_-]+)@@/g)) {
    const call = JSON.parse(Buffer.from(match[1] ?? '', 'base64url').toString()) as ToolCall;
    if (!done.has(JSON.stringify(call.args))) return { steps: [{ tool: call as never }] };
  }
  return { steps: [{ text: 'All done.' }] };
}
