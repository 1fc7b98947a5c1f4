const SHAPE = /^\[cron (.+?)\](?!\]) ?([\s\S]*)$/;

/** A job as the assistant is told of it. */
export const jobText = (name: string, words: string): string => `[cron ${name}] ${words}`;

/** The job's name and what it says, of such a text or its beginning; undefined for any other. */
export function readJobText(told: string): { name: string; words: string } | undefined {
  const [, name, words] = SHAPE.exec(told) ?? [];
  return name === undefined || words === undefined ? undefined : { name, words };
}

/** The same without the name. */
export const wordsOfJob = (told: string): string => readJobText(told)?.words ?? told;
