import { isPlainObject } from '../common/plain-object';
import { EVERYBODY, isHandle } from '../common/sender-identity';
import type { ConfigIssue } from './config-error';
import type { OpenclawConfig } from './openclaw.config';

/** How ids of people look where a platform makes them; elsewhere any text may be one. */
const IDS: Readonly<Record<string, { form: RegExp; prefix: RegExp; example: string }>> = {
  telegram: { form: /^-?\d+$/, prefix: /^(telegram|tg):/i, example: '123456789' },
  discord: { form: /^(\d+|<@!?\d+>)$/, prefix: /^(discord|user):/i, example: '123456789012345678' },
  slack: { form: /^([A-Z][A-Z0-9]*|<@\w+(\|[^>]*)?>)$/, prefix: /^(slack|user):/i, example: 'U0123ABCD' },
};
const LISTS: ReadonlySet<string> = new Set(['allowFrom', 'groupAllowFrom', 'users']);

/** Entries of lists of people that are written as names: they mean nobody. */
export function nameIssues(config: OpenclawConfig): ConfigIssue[] {
  const channels = isPlainObject(config.channels) ? config.channels : {};
  const elevated = config.tools?.elevated?.allowFrom;
  return [
    ...Object.entries(channels).flatMap(([id, block]) => walk(block, `channels.${id}`, id)),
    ...Object.entries(isPlainObject(elevated) ? elevated : {}).flatMap(([id, list]) =>
      entriesOf(list, `tools.elevated.allowFrom.${id}`, id),
    ),
    ...ownerIssues(config.commands?.ownerAllowFrom),
  ];
}

function walk(value: unknown, path: string, channel: string): ConfigIssue[] {
  if (!isPlainObject(value)) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const at = `${path}.${key}`;
    if (LISTS.has(key)) return entriesOf(child, at, channel);
    if (key === 'toolsBySender') return entriesOf(isPlainObject(child) ? Object.keys(child) : [], at, channel);
    return walk(child, at, channel);
  });
}

function entriesOf(list: unknown, path: string, channel: string): ConfigIssue[] {
  const ids = IDS[channel];
  if (!ids || !Array.isArray(list)) return [];
  return list.flatMap((entry: unknown, index) => {
    const text = String(entry).trim().replace(ids.prefix, '');
    if (text === EVERYBODY || isHandle(text) || ids.form.test(text)) return [];
    return [
      {
        path: `${path}[${index}]`,
        message: `"${text}" is a name and means nobody: write the id that ${channel} gives the person, such as ${ids.example}, or "@${text}" for whoever has that name, who is then a guest and never an owner`,
      },
    ];
  });
}

function ownerIssues(list: unknown): ConfigIssue[] {
  return (Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
    const [channel = '', ...rest] = String(entry).split(':');
    const id = rest.join(':').trim();
    if (id !== '' && id !== EVERYBODY && !isHandle(id) && (IDS[channel]?.form.test(id) ?? true)) return [];
    return [
      {
        path: `commands.ownerAllowFrom[${index}]`,
        message: `"${String(entry)}" means nobody: write the channel and the id there, such as telegram:123456789; owners are never listed by name`,
      },
    ];
  });
}

/** What lets others come near to the owner: nothing wrong, and worth knowing. */
export function accessNotes(config: OpenclawConfig): ConfigIssue[] {
  const notes: ConfigIssue[] = [];
  if (config.session?.shareMainWithOthers === true)
    notes.push({
      path: 'session.shareMainWithOthers',
      message:
        'people who are no owners write into your own conversations and read what was said there; remove the key to give each a conversation apart',
    });
  for (const [id, block] of Object.entries(isPlainObject(config.channels) ? config.channels : {})) {
    if (!isPlainObject(block)) continue;
    const accounts = Object.entries(isPlainObject(block['accounts']) ? block['accounts'] : {});
    for (const [at, account] of [
      [`channels.${id}`, block],
      ...accounts.map(([name, entry]) => [`channels.${id}.accounts.${name}`, entry]),
    ] as [string, unknown][])
      if (isPlainObject(account)) notes.push(...openNotes(at, account));
  }
  return notes;
}

function openNotes(at: string, account: Record<string, unknown>): ConfigIssue[] {
  const dm = isPlainObject(account['dm']) ? account['dm'] : {};
  const key = account['dmPolicy'] === 'open' ? 'dmPolicy' : dm['policy'] === 'open' ? 'dm.policy' : undefined;
  if (key === undefined || account['enabled'] === false) return [];
  return [
    {
      path: `${at}.${key}`,
      message:
        'is "open": everybody on the platform may write to the assistant, each as a guest with a conversation, a folder and a few tools of their own; "pairing" asks you first',
    },
  ];
}
