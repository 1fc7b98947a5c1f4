/** A conversation as `sessions.import` takes it: questions and answers in turns, of some hundred letters each. */
export function longConversation(messages) {
  const words = 'the kettle is blue and the cups stand on the shelf behind the door of the kitchen '.repeat(5);
  const lines = [{ type: 'session', version: 3, id: 'bench-long-session', timestamp: new Date(0).toISOString() }];
  for (let index = 0; index < messages; index++) {
    const message =
      index % 2 === 0
        ? { role: 'user', content: `${index} ${words}` }
        : { role: 'assistant', content: [{ type: 'text', text: `${index} ${words}` }] };
    lines.push({ type: 'message', id: `m${index}`, timestamp: new Date(index * 1000).toISOString(), message });
  }
  return lines.map((line) => JSON.stringify(line)).join('\n');
}
