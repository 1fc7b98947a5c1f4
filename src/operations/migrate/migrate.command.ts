import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import JSON5 from 'json5';
import { Command, Option, SubCommand } from 'nest-commander';
import { CommandGroup, GatewayCommandBase, type GatewayOptions } from '../../common/cli/cli-command';
import { UsageError } from '../../common/cli/cli-error';
import { printJson, printLine } from '../../common/cli/output';
import { messageOf } from '../../common/openclaw-error';
import { isPlainObject, valueAt } from '../../common/plain-object';
import { copyPrivately, writePrivateFile } from '../../common/private-files';
import { EVERYBODY, isHandle } from '../../common/sender-identity';
import type { ConfigEdit } from '../../config/apply-edits';
import { ConfigWriter } from '../../config/config-writer';
import { Environment } from '../../config/environment';
import { resolveGatewayTarget } from '../../config/gateway-target';
import { expandPath, resolveConfigPath, resolveStateDir } from '../../config/state-paths';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import { defaultWorkspace } from '../../config/state-paths';
import { WORKSPACE_TEMPLATES } from '../../workspace/workspace-templates';
import { noteMigrated } from './left-behind';
import { type OldSender, type OldState, readOldState } from './openclaw-state';

/** One thing that is taken over, and what became of it. */
interface Step {
  kind: 'config' | 'session' | 'job' | 'sender' | 'file' | 'skill';
  what: string;
  state: 'planned' | 'done' | 'there' | 'kept' | 'failed';
  reason?: string;
}

/** Ours by nature: the old gateway's address and secrets of access stay with it. */
const NOT_TAKEN = new Set(['gateway', 'meta', 'wizard', '$schema']);
const TIMEOUT_MS = 120_000;

/** What a job here has of a job there; the rest is about how it was made and by whom. */
const JOB_FIELDS = [
  'name',
  'agentId',
  'description',
  'enabled',
  'deleteAfterRun',
  'schedule',
  'sessionTarget',
  'wakeMode',
  'payload',
  'delivery',
] as const;

abstract class MigrateCommandBase extends GatewayCommandBase {
  constructor(protected readonly env: Environment) {
    super();
  }

  protected source([folder]: string[]): OldState {
    if (folder === undefined) throw new UsageError('which folder? openclaw migrate plan ~/.openclaw');
    const path = resolve(expandPath(folder, this.env.home));
    if (!existsSync(path)) throw new UsageError(`${path} is not there`);
    return readOldState(path, resolveStateDir(this.env));
  }

  protected print(old: OldState, steps: readonly Step[], options: GatewayOptions): void {
    const counts: Record<string, number> = {};
    for (const { kind, state } of steps) counts[`${kind} ${state}`] = (counts[`${kind} ${state}`] ?? 0) + 1;
    if (options.json)
      return printJson({ from: old.folder, moved: old.moved, counts, steps, left: old.left, problems: old.problems });
    for (const { kind, what, state, reason } of steps)
      printLine(`${state.padEnd(8)}${kind.padEnd(9)}${what}${reason ? `: ${reason}` : ''}`);
    for (const id of old.moved) printLine(`moved   key      ${id}`);
    for (const { what, reason } of old.left) printLine(`left    ${what}: ${reason}`);
    for (const problem of old.problems) printLine(`unread  ${problem}`);
    if (steps.length === 0) printLine(`nothing to take over in ${old.folder}`);
  }
}

@SubCommand({
  name: 'plan',
  arguments: '<folder>',
  description: 'what would be taken over from an OpenClaw state folder',
})
export class MigratePlanCommand extends MigrateCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  async run(args: string[], options: GatewayOptions): Promise<void> {
    const old = this.source(args);
    const planned = (kind: Step['kind'], what: string): Step => ({ kind, what, state: 'planned' });
    this.print(
      old,
      [
        ...Object.keys(old.config)
          .filter((key) => !NOT_TAKEN.has(key))
          .map((key) => planned('config', key)),
        ...old.sessions.map(({ key, from }) => planned('session', `${key} (${from})`)),
        ...old.jobs.map((job) => planned('job', String(job['name'] ?? job['id'] ?? '?'))),
        ...old.senders.map(({ channel, senderId }) => planned('sender', `${channel} ${senderId}`)),
        ...old.workspaces.flatMap(({ to, files }) => files.map((file) => planned('file', to ? join(to, file) : file))),
        ...old.skills.map((name) => planned('skill', name)),
      ],
      options,
    );
  }
}

@SubCommand({
  name: 'apply',
  arguments: '<folder>',
  description: 'take it over; the gateway has to run, the source stays as it is',
})
export class MigrateApplyCommand extends MigrateCommandBase {
  constructor(env: Environment) {
    super(env);
  }

  @Option({ flags: '--no-backup', description: 'without an archive of what is here, made before' })
  parseNoBackup(): boolean {
    return false;
  }

  async run(args: string[], options: GatewayOptions & { backup?: boolean }): Promise<void> {
    const old = this.source(args);
    const stateDir = resolveStateDir(this.env);
    const isOwn = old.folder === stateDir;
    const steps: Step[] = [];
    await withGateway(
      resolveGatewayTarget(this.env, options),
      async (client) => {
        if (options.backup !== false) await client.call('backup.create', {});
        for (const session of old.sessions) steps.push(await this.session(client, session));
        steps.push(...(await this.jobs(client, old.jobs)));
        for (const sender of old.senders)
          steps.push(
            await attempt('sender', `${sender.channel} ${sender.senderId}`, async () => {
              const { added } = await client.call<{ added: boolean }>('channels.pairing.admit', {
                ...sender,
                // Who was alone on an account is whoever set it up.
                role: isAlone(sender, old) ? 'owner' : 'guest',
              });
              return added ? 'done' : 'there';
            }),
          );
      },
      { timeoutMs: TIMEOUT_MS },
    );
    if (!isOwn) {
      for (const { root, to, files } of old.workspaces) {
        const target = to === undefined ? defaultWorkspace(this.env, stateDir) : join(stateDir, to);
        for (const file of files) steps.push(await this.file(root, file, target, to));
      }
      for (const name of old.skills) steps.push(await this.skill(join(old.folder, 'skills', name), name, stateDir));
      // Last: some of it makes the gateway start anew.
      steps.push(...(await this.config(old.config, stateDir)));
    }
    if (isOwn) noteMigrated(stateDir);
    this.print(old, steps, options);
    if (steps.some(({ state }) => state === 'failed')) process.exitCode = 1;
  }

  private session(client: GatewayClient, { key, agentId, text }: OldState['sessions'][number]): Promise<Step> {
    return attempt('session', key, async () => {
      const { added } = await client.call<{ added: number }>('sessions.import', { key, agentId, text });
      return added > 0 ? 'done' : 'there';
    });
  }

  private async jobs(client: GatewayClient, jobs: OldState['jobs']): Promise<Step[]> {
    const { jobs: known } = await client.call<{ jobs: Record<string, unknown>[] }>('cron.list', {
      includeDisabled: true,
    });
    const signs = new Set(known.map(signOf));
    const steps: Step[] = [];
    for (const job of jobs)
      steps.push(
        await attempt('job', String(job['name'] ?? job['id'] ?? '?'), async () => {
          if (signs.has(signOf(job))) return 'there';
          const fields = JOB_FIELDS.filter((key) => job[key] !== undefined).map((key) => [key, job[key]]);
          await client.call('cron.add', Object.fromEntries(fields));
          return 'done';
        }),
      );
    return steps;
  }

  /** What the old assistant wrote goes before our template, and never over what is here. */
  private file(root: string, path: string, target: string, shown = ''): Promise<Step> {
    return attempt('file', join(shown, path), () => {
      const to = join(target, path);
      if (existsSync(to)) {
        const here = readFileSync(to, 'utf8');
        if (here === readFileSync(join(root, path), 'utf8')) return 'there';
        if (here !== WORKSPACE_TEMPLATES[path]) return 'kept';
      }
      writePrivateFile(to, readFileSync(join(root, path)));
      return 'done';
    });
  }

  private skill(from: string, name: string, stateDir: string): Promise<Step> {
    return attempt('skill', name, async () => {
      const to = join(stateDir, 'skills', name);
      if (existsSync(to)) return 'there';
      await copyPrivately(from, to);
      return 'done';
    });
  }

  /** Keys that nobody has set here. */
  private async config(config: Record<string, unknown>, stateDir: string): Promise<Step[]> {
    const path = resolveConfigPath(this.env, stateDir);
    const here = existsSync(path) ? JSON5.parse<Record<string, unknown>>(readFileSync(path, 'utf8')) : {};
    const edits: ConfigEdit[] = [];
    const steps: Step[] = [];
    const walk = (value: unknown, own: unknown, at: string[]): void => {
      if (own === undefined) {
        edits.push({ path: at, value });
        steps.push({ kind: 'config', what: at.join('.'), state: 'done' });
      } else if (isPlainObject(value) && isPlainObject(own)) {
        for (const [key, each] of Object.entries(value)) walk(each, own[key], [...at, key]);
      } else
        steps.push({
          kind: 'config',
          what: at.join('.'),
          state: JSON.stringify(value) === JSON.stringify(own) ? 'there' : 'kept',
        });
    };
    for (const [key, value] of Object.entries(config)) if (!NOT_TAKEN.has(key)) walk(value, here[key], [key]);
    if (edits.length === 0) return steps;
    try {
      await new ConfigWriter(path, this.env).edit(edits);
      return steps;
    } catch (error) {
      return steps.map((step) =>
        step.state === 'done' ? { ...step, state: 'failed', reason: messageOf(error) } : step,
      );
    }
  }
}

async function attempt(
  kind: Step['kind'],
  what: string,
  work: () => Step['state'] | Promise<Step['state']>,
): Promise<Step> {
  try {
    return { kind, what, state: await work() };
  } catch (error) {
    return { kind, what, state: 'failed', reason: messageOf(error) };
  }
}

/** By what a job is known again: its name, plan and words. */
/** Nobody else was paired there or listed by id. */
function isAlone({ channel }: OldSender, { senders, config }: OldState): boolean {
  const listed = valueAt(config, ['channels', channel, 'allowFrom']);
  const ids = Array.isArray(listed) ? listed.filter((entry) => entry !== EVERYBODY && !isHandle(String(entry))) : [];
  return ids.length === 0 && senders.filter((each) => each.channel === channel).length === 1;
}

function signOf(job: Record<string, unknown>): string {
  const schedule = isPlainObject(job['schedule']) ? job['schedule'] : {};
  const payload = isPlainObject(job['payload']) ? job['payload'] : {};
  const at = schedule['atMs'] ?? (typeof schedule['at'] === 'string' ? Date.parse(schedule['at']) : undefined);
  return JSON.stringify([
    job['name'],
    schedule['kind'],
    at,
    schedule['everyMs'],
    schedule['expr'],
    payload['text'] ?? payload['message'],
  ]);
}

const LEAVES = [MigratePlanCommand, MigrateApplyCommand];

@Command({ name: 'migrate', description: 'take over what OpenClaw left', subCommands: LEAVES })
export class MigrateCommand extends CommandGroup {}

export const MIGRATE_COMMANDS = [MigrateCommand, ...LEAVES] as const;
