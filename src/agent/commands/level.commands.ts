import { Injectable } from '@nestjs/common';
import { ConfigService } from '../../config/config.service';
import { QUEUE_MODES, type QueueMode } from '../../config/sections/messages.config';
import type { SessionOverrides } from '../../sessions/session-entry';
import { SessionStore } from '../../sessions/session.store';
import { ModelChoice } from '../providers/model-choice.service';
import { ModelRegistry } from '../providers/model-registry.service';
import { nameOf, reasoningOptions } from '../runtime/model-step.service';
import { THINKING_WORDS } from '../thinking-level';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

const VERBOSE: Readonly<Record<string, string>> = {
  on: 'on',
  off: 'off',
  full: 'full',
  all: 'full',
  false: 'off',
  true: 'on',
};
const REASONING: Readonly<Record<string, string>> = { on: 'on', off: 'off', stream: 'stream', show: 'on', hide: 'off' };
const ELEVATED: Readonly<Record<string, string>> = { on: 'ask', ask: 'ask', off: 'off', full: 'full' };
const EXEC_FIELDS = {
  host: { field: 'execHost', words: ['sandbox', 'gateway', 'node'] },
  security: { field: 'execSecurity', words: ['deny', 'allowlist', 'full'] },
  ask: { field: 'execAsk', words: ['off', 'on-miss', 'always'] },
  node: { field: 'execNode', words: undefined },
  network: { field: 'execNetwork', words: ['none', 'web'] },
} as const;
const QUEUE_OPTIONS = {
  debounce: /^(\d+)(ms|s)?$/,
  cap: /^(\d{1,3})$/,
  drop: /^(old|new|summarize)$/,
} as const;
const isQueueMode = (word: string): word is QueueMode => (QUEUE_MODES as readonly string[]).includes(word);
const PAGE = 20;
/** Models to press under the list. */
const BUTTONS = 8;
const MAX_PAGE = 100;

type ExecChoices = Pick<SessionOverrides, 'execHost' | 'execSecurity' | 'execAsk' | 'execNode' | 'execNetwork'>;
type Level = keyof Pick<SessionOverrides, 'thinkingLevel' | 'verboseLevel' | 'reasoningLevel' | 'elevatedLevel'>;

/** Lets commands do more than before; for owners alone. */
const widens = ({ execHost, execSecurity, execAsk, execNetwork }: ExecChoices): boolean =>
  (execHost !== undefined && execHost !== 'sandbox') ||
  execSecurity === 'full' ||
  execAsk === 'off' ||
  execNetwork === 'web';

/** Levels and choices of a conversation: alone they are kept, inside a message they hold for that message. */
@Injectable()
@ProvidesChatCommands()
export class LevelCommands {
  readonly commands: readonly ChatCommand[] = [
    this.level('think', ['thinking', 't'], 'how hard the model thinks', 'thinkingLevel', THINKING_WORDS, 'Thinking'),
    this.level('verbose', ['v'], 'notices of what tools do', 'verboseLevel', VERBOSE, 'Verbosity'),
    this.level('reasoning', ['reason'], 'show what the model thought', 'reasoningLevel', REASONING, 'Reasoning'),
    {
      ...this.level('elevated', ['elev'], 'commands on the machine itself', 'elevatedLevel', ELEVATED, 'Elevated'),
      right: 'elevated',
    },
    {
      name: 'exec',
      usage: 'host= security= ask= node= network=',
      summary: 'how commands run in this conversation',
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      directive: (word, giver) => {
        const chosen = this.execChoice(word);
        return chosen && widens(chosen) && !giver.isOwner ? undefined : chosen;
      },
      run: (call) => this.exec(call),
    },
    {
      name: 'model',
      usage: '<provider/model | number | default>',
      summary: 'the model of this conversation',
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      directive: (word) => {
        const model = this.allowedModel(word);
        return model === undefined ? undefined : { modelOverride: model };
      },
      run: (call) => this.model(call),
    },
    {
      name: 'models',
      usage: '[provider] [page] [limit=20] [all]',
      summary: 'models to choose from',
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      run: (call) => answer(this.listModels(call.args)),
    },
    {
      name: 'queue',
      usage: 'steer|followup|collect|interrupt|default debounce:2s cap:25 drop:old',
      summary: 'what happens to messages that come in while a turn runs',
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      directive: (word) =>
        isQueueMode(word.toLowerCase()) ? { queueMode: word.toLowerCase() as QueueMode } : undefined,
      run: (call) => this.queue(call),
    },
  ];

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly models: ModelRegistry,
    private readonly choice: ModelChoice,
  ) {}

  private level(
    name: string,
    aliases: readonly string[],
    summary: string,
    field: Level,
    words: Readonly<Record<string, string>>,
    title: string,
  ): ChatCommand {
    const values = [...new Set(Object.values(words))];
    return {
      name,
      aliases,
      usage: values.join('|'),
      summary,
      category: 'options',
      right: 'sender',
      isRepeatable: true,
      directive: (word) => {
        const value = words[word.toLowerCase()];
        return value === undefined ? undefined : { [field]: value };
      },
      run: async ({ args, sessionKey, agentId }) => {
        const value = words[args.toLowerCase()];
        if (args === '') {
          const current = (await this.sessions.find(sessionKey))?.[field];
          return answer(`${title}: ${current ?? 'default'}. Choose ${values.join(', ')}.`);
        }
        if (value === undefined) return answer(`"${args}" is no level; choose ${values.join(', ')}.`);
        const entry = await this.sessions.upsert(sessionKey, agentId, (old) => ({ ...old, [field]: value }));
        const note = field === 'thinkingLevel' ? this.withoutEffect(value, agentId, entry.modelOverride) : '';
        return answer(`${title}: ${value}.${note}`);
      },
    };
  }

  /** Says so where a level changes nothing for the model that answers next. */
  private withoutEffect(level: string, agentId: string, override: string | undefined): string {
    const { info } = this.models.resolve(agentId, override);
    const takesLevels = reasoningOptions(info, 'high').providerOptions !== undefined;
    if (level === 'off' || takesLevels) return '';
    return ` It changes nothing for ${nameOf(info)}, which takes no levels${info.reasoning ? ': it thinks as it does' : ''}.`;
  }

  private execChoice(word: string): ExecChoices | undefined {
    const match = /^(host|security|ask|node)=(\S+)$/i.exec(word);
    const known = match && EXEC_FIELDS[match[1]?.toLowerCase() as keyof typeof EXEC_FIELDS];
    const value = known?.words === undefined ? match?.[2] : match?.[2]?.toLowerCase();
    if (!known || value === undefined) return undefined;
    if (known.words && !(known.words as readonly string[]).includes(value)) return undefined;
    return { [known.field]: value };
  }

  private async exec({ args, sessionKey, agentId, giver }: CommandCall): Promise<CommandEffect> {
    if (args === '') {
      const entry = await this.sessions.find(sessionKey);
      const shown = Object.entries(EXEC_FIELDS).map(([name, { field }]) => `${name}=${entry?.[field] ?? 'default'}`);
      return answer(`Commands: ${shown.join(' ')}.`);
    }
    const words = args.split(/\s+/);
    const choices = words.map((word) => this.execChoice(word));
    const wrong = words.find((_, index) => choices[index] === undefined);
    if (wrong !== undefined)
      return answer(
        `"${wrong}" is not known; write host=sandbox|gateway|node, security=deny|allowlist|full, ask=off|on-miss|always, network=none|web or node=<name>.`,
      );
    const chosen = Object.assign({}, ...choices) as ExecChoices;
    if (widens(chosen) && !giver.isOwner) return answer('Only an owner may widen what commands may do.');
    await this.sessions.upsert(sessionKey, agentId, (entry) => ({ ...entry, ...chosen }));
    return answer(`Commands: ${words.join(' ')}. What the configuration forbids stays forbidden.`);
  }

  private async model({ args, sessionKey, agentId }: CommandCall): Promise<CommandEffect> {
    const entry = await this.sessions.find(sessionKey);
    const { info, layer } = this.models.resolve(agentId, entry?.modelOverride);
    if (args === '' || args.toLowerCase() === 'status' || args.toLowerCase() === 'list') {
      const names = this.choosable();
      const lines = names
        .slice(0, PAGE)
        .map((name, index) => `${index + 1}. ${name}${name === nameOf(info) ? ' (in use)' : ''}`);
      const more = names.length > PAGE ? `\n… ${names.length - PAGE} more: /models` : '';
      return {
        kind: 'answer',
        text: `Model: ${nameOf(info)} (from ${layer}).\n${lines.join('\n')}${more}\nWrite /model and a number or a name.`,
        buttons: names.slice(0, BUTTONS).map((name) => [{ label: name, says: `/model ${name}` }]),
      };
    }
    if (args.toLowerCase() === 'default') {
      await this.sessions.upsert(sessionKey, agentId, ({ modelOverride: _, ...rest }) => rest);
      return answer(`Model: ${nameOf(this.models.resolve(agentId).info)} (the default).`);
    }
    const wanted = /^\d+$/.test(args) ? this.choosable()[Number(args) - 1] : args;
    if (wanted === undefined)
      return answer(`"${args}" is none of the models you can choose: the list ends at ${this.choosable().length}.`);
    const chosen = await this.choice.choose(wanted);
    if ('refusal' in chosen) return answer(`"${args}" is none of the models you can choose: ${chosen.refusal}`);
    const { name: model, warning } = chosen;
    if (!this.isAllowed(model))
      return answer(`"${args}" is none of the models you can choose: ${model} is not in agents.defaults.models.`);
    const standard = nameOf(this.models.resolve(agentId).info);
    await this.sessions.upsert(sessionKey, agentId, ({ modelOverride: _, ...rest }) =>
      model === standard ? rest : { ...rest, modelOverride: model },
    );
    return answer(`Model: ${model}.${warning === undefined ? '' : ` Be warned: ${warning}`}`);
  }

  private listModels(args: string): string {
    const words = args.split(/\s+/).filter((word) => word !== '');
    const limit = Number(words.find((word) => /^limit=\d+$/.test(word))?.slice(6) ?? PAGE);
    const page = Number(words.find((word) => /^\d+$/.test(word)) ?? 1);
    const provider = words.find((word) => !/^(limit=)?\d+$/.test(word) && word !== 'all');
    const names = this.choosable().filter(
      (name) => provider === undefined || name.startsWith(`${provider.toLowerCase()}/`),
    );
    if (names.length === 0) return `No models${provider === undefined ? '' : ` of ${provider}`}.`;
    const size = words.includes('all') ? names.length : Math.min(Math.max(1, limit), MAX_PAGE);
    const pages = Math.ceil(names.length / size);
    const at = Math.min(Math.max(1, page), pages);
    const shown = names.slice((at - 1) * size, at * size);
    return `Models ${(at - 1) * size + 1} to ${(at - 1) * size + shown.length} of ${names.length}:\n${shown.join('\n')}${at < pages ? `\nMore: /models ${provider ? `${provider} ` : ''}${at + 1}` : ''}`;
  }

  private async queue({ args, sessionKey, agentId }: CommandCall): Promise<CommandEffect> {
    const words = args
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const entry = await this.sessions.find(sessionKey);
    if (words.length === 0)
      return answer(
        `Queue: ${entry?.queueMode ?? this.config.config.messages?.queue?.mode ?? 'collect'}. Choose ${QUEUE_MODES.join(', ')} or default; debounce:2s cap:25 drop:old|new|summarize.`,
      );
    if (words[0] === 'default' || words[0] === 'reset') {
      await this.sessions.upsert(
        sessionKey,
        agentId,
        ({ queueMode: _m, queueDebounceMs: _d, queueCap: _c, queueDrop: _o, ...rest }) => rest,
      );
      return answer('Queue: default.');
    }
    const chosen: Partial<SessionOverrides> = {};
    for (const word of words) {
      const [name = '', value = ''] = word.split(':');
      if (isQueueMode(word)) chosen.queueMode = word;
      else if (name === 'debounce' && QUEUE_OPTIONS.debounce.test(value))
        chosen.queueDebounceMs = Number.parseInt(value, 10) * (value.endsWith('s') && !value.endsWith('ms') ? 1000 : 1);
      else if (name === 'cap' && QUEUE_OPTIONS.cap.test(value) && Number(value) > 0) chosen.queueCap = Number(value);
      else if (name === 'drop' && QUEUE_OPTIONS.drop.test(value)) chosen.queueDrop = value;
      else
        return answer(
          `"${word}" is not known; modes are ${QUEUE_MODES.join(', ')}, options debounce:2s cap:25 drop:old.`,
        );
    }
    await this.sessions.upsert(sessionKey, agentId, (old) => ({ ...old, ...chosen }));
    return answer(`Queue: ${words.join(' ')}.`);
  }

  /** Full name of a model that may be chosen; undefined for any other text. */
  private allowedModel(text: string): string | undefined {
    const [named, ...others] = [this.models.named(text), ...this.choice.byId(text)].filter(
      (name) => name !== undefined,
    );
    if (named === undefined || others.length > 0) return undefined;
    return this.isAllowed(named) ? named : undefined;
  }

  private choosable(): string[] {
    return this.models
      .list()
      .map(nameOf)
      .filter((name) => this.isAllowed(name));
  }

  /** `agents.defaults.models`, where it names any, is the list to choose from. */
  private isAllowed(name: string): boolean {
    const listed = Object.keys(this.config.config.agents?.defaults?.models ?? {});
    return listed.length === 0 || listed.includes(name.replace(/@[^@/]+$/, ''));
  }
}
