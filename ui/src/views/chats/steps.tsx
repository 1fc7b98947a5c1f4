import { plural, t } from '@lingui/core/macro';
import { roughly } from '../../kit/time';
import type { LiveTool } from './chat-state';
import { ToolCard } from './tool-card';
import css from './messages.module.css';

/** More steps than this are folded when they are done. */
const MOST_OPEN = 3;

interface StepsProps {
  tools: readonly LiveTool[];
  isWorking: boolean;
  /** Milliseconds that they took, where that is known. */
  tookMs?: number | undefined;
}

/** Tool calls after one another. */
export function Steps({ tools, isWorking, tookMs }: StepsProps) {
  const count = plural(tools.length, { one: '# step', other: '# steps' });
  const failed = tools.filter(({ phase }) => phase === 'failed').length;
  return (
    <details className={css['steps']} open={isWorking || tools.length <= MOST_OPEN}>
      <summary>
        {isWorking ? t`Working` : t`Worked`}
        {tookMs !== undefined && tookMs >= 1000 && ` ${roughly(tookMs)}`} · {count}
        {failed > 0 && t` · ${failed} failed`}
      </summary>
      {tools.map((tool) => (
        <ToolCard key={tool.id} tool={tool} />
      ))}
    </details>
  );
}
