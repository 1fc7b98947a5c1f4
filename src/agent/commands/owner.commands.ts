import { Injectable } from '@nestjs/common';
import { messageOf } from '../../common/openclaw-error';
import { textOf } from '../../common/content-parts';
import { valueAt } from '../../common/plain-object';
import type { ConfigEdit } from '../../config/apply-edits';
import { parseConfigPath } from '../../config/config-path';
import { ConfigService } from '../../config/config.service';
import { RestartControl } from '../../config/restart-control';
import { redactConfig } from '../../config/sensitive-paths';
import { ApprovalService } from '../../tools/approvals/approval.service';
import { readApproval } from '../../tools/approvals/read-approval';
import { ToolExecutor } from '../../tools/tool-executor.service';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';
import { CommandContexts } from './command-contexts.service';

const RESTART_DELAY_MS = 2000;
const DEFAULT_FOREGROUND_MS = 2000;

/** Commands that decide, change or run something. */
@Injectable()
@ProvidesChatCommands()
export class OwnerCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'approve',
      usage: '<id> allow-once|allow-session|allow-always|deny [why not]',
      summary: 'decide what the assistant asks for',
      category: 'management',
      right: 'sender',
      isRepeatable: true,
      isUrgent: true,
      run: (call) => this.approve(call),
    },
    {
      name: 'config',
      usage: 'show|get <path>, set <path>=<value>, unset <path>',
      summary: 'look at or change the configuration',
      category: 'management',
      right: 'owner',
      run: (call) => this.configure(call),
    },
    {
      name: 'debug',
      usage: 'show, set <path>=<value>, unset <path>, reset',
      summary: 'try a setting until the next restart',
      category: 'management',
      right: 'owner',
      run: (call) => this.debug(call),
    },
    {
      name: 'restart',
      summary: 'restart the gateway',
      category: 'management',
      right: 'owner',
      run: () => this.restart(),
    },
    {
      name: 'bash',
      usage: '<command> | poll <id> | stop <id>',
      summary: 'run a command on the machine, also as ! <command>',
      category: 'tools',
      right: 'elevated',
      textOnly: true,
      run: (call) => this.bash(call),
    },
  ];

  constructor(
    private readonly config: ConfigService,
    private readonly approvals: ApprovalService,
    private readonly restarts: RestartControl,
    private readonly executor: ToolExecutor,
    private readonly contexts: CommandContexts,
  ) {}

  private async approve({ args, sessionKey, giver }: CommandCall): Promise<CommandEffect> {
    const { id, decision, reason } = readApproval(args);
    if (id === undefined || decision === undefined)
      return answer(
        'Write /approve <id> and one of allow-once, allow-session, allow-always, deny; after deny you may say why not.',
      );
    if (!giver.mayApprove) return answer('You may not decide approvals.');
    try {
      await this.approvals.resolve(id, decision, giver.name, this.isTarget(giver) ? undefined : sessionKey, {
        inChat: true,
        ...(reason ? { reason } : {}),
      });
      return answer(`Decided: ${decision}.`);
    } catch (error) {
      return answer(`Not decided: ${messageOf(error)}.`);
    }
  }

  /** Chats that the configuration names as places to decide in (`approvals.exec.targets`). */
  private isTarget({ route }: CommandCall['giver']): boolean {
    const forward = this.config.config.approvals?.exec;
    if (!route || !forward?.enabled || forward.mode === undefined || forward.mode === 'session') return false;
    return (forward.targets ?? []).some(({ channel, to }) => channel === route.channel && to === route.to);
  }

  private async configure({ args, giver }: CommandCall): Promise<CommandEffect> {
    if (this.config.config.commands?.config !== true)
      return answer('/config is switched off; commands.config turns it on.');
    const { verb, path, value } = parseSetting(args);
    if (verb === 'show' || verb === 'get' || verb === '') return answer(this.shown(path));
    const channel = (
      this.config.config.channels as Record<string, { configWrites?: boolean } | undefined> | undefined
    )?.[giver.channel];
    if (channel?.configWrites === false)
      return answer(`channels.${giver.channel}.configWrites is false: nothing is changed from here.`);
    const edit = editOf(verb, path, value);
    if (typeof edit === 'string') return answer(edit);
    try {
      const { hash } = this.config.peek();
      await this.config.edit([edit], {
        baseHash: hash ?? null,
        refuseNewUnknownKeys: true,
        by: `/config in ${giver.channel}`,
      });
      return answer(`${path} is ${verb === 'unset' ? 'removed' : 'set'}. What needs a restart waits for one.`);
    } catch (error) {
      return answer(`Not changed: ${messageOf(error)}`);
    }
  }

  private debug({ args }: CommandCall): CommandEffect {
    if (this.config.config.commands?.debug !== true)
      return answer('/debug is switched off; commands.debug turns it on.');
    const { verb, path, value } = parseSetting(args);
    if (verb === 'show' || verb === '') {
      const shown = this.config.overrides.map((edit) => `${edit.path.join('.')}${'unset' in edit ? ' (unset)' : ''}`);
      return answer(shown.length === 0 ? 'No settings are being tried.' : `Being tried: ${shown.join(', ')}.`);
    }
    if (verb === 'reset') {
      this.config.override([]);
      return answer('The configuration is as in the file again.');
    }
    const edit = editOf(verb, path, value);
    if (typeof edit === 'string') return answer(edit);
    try {
      this.config.override([...this.config.overrides, edit]);
      return answer(`${path} is ${verb === 'unset' ? 'unset' : 'set'} until the next restart.`);
    } catch (error) {
      return answer(`Not changed: ${messageOf(error)}`);
    }
  }

  private shown(path: string): string {
    const { config, secrets } = this.config.snapshot;
    const redacted: unknown = redactConfig(config, secrets);
    const value = path === '' ? redacted : valueAt(redacted, parseConfigPath(path));
    return value === undefined ? `${path} is not set.` : `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
  }

  private restart(): CommandEffect {
    if (this.config.config.commands?.restart !== true)
      return answer('/restart is switched off; commands.restart turns it on.');
    const asked = this.restarts.request({ reason: '/restart', delayMs: RESTART_DELAY_MS });
    return answer(asked ? 'Restarting in two seconds.' : 'This process can’t restart itself.');
  }

  private async bash(call: CommandCall): Promise<CommandEffect> {
    const settings = this.config.config.commands;
    if (settings?.bash !== true) return answer('/bash is switched off; commands.bash turns it on.');
    const [verb = '', id = ''] = call.args.split(/\s+/);
    if (call.args === '' || verb === 'help')
      return answer('Write /bash <command>, /bash poll <id> or /bash stop <id>.');
    const context = this.contexts.of(call);
    const isControl = verb === 'poll' || verb === 'stop';
    // A program of that name would need its path.
    if (isControl && !/^[\w-]+$/.test(id))
      return answer(`Which one? Write /bash ${verb} <id>; the answer to /bash <command> names it.`);
    const result = isControl
      ? await this.executor.execute('process', { action: verb === 'stop' ? 'kill' : 'poll', sessionId: id }, context)
      : await this.executor.execute(
          'exec',
          {
            command: call.args,
            host: 'gateway',
            elevated: true,
            yieldMs: Math.max(10, settings.bashForegroundMs ?? DEFAULT_FOREGROUND_MS),
          },
          context,
        );
    return answer(`\`\`\`\n${textOf(result.content)}\n\`\`\``);
  }
}

/** `set a.b=1`, `set a.b 1`, `unset a.b`, `show`. */
function parseSetting(args: string): { verb: string; path: string; value?: string } {
  const [verb = '', ...rest] = args.split(/\s+/);
  const line = rest.join(' ');
  const match = /^([^\s=]+)\s*=?\s*([\s\S]*)$/.exec(line);
  const value = match?.[2];
  return { verb: verb.toLowerCase(), path: match?.[1] ?? '', ...(value ? { value } : {}) };
}

/** The edit, or what is wrong with the words. */
function editOf(verb: string, path: string, value: string | undefined): ConfigEdit | string {
  if (verb !== 'set' && verb !== 'unset')
    return `"${verb}" is not known; write show, set <path>=<value> or unset <path>.`;
  if (path === '') return `Which setting? Write ${verb} <path>${verb === 'set' ? '=<value>' : ''}.`;
  if (verb === 'unset') return { path: parseConfigPath(path), unset: true };
  if (value === undefined) return `What shall ${path} be? Write set ${path}=<value>.`;
  try {
    return { path: parseConfigPath(path), value: JSON.parse(value) as unknown };
  } catch {
    return { path: parseConfigPath(path), value };
  }
}
