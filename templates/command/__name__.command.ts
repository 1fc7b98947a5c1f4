import { Command } from 'nest-commander';
import type { GatewayOptions } from '__src__/common/cli/cli-command';
import { printFacts, printJson } from '__src__/common/cli/output';
import { CallingCommand } from '__src__/config/calling-command';

interface Health {
  ok: boolean;
  sessions: { count: number };
}

@Command({ name: '__declared__', description: 'whether the gateway is well, and its conversations' })
export class __Name__Command extends CallingCommand {
  async run(_: string[], options: GatewayOptions): Promise<void> {
    const { ok, sessions } = await this.call<Health>(options, 'health');
    const facts = { ok, sessions: sessions.count };
    if (options.json) printJson(facts);
    else printFacts(facts);
  }
}
