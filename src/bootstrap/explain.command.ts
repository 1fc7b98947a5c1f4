import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../common/cli/cli-command';
import { printJson, printLine, printLines, printTable } from '../common/cli/output';
import { tintOfState } from '../common/cli/terminal-style';
import type { BootStepRecord } from '../common/boot-step';
import { ExplainConfigCommand } from '../config/config-explain.command';
import { Environment } from '../config/environment';
import { resolveGatewayTarget } from '../config/gateway-target';
import { ExplainRouteCommand } from '../channels/commands/route.command';
import { ExplainToolsCommand } from '../tools/policy/policy.command';
import { withGateway } from '../gateway/client/with-gateway';

interface BootPayload {
  totalMs: number;
  errors: number;
  degraded: number;
  steps: BootStepRecord[];
}

@SubCommand({ name: 'boot', description: 'what each boot step of the running gateway did' })
export class ExplainBootCommand extends GatewayCommandBase {
  constructor(private readonly env: Environment) {
    super();
  }

  @Option({ flags: '--dot', description: 'as a graph for Graphviz' })
  parseDot(): boolean {
    return true;
  }

  async run(_: string[], options: GatewayOptions & { dot?: boolean }): Promise<void> {
    const boot = await withGateway(resolveGatewayTarget(this.env, options), (client) =>
      client.call<BootPayload>('system.boot'),
    );
    if (options.json) printJson(boot);
    else if (options.dot) printLines(bootGraph(boot.steps));
    else {
      printTable(boot.steps, [
        { title: '#', value: (step) => step.step },
        { title: 'Step', value: (step) => step.name },
        { title: 'Phase', value: (step) => step.phase },
        {
          title: 'State',
          value: (step) => `${step.state}${step.reason ? ` (${step.reason})` : ''}`,
          tint: (step) => tintOfState(step.state),
        },
        { title: 'ms', value: (step) => step.ms.toFixed(1) },
        { title: 'Module', value: (step) => step.module },
      ]);
      printLine(`${boot.steps.length} steps, ${boot.errors} errors, ${boot.degraded} degraded, ${boot.totalMs} ms`);
    }
  }
}

const LEAVES = [ExplainBootCommand, ExplainConfigCommand, ExplainRouteCommand, ExplainToolsCommand];

@Command({ name: 'explain', description: 'why things are as they are', subCommands: LEAVES })
export class ExplainCommand extends CommandGroup {}

export const EXPLAIN_COMMANDS = [ExplainCommand, ...LEAVES] as const;

const COLOURS = { done: 'palegreen', skipped: 'lightgrey', degraded: 'khaki', failed: 'salmon' } as const;

/** The steps in order, one colour per state. */
export function bootGraph(steps: readonly BootStepRecord[]): string {
  const nodes = steps.map(
    (step) =>
      `  s${step.step} [label="${step.step} ${step.name}\\n${step.ms} ms", style=filled, fillcolor=${COLOURS[step.state]}];`,
  );
  const edges = steps.slice(1).map((step) => `  s${step.step - 1} -> s${step.step};`);
  return ['digraph boot {', '  rankdir=TB; node [shape=box, fontname=sans];', ...nodes, ...edges, '}'].join('\n');
}
