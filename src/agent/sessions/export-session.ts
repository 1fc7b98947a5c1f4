import type { SessionEntry } from '../../sessions/session-entry';
import type { TranscriptEvent } from '../../sessions/transcript-event';
import { textOf } from '../../common/content-parts';
import type { Compaction } from '../context/compaction.store';

export const EXPORT_FORMATS = ['md', 'html', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** A conversation as a file; nothing is left out of `jsonl`, which OpenClaw reads too. */
export function exportSession(
  session: SessionEntry,
  events: readonly TranscriptEvent[],
  compactions: readonly Compaction[],
  format: ExportFormat,
): string {
  switch (format) {
    case 'jsonl':
      return asJsonLines(session, events, compactions);
    case 'md':
      return asMarkdown(session, events);
    case 'html':
      return asHtml(session, events);
  }
}

/** Version 3 of OpenClaw's transcripts: one JSON object a line, each but the first with its parent. */
function asJsonLines(
  session: SessionEntry,
  events: readonly TranscriptEvent[],
  compactions: readonly Compaction[],
): string {
  const head = {
    type: 'session',
    version: 3,
    id: session.sessionId,
    timestamp: new Date(session.createdAt).toISOString(),
    cwd: '',
  };
  const lines: Record<string, unknown>[] = [head];
  let parentId: string | null = null;
  for (const event of events) {
    const id = event.id;
    lines.push({
      type: 'message',
      id,
      parentId,
      timestamp: new Date(event.at).toISOString(),
      message: { ...event.message, timestamp: event.at },
    });
    parentId = id;
    const compaction = compactions.find(({ throughSeq }) => throughSeq === event.seq);
    if (!compaction) continue;
    const compactionId = `c${event.seq}`;
    lines.push({
      type: 'compaction',
      id: compactionId,
      parentId,
      timestamp: new Date(compaction.at).toISOString(),
      summary: compaction.summary,
      firstKeptEntryId: events.find(({ seq }) => seq > event.seq)?.id ?? null,
      tokensBefore: compaction.tokensBefore,
    });
    parentId = compactionId;
  }
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

function titleOf(session: SessionEntry): string {
  return session.label ?? session.displayName ?? session.key;
}

function asMarkdown(session: SessionEntry, events: readonly TranscriptEvent[]): string {
  const parts = events.map((event) => {
    const { who, text, calls, isTool } = rowOf(event);
    const head = `**${who}** · ${new Date(event.at).toISOString()}`;
    const fence = '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
    const body = isTool ? `${fence}\n${text}\n${fence}` : text;
    return [head, ...(body === '' ? [] : [body]), ...calls.map((call) => `- calls \`${call}\``)].join('\n\n');
  });
  return `# ${titleOf(session)}\n\n${parts.join('\n\n---\n\n')}\n`;
}

function asHtml(session: SessionEntry, events: readonly TranscriptEvent[]): string {
  const escape = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const rows = events.map((event) => {
    const { who, text, calls, kind } = rowOf(event);
    const time = new Date(event.at).toISOString();
    const lines = calls.map((call) => `<code>${escape(call)}</code>`).join('');
    return `<section class="${kind}"><h2>${escape(who)} <time datetime="${time}">${time}</time></h2><pre>${escape(text)}</pre>${lines}</section>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(titleOf(session))}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}section{border-left:3px solid #bbb;padding-left:1rem;margin:1.5rem 0}.assistant{border-color:#2a7}.toolResult{border-color:#c90}h2{font-size:1rem;margin:0}time{color:#666;font-weight:normal}pre{white-space:pre-wrap;font:inherit;margin:.3rem 0}.toolResult pre,code{font:13px/1.4 ui-monospace,monospace;display:block}</style></head>
<body><h1>${escape(titleOf(session))}</h1>
${rows.join('\n')}
</body></html>
`;
}

function rowOf({ message }: TranscriptEvent): {
  who: string;
  kind: string;
  text: string;
  calls: string[];
  isTool: boolean;
} {
  const pictures = message.content.filter((part) => part.type === 'image').length;
  const text = `${textOf(message.content)}${pictures > 0 ? `\n[${pictures} pictures]` : ''}`.trim();
  const calls =
    message.role === 'assistant'
      ? message.content.flatMap((part) =>
          part.type === 'toolCall' ? [`${part.name} ${JSON.stringify(part.arguments)}`] : [],
        )
      : [];
  const who =
    message.role === 'user'
      ? (message.sender?.name ?? 'Person')
      : message.role === 'assistant'
        ? `Assistant (${message.provider}/${message.model})`
        : `Result of ${message.toolName}`;
  return { who, kind: message.role, text, calls, isTool: message.role === 'toolResult' };
}
