import type { OpenclawConfig } from '../config/openclaw.config';
import {
  CHANNEL_TOKENS,
  type ChannelWish,
  EMPTY_PLAN,
  ONBOARDED_CHANNELS,
  type OnboardedChannel,
  editsOf,
} from './onboarding-plan';
import type { Questions } from './questions';
import { type Trials, botOf } from './trials';

const LABELS: Readonly<Record<OnboardedChannel, string>> = { telegram: 'Telegram', discord: 'Discord', slack: 'Slack' };
const DONE = 'done';

/** Asks for chat platforms one after the other; only tokens that work are taken. */
export async function askChannels(
  questions: Questions,
  trials: Trials,
  config: OpenclawConfig,
): Promise<ChannelWish[]> {
  const taken = new Map<OnboardedChannel, ChannelWish>();
  for (;;) {
    const isFirst = taken.size === 0;
    const channel = await questions.choose(isFirst ? 'A chat platform to be reached on?' : 'Another one?', [
      ...(isFirst ? [] : [{ value: DONE, label: 'No, that is all' }]),
      ...ONBOARDED_CHANNELS.map((value) => ({
        value,
        label: LABELS[value],
        ...(taken.has(value) ? { hint: 'taken' } : config.channels?.[value] ? { hint: 'configured' } : {}),
      })),
      ...(isFirst ? [{ value: DONE, label: 'None for now', hint: 'the Control UI and the terminal are there' }] : []),
    ]);
    if (channel === DONE) return [...taken.values()];
    const wish = await tokensOf(questions, trials, config, channel as OnboardedChannel);
    if (wish) taken.set(wish.channel, wish);
  }
}

async function tokensOf(
  questions: Questions,
  trials: Trials,
  config: OpenclawConfig,
  channel: OnboardedChannel,
): Promise<ChannelWish | undefined> {
  const credentials: Record<string, string> = {};
  for (const { name, label, hint } of CHANNEL_TOKENS[channel])
    credentials[name] = await questions.secret(`${LABELS[channel]}: ${label} (${hint})`);
  const wish = { channel, credentials };
  const edits = editsOf({ ...EMPTY_PLAN, channels: [wish] }, config);
  const probe = await questions.during(
    `Asking ${LABELS[channel]}`,
    trials.channel(edits, channel, credentials),
    (answer) => (answer.ok ? `It is ${botOf(answer) ?? 'a bot without a name'}` : 'That token does not work'),
  );
  if (!probe.ok) {
    questions.warn(`${LABELS[channel]} answered: ${probe.error ?? 'it gave no reason'}`);
    return undefined;
  }
  const bot = botOf(probe);
  return { ...wish, ...(bot === undefined ? {} : { bot }) };
}
