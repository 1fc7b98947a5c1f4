/** A transcript in JSON lines of OpenClaw, for `sessions.import`: a question and an answer for each number. */
export function longTranscript(pairs: number, at = Date.UTC(2026, 0, 5)): string {
  return Array.from({ length: pairs }, (_, index) => [
    line(`q${index}`, at + index * 60_000, 'user', `Question ${index}?`),
    line(`a${index}`, at + index * 60_000 + 1000, 'assistant', `Answer **${index}**, in some words.`),
  ])
    .flat()
    .join('\n');
}

function line(id: string, at: number, role: 'user' | 'assistant', text: string): string {
  const timestamp = new Date(at).toISOString();
  const message = { role, content: [{ type: 'text', text }], timestamp: at };
  return JSON.stringify({ type: 'message', id, timestamp, message });
}
