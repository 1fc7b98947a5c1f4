import type { Environment } from '../../config/environment';
import type { SystemNotifyParams } from '../../gateway/protocol/node-command-params.dto';
import { findExecutable } from '../../tools/approvals/exec-allowlist';
import { RunningCommand } from '../../tools/processes/running-command';
import { childEnvironment } from '../../tools/sandbox/child-environment';
import { HostError } from './host-error';

const TIMEOUT_MS = 10_000;
/** Where a desktop session listens; without these a notification reaches nobody. */
const SESSION = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'DISPLAY', 'WAYLAND_DISPLAY'];
const URGENCY: Readonly<Record<string, string>> = { passive: 'low', timeSensitive: 'critical' };

/** Notifications on the desktop of this machine, by the program that its system has for them. */
export class HostNotify {
  private readonly program: string | undefined;

  constructor(private readonly env: Environment) {
    const name = process.platform === 'darwin' ? 'osascript' : 'notify-send';
    this.program = findExecutable(name, childEnvironment(env.all())['PATH'] ?? '', '/');
  }

  get canNotify(): boolean {
    return this.program !== undefined;
  }

  /** @throws HostError NOTIFY_FAILED */
  async notify({ title = '', body = '', priority = '' }: SystemNotifyParams): Promise<{ ok: true }> {
    if (this.program === undefined)
      throw new HostError('NOTIFY_FAILED', 'this machine has no program for notifications');
    const variables = this.env.all();
    const session = Object.fromEntries(SESSION.flatMap((name) => (variables[name] ? [[name, variables[name]]] : [])));
    const args =
      process.platform === 'darwin'
        ? // The texts are arguments of the script, never part of it.
          [
            '-e',
            'on run argv',
            '-e',
            'display notification (item 2 of argv) with title (item 1 of argv)',
            '-e',
            'end run',
            title,
            body,
          ]
        : ['--app-name', 'OpenClaw', '--urgency', URGENCY[priority] ?? 'normal', '--', title || 'OpenClaw', body];
    const plan = { file: this.program, args, env: { ...childEnvironment(variables), ...session }, cwd: '/' };
    const command = new RunningCommand(plan, TIMEOUT_MS);
    command.closeInput();
    const end = await command.ended;
    if (end.exitCode !== 0)
      throw new HostError('NOTIFY_FAILED', `the notification was refused: ${command.output.tail()}`);
    return { ok: true };
  }
}
