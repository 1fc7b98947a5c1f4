import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Fragment, useState } from 'react';
import { cutText } from '../../../../src/common/cut-text';
import { visibleText } from '../../../../src/common/visible-text';
import { Diff } from '../../kit/diff';
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

/** Calls that somebody has opened: a row that leaves the window is made again when it comes back. */
const opened = new Set<string>();

/** One tool call: its name and most telling argument in a line, everything else on demand. */
export function ToolCard({ tool }: { tool: LiveTool }) {
  const diff = diffOf(tool);
  const [isOpen, setShown] = useState(() => opened.has(tool.id));
  const setOpen = (next: boolean): void => {
    if (next) opened.add(tool.id);
    else opened.delete(tool.id);
    setShown(next);
  };
  const [hasTold, setTold] = useState(false);
  // What a command says while it runs is seen without asking for it; whoever closes it has seen enough.
  if (!hasTold && tool.phase === 'running' && tool.result) {
    setTold(true);
    setShown(true);
  }
  return (
    <details
      className={css['step']}
      data-phase={tool.phase}
      data-testid="tool-card"
      open={isOpen}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary
        onClick={(event) => {
          // The browser tells of the change later: a row that is made again in between would be shut again.
          event.preventDefault();
          setOpen(!isOpen);
        }}
      >
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
        {diff === undefined ? (
          <Told args={tool.args} />
        ) : (
          <>
            <dt>
              <Trans>Changes</Trans>
            </dt>
            <dd>
              <Diff text={diff} label={t`Changes`} />
            </dd>
          </>
        )}
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

/** What a file was changed by, as the tool tells it. */
function diffOf({ result }: LiveTool): string | undefined {
  const diff = result?.details?.['diff'];
  return typeof diff === 'string' && diff !== '' ? cutText(diff, SHOWN_LENGTH) : undefined;
}

/** What the tool was told: texts as they are, with their lines; everything else as JSON. */
function Told({ args }: { args: unknown }) {
  const fields = Object.entries(typeof args === 'object' && args !== null ? args : {});
  return fields.map(([name, value]) => (
    <Fragment key={name}>
      <dt>
        <SafeText text={name} max={80} />
      </dt>
      <dd>
        <pre tabIndex={0} role="group" aria-label={visibleText(cutText(name, 80))}>
          <SafeText
            text={typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
            lines
            max={SHOWN_LENGTH}
          />
        </pre>
      </dd>
    </Fragment>
  ));
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
