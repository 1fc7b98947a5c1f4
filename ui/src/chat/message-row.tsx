import type { Row } from './chat-rows';
import type { LiveRun, Outgoing } from './chat-state';
import { Markdown } from './markdown';
import { ToolCard } from './tool-card';

const time = (at: number | undefined): string =>
  at === undefined ? '' : new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

export function MessageRow({ row }: { row: Row }) {
  switch (row.kind) {
    case 'user':
      return (
        <article className="message user" data-testid="user-message">
          {row.from && <div className="from">{row.from}</div>}
          {row.images.map((image, index) => (
            <img key={index} src={`data:${image.mimeType};base64,${image.data}`} alt="attached picture" />
          ))}
          <div className="text">{row.text}</div>
          <footer>{time(row.at)}</footer>
        </article>
      );
    case 'assistant':
      return (
        <article className="message assistant" data-testid="assistant-message">
          {row.text !== '' && <Markdown text={row.text} />}
          {row.note && <p className="note">{row.note}</p>}
          <footer>
            {row.offline && (
              <span className="badge" title="No language model is connected">
                offline assistant
              </span>
            )}
            {!row.offline && row.model && <span>{row.model}</span>} {time(row.at)}
            {row.text !== '' && <CopyButton text={row.text} />}
          </footer>
        </article>
      );
    case 'thinking':
      return (
        <details className="thinking">
          <summary>Thinking</summary>
          <Markdown text={row.text} />
        </details>
      );
    case 'tool':
      return <ToolCard tool={row.tool} />;
  }
}

function CopyButton({ text }: { text: string }) {
  return (
    <button type="button" className="quiet" onClick={() => void navigator.clipboard.writeText(text)}>
      Copy
    </button>
  );
}

interface OutgoingRowProps {
  outgoing: Outgoing;
  onRetry(): void;
  onDiscard(): void;
}

export function OutgoingRow({ outgoing, onRetry, onDiscard }: OutgoingRowProps) {
  return (
    <article className="message user" data-state={outgoing.state} data-testid="user-message">
      <div className="text">{outgoing.text}</div>
      <footer>
        {outgoing.state === 'sending' && 'sending …'}
        {outgoing.state === 'sent' && time(outgoing.at)}
        {outgoing.state === 'failed' && (
          <>
            <span className="problem">{outgoing.error}</span>
            <button type="button" className="quiet" onClick={onRetry}>
              Try again
            </button>
            <button type="button" className="quiet" onClick={onDiscard}>
              Remove
            </button>
          </>
        )}
      </footer>
    </article>
  );
}

export function RunRow({ run }: { run: LiveRun }) {
  return (
    <div className="run" data-testid="live-run">
      {run.tools.map((tool) => (
        <ToolCard key={tool.id} tool={tool} />
      ))}
      {run.text !== '' && (
        <article className="message assistant" data-testid="assistant-message">
          <Markdown text={run.text} />
        </article>
      )}
      {run.ended === undefined && (
        <div className="working" role="status" aria-label="working">
          <i />
          <i />
          <i />
        </div>
      )}
      {run.error && <p className="note">{run.error}</p>}
    </div>
  );
}
