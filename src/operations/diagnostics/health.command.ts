import { Command, SubCommand } from 'nest-commander';
import type { GatewayOptions } from '../../common/cli/cli-command';
import { WatchingCommand } from '../../common/cli/watching';
import { counted, printJson, printLine } from '../../common/cli/output';
import { ExitCode } from '../../common/exit-codes';
import { type ToldChannel, channelView, mapped } from '../../channels/channel-view';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';
import type { GatewayProblem } from './gateway-problem';
import { printProblems } from './print-problems';

interface HealthPayload {
  ok: boolean;
  durationMs: number;
  channels: Record<string, ToldChannel & { probe?: { ok: boolean; error?: string } }>;
  sessions: { count: number };
}

@Command({
  name: 'health',
  description: 'ask the running gateway and its platforms whether all is well; exit code 1 when not',
})
export class HealthCommand extends WatchingCommand {
  constructor(private readonly env: Environment) {
    super();
  }

  protected async once(options: GatewayOptions): Promise<void> {
    const { health, problems } = await withGateway(
      resolveGatewayTarget(this.env, options),
      async (client) => ({
        health: await client.call<HealthPayload>('health', { probe: true }),
        ...(await client.call<{ problems: GatewayProblem[] }>('system.problems')),
      }),
      options.timeout === undefined ? {} : { timeoutMs: options.timeout },
    );
    const isOk =
      problems.every(({ level }) => level !== 'problem') &&
      Object.values(health.channels).every(({ configured, probe }) => !configured || probe?.ok !== false);
    if (options.json) printJson({ ...health, channels: mapped(health.channels, channelView), ok: isOk, problems });
    else this.print(health, problems, isOk);
    if (!isOk) process.exitCode = ExitCode.failed;
  }

  private print(health: HealthPayload, problems: readonly GatewayProblem[], isOk: boolean): void {
    const sessions = counted(health.sessions.count, 'session');
    printLine(`Gateway: ${isOk ? 'ok' : 'not well'} (${health.durationMs} ms), ${sessions}`);
    for (const [id, { probe, state, lastError }] of Object.entries(health.channels)) {
      const verdict = probe ? (probe.ok ? 'ok' : `failing: ${probe.error ?? 'unknown'}`) : (state ?? 'unknown');
      printLine(`${id}: ${verdict}${lastError ? ` (${lastError})` : ''}`);
    }
    printProblems(problems);
  }
}

@SubCommand({ name: 'health', description: 'the same as "health"' })
export class GatewayHealthCommand extends HealthCommand {}
