import { Option, SubCommand } from 'nest-commander';
import { cutText } from '../../common/cut-text';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { idByPrefix } from '../../common/cli/id-by-prefix';
import { printJson, printLine, printTable, timeText } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayCalls } from '../../gateway/client/gateway-client';
import { withGatewayOrDisk } from '../../gateway/client/with-gateway';

interface DeadLetter {
  id: string;
  channel: string;
  accountId: string;
  to: string;
  text: string;
  file?: string;
  error: string | null;
  attempts: number;
  failedAt: number;
}

interface Quarantined {
  id: string;
  channel: string;
  accountId: string;
  sessionKey?: string;
  text: string;
  raw?: string;
  reason: string;
  receivedAt: number;
}

@SubCommand({ name: 'list', description: 'what could not be delivered, and what came in and could not be handled' })
export class DeadLettersListCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--channel <id>', description: 'of one channel' })
  parseChannel(value: string): string {
    return value;
  }

  async run(_: string[], options: GatewayOptions & { channel?: string }): Promise<void> {
    const params = options.channel ? { channel: options.channel } : {};
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), (client) =>
      client.call<{ letters: DeadLetter[]; quarantined: Quarantined[] }>('channels.deadLetters.list', params),
    );
    if (options.json) return printJson(answer);
    const { letters, quarantined } = answer;
    if (letters.length + quarantined.length === 0) return printLine('no undeliverable messages');
    if (quarantined.length > 0) {
      printLine('Came in and could not be handled:');
      printTable(quarantined, [
        { title: 'Id', value: (row) => row.id },
        { title: 'Received', value: (row) => timeText(row.receivedAt) },
        { title: 'From', value: (row) => `${row.channel}/${row.accountId}` },
        { title: 'Message', value: (row) => cutText((row.text || row.raw || '').replace(/\s+/g, ' '), 40) },
        { title: 'Reason', value: (row) => row.reason },
      ]);
    }
    if (letters.length === 0) return;
    printTable(letters, [
      { title: 'Id', value: (row) => row.id },
      { title: 'Given up', value: (row) => timeText(row.failedAt) },
      { title: 'To', value: (row) => `${row.channel}/${row.accountId} ${row.to}` },
      { title: 'Message', value: (row) => cutText((row.text || row.file || '').replace(/\s+/g, ' '), 40) },
      { title: 'Reason', value: (row) => row.error ?? '' },
    ]);
  }
}

interface Resubmitted {
  resubmitted: string[];
  missing: string[];
  refused: { id: string; reason: string }[];
}

/** At most 500, as many as one call takes. */
async function allOf(client: GatewayCalls): Promise<string[]> {
  const { letters, quarantined } = await client.call<{ letters: DeadLetter[]; quarantined: Quarantined[] }>(
    'channels.deadLetters.list',
    { limit: 500 },
  );
  return [...letters, ...quarantined].map(({ id }) => id).slice(0, 500);
}

@SubCommand({ name: 'resubmit', arguments: '[ids...]', description: 'try given-up messages again' })
export class DeadLettersResubmitCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--all', description: 'all of them' })
  parseAll(): boolean {
    return true;
  }

  async run(ids: string[], options: GatewayOptions & { all?: boolean }): Promise<void> {
    if (ids.length === 0 && !options.all)
      throw new UsageError('name ids from "openclaw channels dead-letters list", or --all');
    const answer = await withGatewayOrDisk(resolveGatewayTarget(this.env, options), async (client) => {
      const all = await allOf(client);
      const known = all.map((id) => ({ id }));
      const wanted = options.all ? all : ids.map((id) => idByPrefix(id, known, 'message'));
      if (wanted.length === 0) return { resubmitted: [], missing: [], refused: [] };
      return client.call<Resubmitted>('channels.deadLetters.resubmit', { ids: wanted });
    });
    if (options.json) return printJson(answer);
    printLine(
      `${answer.resubmitted.length} on their way again${answer.missing.length > 0 ? `; unknown: ${answer.missing.join(', ')}` : ''}`,
    );
    for (const { id, reason } of answer.refused) printLine(`${id}: not tried again: ${reason}`);
  }
}

@SubCommand({
  name: 'dead-letters',
  description: 'messages that could not be delivered',
  subCommands: [DeadLettersListCommand, DeadLettersResubmitCommand],
})
export class DeadLettersCommand extends CommandGroup {}

export const DEAD_LETTERS_LEAVES = [DeadLettersListCommand, DeadLettersResubmitCommand] as const;
