import { Command, Option, SubCommand } from 'nest-commander';
import { GatewayCommandBase, type GatewayOptions, parseWholeNumber } from '../../common/cli/cli-command';
import { printJson, printLine, printTable, relativeTime } from '../../common/cli/output';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { withGateway } from '../../gateway/client/with-gateway';

interface SessionsOptions extends GatewayOptions {
  active?: number;
  agent?: string;
  limit?: number;
}

interface SessionsPayload {
  sessions: { key: string; kind: string; label?: string; updatedAt: number; model?: string; totalTokens?: number }[];
}

abstract class SessionsListBase extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--active <minutes>', description: 'only sessions used in the last minutes' })
  parseActive(value: string): number {
    return parseWholeNumber('--active', value, 1);
  }

  @Option({ flags: '--agent <id>', description: 'only sessions of this agent' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--limit <n>', description: 'most sessions to list' })
  parseLimit(value: string): number {
    return parseWholeNumber('--limit', value, 1);
  }

  protected async list(options: SessionsOptions): Promise<void> {
    const params = {
      includeGlobal: true,
      ...(options.active ? { activeMinutes: options.active } : {}),
      ...(options.agent ? { agentId: options.agent } : {}),
      ...(options.limit ? { limit: options.limit } : {}),
    };
    const answer = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<SessionsPayload>('sessions.list', params),
    );
    if (options.json) printJson(answer);
    else if (answer.sessions.length === 0) printLine('no sessions yet');
    else
      printTable(answer.sessions, [
        { title: 'Session', value: (row) => row.key },
        { title: 'Kind', value: (row) => row.kind },
        { title: 'Label', value: (row) => row.label },
        { title: 'Model', value: (row) => row.model },
        { title: 'Tokens', value: (row) => row.totalTokens },
        { title: 'Updated', value: (row) => relativeTime(row.updatedAt) },
      ]);
  }
}

@SubCommand({ name: 'list', description: 'sessions, newest first' })
export class SessionsListCommand extends SessionsListBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: SessionsOptions): Promise<void> {
    return this.list(options);
  }
}

@Command({ name: 'sessions', description: 'conversations', subCommands: [SessionsListCommand] })
export class SessionsCommand extends SessionsListBase {
  constructor(env: Environment) {
    super(env);
  }

  run(_: string[], options: SessionsOptions): Promise<void> {
    return this.list(options);
  }
}
