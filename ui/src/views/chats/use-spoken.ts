import { useEffect, useRef } from 'react';
import { announce } from '../../kit/announcer';
import type { LiveRun } from './chat-state';

/** Ends of sentences and paragraphs. */
const SENTENCE = /[.!?…。！？](?=\s)|\n\n/g;
/** Shorter pieces wait for more, so that speech is not cut into crumbs. */
const LEAST = 60;

/** Has screen readers say the answers as they come: each sentence once, when it is finished. */
export function useSpoken(runs: readonly LiveRun[]): void {
  const said = useRef(new Map<string, number>());
  useEffect(() => {
    for (const { id, text, ended, error } of runs) {
      const from = said.current.get(id) ?? 0;
      const until = ended === undefined ? lastEnd(text, from) : text.length;
      // eslint-disable-next-line openclaw/cut-text -- from the end of one sentence to that of another
      if (until > from) announce(text.slice(from, until).trim());
      said.current.set(id, Math.max(from, until));
      if (error !== undefined && ended !== undefined) announce(error);
    }
    for (const id of said.current.keys()) if (!runs.some((run) => run.id === id)) said.current.delete(id);
  }, [runs]);
}

function lastEnd(text: string, from: number): number {
  let end = from;
  for (const match of text.slice(from).matchAll(SENTENCE)) end = from + match.index + match[0].length;
  return end - from < LEAST ? from : end;
}
