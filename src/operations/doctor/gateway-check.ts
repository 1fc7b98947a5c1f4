import { commandLine, withOwnCommands } from '../../common/cli/own-commands';
import { ExitCode } from '../../common/exit-codes';
import { messageOf } from '../../common/openclaw-error';
import { resolveGatewayTarget } from '../../config/gateway-target';
import type { GatewayClient } from '../../gateway/client/gateway-client';
import { withGateway } from '../../gateway/client/with-gateway';
import type { GatewayProblem } from '../diagnostics/gateway-problem';
import { failingJobs } from './jobs-check';
import { type DoctorCheck, type DoctorFinding, note, problem, sound } from './finding';

/** A program that is no gateway says nothing for as long as one likes to wait. */
const ANSWER_MS = 5000;
const MOST_LETTERS = 500;
const CHANNEL_STEP = /^channels start: /;
const NO_KEY: readonly string[] = ['EACCES', 'EROFS', 'ENOSPC', 'EPERM'];
const MANY_APPROVALS_MS = 60 * 60_000;

/** What the gateway that runs says of itself. */
export const checkGateway: DoctorCheck = async ({ env, gatewayPid }) => {
  const target = resolveGatewayTarget(env);
  try {
    return await withGateway(
      target,
      async (client) => [
        sound('gateway', 'answers'),
        ...(await problemsOf(client)),
        ...(await startOf(client)),
        ...(await undelivered(client)),
        ...(await pausedBots(client)),
        ...(await forgottenApprovals(client)),
        ...(await failingJobs(client)),
      ],
      { timeoutMs: ANSWER_MS },
    );
  } catch (error) {
    return [unreachable(error, target.url, gatewayPid)];
  }
};

function unreachable(error: unknown, url: string, gatewayPid: number | undefined): DoctorFinding {
  const { exitCode, details } = error as { exitCode?: number; details?: { code?: unknown } };
  if (exitCode === ExitCode.gatewayUnreachable && gatewayPid !== undefined)
    return problem(
      'gateway.silent',
      `process ${gatewayPid} is the gateway of this state directory, and does not answer at ${url}: ${withOwnCommands(messageOf(error))}`,
      `where it listens on another port, set OPENCLAW_GATEWAY_PORT or gateway.port to that; where it hangs: kill ${gatewayPid}`,
    );
  if (exitCode === ExitCode.gatewayUnreachable) return sound('gateway', 'not running');
  // The key of this device is made, or could not be, in the state directory; other checks say why.
  const { code: systemCode = '' } = error as { code?: string };
  if (NO_KEY.includes(systemCode))
    return note('gateway.not_asked', `it could not be asked without a key for this device: ${messageOf(error)}`);
  // A signature carries the time at which it was made.
  if (details?.code === 'DEVICE_AUTH_SIGNATURE_EXPIRED' || /signature (?:has )?expired/.test(messageOf(error)))
    return problem(
      'clock.signature',
      `the gateway finds this machine's signature too old: the clock here (${new Date().toISOString()}) and that of the gateway differ`,
      'set both clocks by NTP: sudo timedatectl set-ntp true',
    );
  const fix =
    exitCode === ExitCode.notAuthorised
      ? `give the token that the gateway was started with: OPENCLAW_GATEWAY_TOKEN, or ${commandLine('config set gateway.auth.token <token>')}`
      : `see what answers there: ${commandLine('gateway probe')}`;
  return problem(
    exitCode === ExitCode.notAuthorised ? 'gateway.not_authorised' : 'gateway.faulty',
    messageOf(error),
    fix,
  );
}

async function problemsOf(client: GatewayClient): Promise<DoctorFinding[]> {
  const { problems } = await client.call<{ problems: GatewayProblem[] }>('system.problems');
  return problems.map(({ area, code = `${area}.reported`, level, message, fix }) => ({
    check: area,
    code,
    level,
    message,
    ...(fix === undefined ? {} : { fix }),
  }));
}

/** Steps of the start that did not go well. A channel may have come up since. */
async function startOf(client: GatewayClient): Promise<DoctorFinding[]> {
  const [{ steps }, { channelAccounts }] = await Promise.all([
    client.call<{ steps: { name: string; state: string; reason?: string }[] }>('system.boot'),
    client.call<{ channelAccounts: Record<string, { connected?: boolean }[]> }>('channels.status', {}),
  ]);
  const isUp = (name: string): boolean => {
    const accounts = channelAccounts[name.replace(CHANNEL_STEP, '')] ?? [];
    return CHANNEL_STEP.test(name) && accounts.length > 0 && accounts.every(({ connected }) => connected === true);
  };
  return steps.flatMap(({ name, state, reason = 'no reason is known' }) =>
    (state === 'failed' || state === 'degraded') && !isUp(name)
      ? [(state === 'failed' ? problem : note)(`start.${state}`, `${name}: ${reason}`, commandLine('explain boot'))]
      : [],
  );
}

/** Messages to chats that did not arrive, or of which nobody knows whether they did; and what could not be taken in. */
async function undelivered(client: GatewayClient): Promise<DoctorFinding[]> {
  const { letters, quarantined } = await client.call<{
    letters: { error: string | null }[];
    quarantined: { reason: string }[];
  }>('channels.deadLetters.list', { limit: MOST_LETTERS });
  const [lost] = letters;
  const [strange] = quarantined;
  const list = commandLine('channels dead-letters list');
  return [
    ...(lost
      ? [
          note(
            'deliveries.lost',
            `${letters.length === 1 ? '1 message' : `${letters.length} messages`} could not be delivered; the last one: ${lost.error ?? 'no reason is known'}`,
            `look at them with ${list}, send them again with "resubmit"`,
          ),
        ]
      : []),
    ...(strange
      ? [
          note(
            'deliveries.quarantined',
            `${quarantined.length === 1 ? '1 message' : `${quarantined.length} messages`} came in and could not be handled; the last one: ${strange.reason}`,
            `look at them with ${list}`,
          ),
        ]
      : []),
  ];
}

/** Bots that wrote too much to be answered further. */
async function pausedBots(client: GatewayClient): Promise<DoctorFinding[]> {
  const { channelAccounts } = await client.call<{
    channelAccounts: Record<
      string,
      { accountId: string; botPauses?: { chat: string; title?: string; bot?: { name: string } }[] }[]
    >;
  }>('channels.status', {});
  return Object.entries(channelAccounts).flatMap(([channel, rows]) =>
    rows.flatMap(({ accountId, botPauses = [] }) =>
      botPauses.map(({ chat, title, bot }) =>
        note(
          'channel.bots_paused',
          `${bot ? `the bot "${bot.name}" is` : 'bots are'} not answered in ${title ?? chat} (${channel}/${accountId}): too many messages without a person`,
          `write there, or set channels.${channel}.botLoopProtection`,
        ),
      ),
    ),
  );
}

async function forgottenApprovals(client: GatewayClient): Promise<DoctorFinding[]> {
  const pending = await client.call<{ createdAtMs: number }[]>('exec.approval.list', {});
  const old = pending.filter(({ createdAtMs }) => createdAtMs < Date.now() - MANY_APPROVALS_MS);
  return old.length === 0
    ? []
    : [
        note(
          'approvals.waiting',
          `${old.length === 1 ? '1 command has' : `${old.length} commands have`} waited for an approval for more than an hour`,
          commandLine('approvals pending'),
        ),
      ];
}
