// Turns through the socket, as a client has them.

/** Says something and waits for the whole answer. */
export async function turn(client, runId, sessionKey) {
  const final = new Promise((resolve, reject) => {
    const off = client.on(({ event, payload }) => {
      if (event !== 'chat' || payload.runId !== runId || payload.state === 'delta') return;
      off();
      if (payload.state === 'final') resolve();
      else reject(new Error(`turn ${runId} ended as ${payload.state}: ${payload.errorMessage}`));
    });
  });
  await client.call('chat.send', { sessionKey, message: 'Do it', idempotencyKey: runId });
  await final;
}

/** So many turns, some under way at any time. Returns turns a second. */
export async function turnsAtOnce(client, { name, count, atOnce, sessionOf }) {
  let next = 0;
  const start = performance.now();
  const worker = async (place) => {
    while (next < count) {
      const number = next++;
      await turn(client, `${name}-${number}`, sessionOf(number, place));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, (_, place) => worker(place)));
  return (count / (performance.now() - start)) * 1000;
}
