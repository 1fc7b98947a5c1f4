import { discordAccounts } from '../../channels/discord/discord-accounts';
import { slackAccounts } from '../../channels/slack/slack-accounts';
import { telegramAccounts } from '../../channels/telegram/telegram-accounts';
import type { ProbeResult } from '../../channels/channel-adapter';
import { commandLine, quoted } from '../../common/cli/own-commands';
import { Redactor } from '../../common/redactor';
import { type DoctorCheck, type DoctorFacts, type DoctorFinding, problem } from './finding';

const ASK_MS = 5000;

/** An account with the credential that it logs in with. */
interface Account {
  channel: string;
  id: string;
  at: string;
  /** Key of the configuration that holds the credential. */
  key: string;
  secret: string | undefined;
  notConfigured: string | undefined;
  /** Asks the platform whose credential it is. */
  ask(redactor: Redactor): Promise<ProbeResult>;
}

/** Bots of the configuration: whether each has a token of its own, and, while no gateway runs, whether it is taken. */
export const checkChannels: DoctorCheck = async (facts) => {
  if (facts.snapshot.issues.length > 0) return [];
  const accounts = enabledAccounts(facts);
  const findings = accounts.flatMap((account) =>
    account.notConfigured === undefined
      ? []
      : [
          problem(
            'channel.not_configured',
            `${account.channel}/${account.id}: ${account.notConfigured}`,
            setting(account),
          ),
        ],
  );
  for (const [index, account] of accounts.entries()) {
    const twin = accounts
      .slice(0, index)
      .find(({ channel, secret }) => channel === account.channel && secret !== undefined && secret === account.secret);
    if (twin)
      findings.push(
        problem(
          'channel.shared_token',
          `${account.channel}/${account.id} has the token of ${twin.channel}/${twin.id}: one of them would get no messages`,
          `give it a bot of its own, or: ${commandLine(`config unset ${quoted(`${account.at}.${account.key}`)}`)}`,
        ),
      );
  }
  // A running gateway knows how its accounts do, and a second question could end its poll.
  if (facts.gatewayPid !== undefined) return findings;
  return [
    ...findings,
    ...(await Promise.all(accounts.filter(({ secret }) => secret !== undefined).map(refused))).flat(),
  ];
};

const setting = ({ at, key }: Account): string => commandLine(`config set ${quoted(`${at}.${key}`)} <token>`);

async function refused(account: Account): Promise<DoctorFinding[]> {
  const { channel, id } = account;
  const stop = new AbortController();
  const late = new Promise<ProbeResult>((resolve) => {
    const timer = setTimeout(() => resolve({ ok: false, elapsedMs: ASK_MS, error: 'no answer in time' }), ASK_MS);
    stop.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const answer = await Promise.race([account.ask(new Redactor()), late]);
  stop.abort();
  return answer.ok
    ? []
    : [
        problem(
          'channel.refused',
          `${channel}/${id}: the platform does not take it: ${answer.error ?? 'no reason was given'}`,
          setting(account),
        ),
      ];
}

function enabledAccounts({ config, env }: DoctorFacts): Account[] {
  const telegram = telegramAccounts(config, env).map((account) => ({
    ...account,
    channel: 'telegram',
    key: 'botToken',
    secret: account.token,
    ask: async (redactor: Redactor) => {
      const [{ clientOf }, { whoIs }] = await Promise.all([
        import('../../channels/telegram/telegram-bots'),
        import('../../channels/telegram/telegram-who'),
      ]);
      return whoIs(() => clientOf(account), redactor);
    },
  }));
  const discord = discordAccounts(config, env).map((account) => ({
    ...account,
    channel: 'discord',
    key: 'token',
    secret: account.token,
    ask: async (redactor: Redactor) => {
      const [{ newRest }, { ME, whoIs }] = await Promise.all([
        import('../../channels/discord/discord-rest'),
        import('../../channels/discord/discord-who'),
      ]);
      return whoIs(async () => ME(await newRest(account)), redactor);
    },
  }));
  const slack = slackAccounts(config, env).map((account) => ({
    ...account,
    channel: 'slack',
    key: 'botToken',
    secret: account.botToken,
    ask: async (redactor: Redactor) => {
      const { askAll, whoIs } = await import('../../channels/slack/slack-who');
      return whoIs(() => askAll(account.settings, account.botToken ?? '', account.appToken), redactor);
    },
  }));
  return [...telegram, ...discord, ...slack].filter(({ enabled }) => enabled) as Account[];
}
