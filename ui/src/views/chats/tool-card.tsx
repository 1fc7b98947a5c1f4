import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Icon } from '../../kit/icon';
import { SafeText } from '../../text/safe-text';
import type { LiveTool } from './chat-state';
import { type ToolResult, textOf } from './chat-types';
import css from './messages.module.css';

const SUMMARY_LENGTH = 90;
const SHOWN_LENGTH = 20_000;
const STATE_TEXT = {
  get running() {
    return t`running`;
  },
  get waiting() {
    return t`waits for you`;
  },
  get done() {
    return t`done`;
  },
  get failed() {
    return t`failed`;
  },
} as const;

/** One tool call: its name and most telling argument in a line, everything else on demand. */
export function ToolCard({ tool }: { tool: LiveTool }) {
  return (
    <details className={css['step']} data-phase={tool.phase} data-testid="tool-card">
      <summary>
        <span className={css['step-mark']}>
          {tool.phase === 'done' ? <Icon name="check" /> : tool.phase === 'failed' ? <Icon name="cross" /> : '…'}
        </span>
        <strong>{tool.name}</strong>
        <code>
          <SafeText text={summaryOf(tool.args)} max={SUMMARY_LENGTH} />
        </code>
        <span className={css['step-state']}>{STATE_TEXT[tool.phase]}</span>
      </summary>
      <dl>
        <dt>
          <Trans>Arguments</Trans>
        </dt>
        <dd>
          <pre tabIndex={0} role="group" aria-label={t`Arguments`}>
            <SafeText text={JSON.stringify(tool.args ?? {}, null, 2)} lines max={SHOWN_LENGTH} />
          </pre>
        </dd>
        {tool.result && (
          <>
            <dt>{tool.phase === 'running' ? t`So far` : t`Result`}</dt>
            <dd>
              <pre tabIndex={0} role="group" aria-label={t`Result`}>
                <SafeText text={resultText(tool.result)} lines max={SHOWN_LENGTH} />
              </pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

const TELLING = ['command', 'path', 'url', 'query', 'action'] as const;

function summaryOf(args: unknown): string {
  if (typeof args !== 'object' || args === null) return '';
  const fields = args as Record<string, unknown>;
  const telling =
    TELLING.map((name) => fields[name]).find((value) => typeof value === 'string') ??
    Object.values(fields).find((value) => typeof value === 'string');
  return typeof telling === 'string' ? telling.replace(/\s+/g, ' ') : '';
}

const resultText = (result: ToolResult): string => textOf(result.content) || t`(no text)`;
