import { Injectable } from '@nestjs/common';
import { type ToolContext, ToolError } from '../agent-tool';

export interface RemoteCommand {
  /** Node by id, name or address; undefined: the only one that runs commands. */
  node?: string;
  argv: string[];
  cwd?: string;
  /** Further environment variables. */
  env: Record<string, string>;
  timeoutMs: number;
}

export interface RemoteEnd {
  node: string;
  exitCode: number | null;
  output: string;
  timedOut: boolean;
}

type RemoteRunner = (command: RemoteCommand, context: ToolContext) => Promise<RemoteEnd>;

/** Commands on paired nodes; whoever keeps the nodes provides the way there. */
@Injectable()
export class RemoteExec {
  private runner: RemoteRunner | undefined;

  provide(runner: RemoteRunner): void {
    this.runner = runner;
  }

  /** @throws ToolError node_unavailable, denied_by_policy, timeout, upstream_error */
  run(command: RemoteCommand, context: ToolContext): Promise<RemoteEnd> {
    if (!this.runner) throw new ToolError('node_unavailable', 'this gateway keeps no nodes');
    return this.runner(command, context);
  }
}
