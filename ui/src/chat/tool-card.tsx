import { cutText } from '../../../src/common/cut-text';
import { type ToolResult, textOf } from './chat-types';
import type { LiveTool } from './chat-state';

const SUMMARY_LENGTH = 90;
const STATE_TEXT = { running: 'running', done: 'done', failed: 'failed' } as const;

/** One tool call: its name and most telling argument in a line, everything else on demand. */
export function ToolCard({ tool }: { tool: LiveTool }) {
  return (
    <details className="tool" data-phase={tool.phase} data-testid="tool-card">
      <summary>
        <span className="tool-name">{tool.name}</span>
        <span className="tool-summary">{summaryOf(tool.args)}</span>
        <span className="tool-phase">{STATE_TEXT[tool.phase]}</span>
      </summary>
      <dl>
        <dt>Arguments</dt>
        <dd>
          <pre>{JSON.stringify(tool.args ?? {}, null, 2)}</pre>
        </dd>
        {tool.result && (
          <>
            <dt>Result</dt>
            <dd>
              <pre>{resultText(tool.result)}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
}

function summaryOf(args: unknown): string {
  if (typeof args !== 'object' || args === null) return '';
  const fields = args as Record<string, unknown>;
  const telling =
    fields['command'] ??
    fields['path'] ??
    fields['action'] ??
    Object.values(fields).find((value) => typeof value === 'string');
  const text = typeof telling === 'string' ? telling.replace(/\s+/g, ' ') : '';
  return cutText(text, SUMMARY_LENGTH);
}

const resultText = (result: ToolResult): string => textOf(result.content) || '(no text)';
