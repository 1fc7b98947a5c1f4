import { isPlainObject } from '../common/plain-object';

type Plain = Record<string, unknown>;

interface LegacyMigration {
  id: string;
  /** Changes the configuration in place. Returns whether there was anything to do. */
  apply(config: Plain): boolean;
}

const CHANNELS = ['whatsapp', 'telegram', 'discord', 'slack', 'signal', 'imessage', 'msteams'];

const objectAt = (parent: Plain, key: string): Plain => {
  const value = parent[key];
  if (isPlainObject(value)) return value;
  const made: Plain = {};
  parent[key] = made;
  return made;
};

const at = (root: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>((value, key) => (isPlainObject(value) ? value[key] : undefined), root);

/** Puts a value where nothing stands yet; what is there was meant. */
function put(root: Plain, path: readonly string[], value: unknown): void {
  const keys = [...path];
  const last = keys.pop() ?? '';
  const parent = keys.reduce(objectAt, root);
  if (isPlainObject(parent[last]) && isPlainObject(value)) parent[last] = { ...value, ...parent[last] };
  else parent[last] ??= value;
}

/** Takes a value away; empty objects above it go as well. */
function take(root: Plain, ...path: string[]): unknown {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    const value = root[key];
    delete root[key];
    return value;
  }
  const child = root[key];
  if (!isPlainObject(child)) return undefined;
  const value = take(child, ...rest);
  if (Object.keys(child).length === 0) delete root[key];
  return value;
}

const move =
  (from: readonly string[], ...to: (readonly string[])[]): ((config: Plain) => boolean) =>
  (config) => {
    const value = take(config, ...from);
    if (value === undefined) return false;
    for (const path of to) put(config, path, value);
    return true;
  };

const renameInList =
  (list: readonly string[], inside: readonly string[], from: string, to: string): ((config: Plain) => boolean) =>
  (config) => {
    const entries = at(config, ...list);
    if (!Array.isArray(entries)) return false;
    let found = false;
    for (const entry of entries) {
      const target = at(entry, ...inside);
      if (!isPlainObject(target) || !(from in target)) continue;
      target[to] ??= target[from];
      delete target[from];
      found = true;
    }
    return found;
  };

const any =
  (...steps: ((config: Plain) => boolean)[]): ((config: Plain) => boolean) =>
  (config) =>
    steps.map((step) => step(config)).some(Boolean);

/** A mention rule of old becomes the one for all groups. */
const mentionRule =
  (from: readonly string[], channels: readonly string[]): ((config: Plain) => boolean) =>
  (config) => {
    const value = take(config, ...from);
    if (value === undefined) return false;
    for (const channel of channels)
      if (at(config, 'channels', channel) !== undefined || channels.length === 1)
        put(config, ['channels', channel, 'groups', '*', 'requireMention'], value);
    return true;
  };

/** Keys of older OpenClaw releases, in the order in which they have to be moved. */
const MIGRATIONS: readonly LegacyMigration[] = [
  {
    id: 'bindings.match.provider->bindings.match.channel',
    apply: renameInList(['bindings'], ['match'], 'provider', 'channel'),
  },
  {
    id: 'bindings.match.accountID->bindings.match.accountId',
    apply: renameInList(['bindings'], ['match'], 'accountID', 'accountId'),
  },
  {
    id: 'session.sendPolicy.rules.match.provider->match.channel',
    apply: renameInList(['session', 'sendPolicy', 'rules'], ['match'], 'provider', 'channel'),
  },
  {
    id: 'messages.queue.byProvider->byChannel',
    apply: move(['messages', 'queue', 'byProvider'], ['messages', 'queue', 'byChannel']),
  },
  {
    id: 'providers->channels',
    apply: any(
      ...CHANNELS.flatMap((id) => [
        mentionOfTelegram(id),
        move(['providers', id], ['channels', id]),
        move([id], ['channels', id]),
      ]),
    ),
  },
  {
    id: 'routing.allowFrom->channels.whatsapp.allowFrom',
    apply: move(['routing', 'allowFrom'], ['channels', 'whatsapp', 'allowFrom']),
  },
  {
    id: 'routing.groupChat.requireMention->groups.*.requireMention',
    apply: mentionRule(['routing', 'groupChat', 'requireMention'], ['whatsapp', 'telegram', 'imessage']),
  },
  {
    id: 'gateway.token->gateway.auth.token',
    apply: (config) => {
      const token = take(config, 'gateway', 'token');
      if (token === undefined) return false;
      put(config, ['gateway', 'auth', 'token'], token);
      put(config, ['gateway', 'auth', 'mode'], 'token');
      return true;
    },
  },
  {
    id: 'telegram.requireMention->channels.telegram.groups.*.requireMention',
    apply: mentionRule(['channels', 'telegram', 'requireMention'], ['telegram']),
  },
  {
    id: 'agent.model-config-v2',
    apply: (config) => {
      const agent = config['agent'];
      if (!isPlainObject(agent)) return false;
      const fallbacks = take(agent, 'modelFallbacks') ?? take(agent, 'fallbacks');
      const model = take(agent, 'model');
      const image = take(agent, 'imageModel');
      const imageFallbacks = take(agent, 'imageModelFallbacks');
      const allowed = take(agent, 'allowedModels');
      const aliases = take(agent, 'modelAliases');
      const set = (key: string, primary: unknown, rest: unknown): void => {
        if (primary === undefined && rest === undefined) return;
        const base = isPlainObject(primary) ? primary : primary === undefined ? {} : { primary };
        put(config, ['agents', 'defaults', key], { ...base, ...(Array.isArray(rest) ? { fallbacks: rest } : {}) });
      };
      set('model', model, fallbacks);
      set('imageModel', image, imageFallbacks);
      for (const name of Array.isArray(allowed) ? allowed : [])
        if (typeof name === 'string') put(config, ['agents', 'defaults', 'models', name], {});
      for (const [alias, name] of Object.entries(isPlainObject(aliases) ? aliases : {}))
        if (typeof name === 'string') put(config, ['agents', 'defaults', 'models', name, 'alias'], alias);
      if (Object.keys(agent).length === 0) delete config['agent'];
      return [model, fallbacks, image, imageFallbacks, allowed, aliases].some((value) => value !== undefined);
    },
  },
  {
    id: 'routing.agents-v2',
    apply: (config) => {
      const agents = take(config, 'routing', 'agents');
      const main = take(config, 'routing', 'defaultAgentId');
      if (!isPlainObject(agents) && main === undefined) return false;
      const list = Object.entries(isPlainObject(agents) ? agents : {}).map(([id, entry]) => ({
        id,
        ...(isPlainObject(entry) ? entry : {}),
      }));
      if (main !== undefined && !list.some(({ id }) => id === main)) list.push({ id: String(main) });
      put(
        config,
        ['agents', 'list'],
        list.map((entry) => (entry.id === main ? { ...entry, default: true } : entry)),
      );
      return true;
    },
  },
  {
    id: 'routing.config-v2',
    apply: any(
      move(['routing', 'bindings'], ['bindings']),
      move(['routing', 'groupChat'], ['messages', 'groupChat']),
      move(['routing', 'queue'], ['messages', 'queue']),
      move(['routing', 'agentToAgent'], ['tools', 'agentToAgent']),
      (config) => {
        const old = take(config, 'routing', 'transcribeAudio');
        if (!isPlainObject(old)) return false;
        put(config, ['tools', 'media', 'audio', 'models'], [{ type: 'cli', ...old }]);
        return true;
      },
    ),
  },
  {
    id: 'auth.anthropic-claude-cli-mode-oauth',
    apply: (config) => {
      const profiles = at(config, 'auth', 'profiles');
      let found = false;
      for (const [id, profile] of Object.entries(isPlainObject(profiles) ? profiles : {}))
        if (id === 'anthropic:claude-cli' && isPlainObject(profile) && profile['mode'] === 'token') {
          profile['mode'] = 'oauth';
          found = true;
        }
      return found;
    },
  },
  { id: 'tools.bash->tools.exec', apply: move(['tools', 'bash'], ['tools', 'exec']) },
  {
    id: 'messages.tts.enabled->auto',
    apply: (config) => {
      const enabled = take(config, 'messages', 'tts', 'enabled');
      if (enabled === undefined) return false;
      put(config, ['messages', 'tts', 'auto'], enabled === true ? 'always' : 'off');
      return true;
    },
  },
  {
    id: 'agent.defaults-v2',
    apply: (config) => {
      const agent = config['agent'];
      if (!isPlainObject(agent)) return false;
      delete config['agent'];
      const tools = take(agent, 'tools');
      if (isPlainObject(tools)) for (const [key, value] of Object.entries(tools)) put(config, ['tools', key], value);
      for (const key of ['bash', 'exec', 'elevated', 'sandboxTools']) {
        const value = take(agent, key);
        if (value !== undefined) put(config, ['tools', key === 'bash' ? 'exec' : key], value);
      }
      for (const [key, value] of Object.entries(agent)) put(config, ['agents', 'defaults', key], value);
      return true;
    },
  },
  {
    id: 'identity->agents.list',
    apply: (config) => {
      const identity = take(config, 'identity');
      if (!isPlainObject(identity)) return false;
      const list = at(config, 'agents', 'list');
      if (!Array.isArray(list) || list.length === 0) {
        put(config, ['agents', 'list'], [{ id: 'main', default: true, identity }]);
        return true;
      }
      const main = list.find((entry) => at(entry, 'default') === true) ?? (list[0] as unknown);
      if (isPlainObject(main)) main['identity'] ??= identity;
      return true;
    },
  },
];

function mentionOfTelegram(id: string): (config: Plain) => boolean {
  return id === 'telegram' ? mentionRule(['telegram', 'requireMention'], ['telegram']) : () => false;
}

/** A configuration of an older release in today's words. What is set in both stays as it is in today's. Pure. */
export function migrateLegacy(config: Record<string, unknown>): { config: Record<string, unknown>; applied: string[] } {
  const copy = JSON.parse(JSON.stringify(config)) as Plain;
  const applied = MIGRATIONS.filter(({ apply }) => apply(copy)).map(({ id }) => id);
  return { config: copy, applied };
}
