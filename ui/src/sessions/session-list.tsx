import { useState } from 'react';
import { shortId } from '../../../src/common/short-id';
import { type SessionRow, type Sessions, titleOf } from './use-sessions';

interface SessionListProps {
  sessions: Sessions;
  current: string;
  mainKey: string;
  onOpen(key: string): void;
}

export function SessionList({ sessions, current, mainKey, onOpen }: SessionListProps) {
  const [problem, setProblem] = useState<string>();
  const known = sessions.rows.some((row) => row.key === current);
  const main: SessionRow = { key: mainKey, kind: 'direct', updatedAt: 0 };
  const rows = [
    ...(sessions.rows.some((row) => row.key === mainKey) ? [] : [main]),
    ...(known || current === mainKey
      ? []
      : [{ key: current, kind: 'direct', label: 'New conversation', updatedAt: 0 }]),
    ...sessions.rows,
  ];
  const attempt = (work: Promise<void>): void => {
    work.then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)),
    );
  };
  const newSession = (): void => onOpen(mainKey.replace(/:main$|^global$/, '') + `:ui-${shortId(crypto.randomUUID())}`);

  return (
    <nav className="sessions" aria-label="Sessions">
      <button type="button" className="new" onClick={newSession}>
        New conversation
      </button>
      {sessions.error && <p className="note">{sessions.error}</p>}
      {problem && <p className="note">{problem}</p>}
      {!sessions.loaded && !sessions.error && <p className="hint">Loading …</p>}
      <ul>
        {rows.map((row) => (
          <li key={row.key} aria-current={row.key === current}>
            <button type="button" className="open" onClick={() => onOpen(row.key)} title={row.key}>
              {titleOf(row)}
              {row.kind !== 'direct' && <small>{row.kind}</small>}
            </button>
            {row.updatedAt > 0 && row.key === current && (
              <span className="actions">
                <button
                  type="button"
                  className="quiet"
                  onClick={() => {
                    const label = window.prompt('Name of the conversation', titleOf(row));
                    if (label !== null) attempt(sessions.rename(row.key, label));
                  }}
                >
                  Rename
                </button>
                {row.key !== mainKey && (
                  <button
                    type="button"
                    className="quiet"
                    onClick={() => {
                      if (!window.confirm(`Delete "${titleOf(row)}"?`)) return;
                      attempt(sessions.remove(row.key).then(() => onOpen(mainKey)));
                    }}
                  >
                    Delete
                  </button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
    </nav>
  );
}
