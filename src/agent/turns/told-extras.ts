import type { TurnEnd } from './turn-closer.service';

/** What the model thought, as a quote before its answer, where the conversation asks for it (`/reasoning`). */
export function withReasoning(end: TurnEnd, level: string | undefined): TurnEnd {
  if (end.outcome !== 'reply' || (level !== 'on' && level !== 'stream')) return end;
  const thoughts = end.outputs.flatMap((output) =>
    output.content.flatMap((part) =>
      part.type === 'thinking' && part.thinking.trim() !== '' ? [part.thinking.trim()] : [],
    ),
  );
  if (thoughts.length === 0) return end;
  const quote = thoughts
    .join('\n\n')
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
  return { ...end, text: `${quote}\n\n${end.text}` };
}

/** Tokens and cost under an answer, where the conversation asks for them (`/usage`). */
export function withFooter(end: TurnEnd, mode: string | undefined): TurnEnd {
  if (end.outcome !== 'reply' || (mode !== 'tokens' && mode !== 'full' && mode !== 'on')) return end;
  const { input, output, cacheRead, cacheWrite, cost } = end.usage;
  const tokens = `${input + cacheRead + cacheWrite} in · ${output} out`;
  const last = end.outputs.at(-1);
  const more =
    mode === 'full'
      ? ` · ${cacheRead} from cache · $${cost.total.toFixed(4)}${last ? ` · ${last.provider}/${last.model}` : ''}`
      : '';
  return { ...end, text: `${end.text}\n\n_${tokens}${more}_` };
}
