import { MODEL_CATALOG } from '../agent/providers/model-catalog';
import { modelChoiceOf } from '../agent/model-choice.config';
import { appVersion } from '../common/app-root';
import type { Redactor } from '../common/redactor';
import type { ConfigEdit } from '../config/apply-edits';
import type { ConfigService } from '../config/config.service';
import { expandPath } from '../config/state-paths';
import type { WizardQuestions } from './wizard-session';

const KEEP = 'keep';
const NONE = 'none';

/** Tokens that a channel wants, in the words of those who give them out. */
const CHANNELS: Readonly<Record<string, readonly { name: string; label: string }[]>> = {
  telegram: [{ name: 'botToken', label: 'Token of the bot: write /newbot to @BotFather' }],
  discord: [{ name: 'token', label: 'Token of the bot: Developer Portal, Bot, Reset Token' }],
  slack: [
    { name: 'botToken', label: 'Bot token (xoxb-…): OAuth & Permissions' },
    { name: 'appToken', label: 'App token (xapp-…): App-Level Tokens' },
  ],
};

interface Surroundings {
  config: ConfigService;
  redactor: Redactor;
  workspace?: string;
  /** Whoever answers, for the history of the configuration. */
  by: string;
}

/**
 * What a first set-up needs: a model with its key, and a channel. Nothing is written before the last question; what is, is
 * checked as a whole, and keys go into the secret store.
 */
export async function firstSetUp(
  ask: WizardQuestions,
  { config, redactor, workspace, by }: Surroundings,
): Promise<void> {
  await ask.note(
    'An assistant that can use tools acts with your rights. Give it a machine, accounts and people that you trust it with.',
    'Set up OpenClaw',
  );
  const secret = async (label: string): Promise<string> => {
    const value = await ask.text(label, {
      sensitive: true,
      fault: (text) => (text === '' ? 'must not be empty' : undefined),
    });
    redactor.addSecret(value);
    return value;
  };
  const edits: ConfigEdit[] = [];
  const lines: string[] = [];
  const set = (path: ConfigEdit['path'], value: unknown): void => void edits.push({ path, value });

  await askModel(ask, config, secret, set, lines);
  await askChannel(ask, config, secret, set, lines);
  if (workspace !== undefined) {
    set(['agents', 'defaults', 'workspace'], expandPath(workspace));
    lines.push(`Workspace: ${expandPath(workspace)}`);
  }
  if (edits.length === 0) {
    await ask.note('Nothing is going to change.');
    return;
  }
  if (!(await ask.confirm(`Write it?\n${lines.join('\n')}`, true))) return;
  set(['wizard', 'lastRunAt'], new Date().toISOString());
  set(['wizard', 'lastRunVersion'], appVersion());
  set(['wizard', 'lastRunCommand'], 'wizard.start');
  set(['wizard', 'lastRunMode'], 'local');
  await config.edit(edits, { by });
}

type Secret = (label: string) => Promise<string>;
type SetKey = (path: ConfigEdit['path'], value: unknown) => void;

async function askModel(
  ask: WizardQuestions,
  config: ConfigService,
  secret: Secret,
  set: SetKey,
  lines: string[],
): Promise<void> {
  const stored = config.config;
  const before = stored.agents?.defaults?.model;
  const current = modelChoiceOf(before).primary;
  const provider = await ask.select(
    'Which provider of language models?',
    [
      ...(current === undefined ? [] : [{ value: KEEP, label: `Keep ${current}` }]),
      ...MODEL_CATALOG.map(({ id, name }) => ({ value: id, label: name })),
      { value: NONE, label: 'None for now', hint: 'the offline assistant answers' },
    ],
    current === undefined ? undefined : KEEP,
  );
  const entry = MODEL_CATALOG.find(({ id }) => id === provider);
  if (!entry) return;
  const hasKey =
    stored.models?.providers?.[provider]?.apiKey !== undefined ||
    entry.keyVariables.some((name) => config.env.get(name) !== undefined);
  if (!hasKey || !(await ask.confirm(`Use the key of ${entry.name} that is there already?`, true)))
    set(['models', 'providers', provider, 'apiKey'], await secret(`API key of ${entry.name}`));
  const model = await ask.select(
    'Which model?',
    entry.models.map(({ id }) => ({ value: id, label: id })),
    entry.defaultModel,
  );
  set(['agents', 'defaults', 'model', ...(typeof before === 'string' ? [] : ['primary'])], `${provider}/${model}`);
  lines.push(`Model: ${provider}/${model}`);
}

async function askChannel(
  ask: WizardQuestions,
  config: ConfigService,
  secret: Secret,
  set: SetKey,
  lines: string[],
): Promise<void> {
  const channel = await ask.select(
    'Where do you want to talk with it, beside the page?',
    [{ value: NONE, label: 'Nowhere for now' }, ...Object.keys(CHANNELS).map((id) => ({ value: id, label: id }))],
    NONE,
  );
  const tokens = CHANNELS[channel];
  if (!tokens) return;
  const block = (config.config.channels as Record<string, Record<string, unknown>> | undefined)?.[channel];
  const isThere = tokens.every(({ name }) => block?.[name] !== undefined);
  if (!isThere || !(await ask.confirm(`Use the tokens of ${channel} that are there already?`, true)))
    for (const { name, label } of tokens) set(['channels', channel, name], await secret(label));
  set(['channels', channel, 'enabled'], true);
  lines.push(`Channel: ${channel}`);
}
