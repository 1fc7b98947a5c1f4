import { Option } from 'nest-commander';
import { CliCommand } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printNote } from '../common/cli/output';

export interface StartLineFlags {
  tailscale?: string;
  tailscaleResetOnExit?: boolean;
  wsLog?: string;
  compact?: boolean;
  rawStream?: boolean;
  rawStreamPath?: string;
  claudeCliLogs?: boolean;
}

/** What is here instead of each, for whoever gave it. */
const INSTEAD: Readonly<Record<Exclude<keyof StartLineFlags, 'tailscale'>, readonly [flag: string, why: string]>> = {
  tailscaleResetOnExit: ['--tailscale-reset-on-exit', 'the gateway sets nothing up at Tailscale that could be reset'],
  wsLog: ['--ws-log', 'the log has a line for each call with --log-level debug'],
  compact: ['--compact', 'the log has a line for each call with --log-level debug'],
  rawStream: ['--raw-stream', 'openclaw trace <run> shows what a model was asked and has answered'],
  rawStreamPath: ['--raw-stream-path', 'openclaw trace <run> shows what a model was asked and has answered'],
  claudeCliLogs: ['--claude-cli-logs', 'no other program stands in for a model'],
};

/** Flags of start lines that were written for OpenClaw: they keep nobody from starting, and what has no effect is named. */
export abstract class StartLineCommand extends CliCommand {
  @Option({ flags: '--tailscale <mode>', description: 'off; anything else is set up with tailscale serve itself' })
  parseTailscale(value: string): string {
    if (value !== 'off')
      throw new UsageError(
        `--tailscale must be off, got "${value}": run "tailscale ${value === 'funnel' ? 'funnel' : 'serve'} --bg <port>" with the gateway's port beside the gateway`,
      );
    return value;
  }

  @Option({ flags: '--tailscale-reset-on-exit', description: 'taken for OpenClaw; without effect' })
  parseTailscaleReset(): boolean {
    return true;
  }

  @Option({ flags: '--ws-log <style>', description: 'taken for OpenClaw; without effect' })
  parseWsLog(value: string): string {
    return value;
  }

  @Option({ flags: '--compact', description: 'taken for OpenClaw; without effect' })
  parseCompact(): boolean {
    return true;
  }

  @Option({ flags: '--raw-stream', description: 'taken for OpenClaw; without effect' })
  parseRawStream(): boolean {
    return true;
  }

  @Option({ flags: '--raw-stream-path <file>', description: 'taken for OpenClaw; without effect' })
  parseRawStreamPath(value: string): string {
    return value;
  }

  @Option({ flags: '--claude-cli-logs', description: 'taken for OpenClaw; without effect' })
  parseClaudeCliLogs(): boolean {
    return true;
  }

  protected noteIdle(flags: StartLineFlags): void {
    for (const [name, [flag, why]] of Object.entries(INSTEAD))
      if (flags[name as keyof StartLineFlags] !== undefined) printNote(`note: ${flag} has no effect here: ${why}`);
  }
}
