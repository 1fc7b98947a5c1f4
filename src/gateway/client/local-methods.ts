/**
 * Methods that a command may use where no gateway runs: what they read, or change, is on the disk, and nothing of it waits for
 * a model, a chat or a client. Everything else needs a gateway.
 */
export const LOCAL_METHODS: ReadonlySet<string> = new Set([
  'agents.create',
  'agents.delete',
  'agents.files.get',
  'agents.list',
  'agents.update',
  'channels.capabilities',
  'channels.deadLetters.list',
  'channels.pairing.admit',
  'channels.pairing.approve',
  'channels.pairing.dismiss',
  'channels.pairing.list',
  'channels.pairing.revoke',
  'channels.status',
  'chat.history',
  'cron.get',
  'cron.list',
  'cron.runs',
  'cron.status',
  'directory.groups',
  'directory.members',
  'directory.peers',
  'directory.self',
  'exec.approvals.get',
  'exec.approvals.set',
  'memory.get',
  'memory.search',
  'memory.status',
  'models.list',
  'route.explain',
  'runs.list',
  'sandbox.explain',
  'sandbox.list',
  'sessions.describe',
  'sessions.export',
  'sessions.list',
  'system.trace',
  'tasks.list',
  'tools.catalog',
  'tools.effective',
  'tools.explain',
  'usage.cost',
  'usage.status',
  'webhooks.list',
]);

/** A call for what is on the disk, as it passes between the command and the process that answers it. */
export interface LocalCall {
  id: number;
  method: string;
  params: unknown;
}

export type LocalAnswer =
  | { id: number; ok: true; json: string }
  | { id: number; ok: false; error: { code: string; message: string; details?: Record<string, unknown> } };

/** Everything is opened. */
export interface LocalReady {
  ready: true;
}
