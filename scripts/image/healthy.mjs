// Health check of the container: succeeds when the gateway is ready.
const port = process.env.OPENCLAW_GATEWAY_PORT || 18789;
const ready = await fetch(`http://127.0.0.1:${port}/ready`, { signal: AbortSignal.timeout(4000) }).then(
  (response) => response.ok,
  () => false,
);
process.exitCode = ready ? 0 : 1;
