import { findAgent } from '../../config/agent-entries';
import type { OpenclawConfig } from '../../config/openclaw.config';

/** Who says the first words of an answer, and how. */
export interface Author {
  agentId: string;
  provider: string;
  model: string;
  thinking: string;
}

const PLACEHOLDER = /\{([a-z.]+)\}/gi;
/** Date or "latest" at the end of a model's name. */
const RELEASE = /-(?:\d{8}|latest)$/;
/** Markdown that has a meaning only at the beginning of a line. */
const BEGINS_BLOCK = /^(?:```|~~~|#{1,6}\s|[-*+]\s|\d+[.)]\s|>|\|)/;
/** What can still grow into that. */
const MAY_BEGIN_BLOCK = /^(?:[`~]{1,2}|#{1,6}|[-*+]|\d+[.)]?)$/;

/**
 * What stands before an answer in chats, as `messages.responsePrefix` says; undefined where nothing does. `auto` is the
 * agent's name in brackets; a placeholder of which nothing is known stays as it is written.
 */
export function leadOf(config: OpenclawConfig, { agentId, provider, model, thinking }: Author): string | undefined {
  const written = config.messages?.responsePrefix?.trim() ?? '';
  const name = findAgent(config, agentId)?.identity?.name?.trim();
  if (written === 'auto') return name ? `[${name}]` : undefined;
  const short = model.slice(model.lastIndexOf('/') + 1).replace(RELEASE, '');
  const known: Readonly<Record<string, string | undefined>> = {
    model: short,
    modelfull: `${provider}/${model}`,
    provider,
    thinkinglevel: thinking,
    think: thinking,
    'identity.name': name,
    identityname: name,
  };
  const lead = written.replace(PLACEHOLDER, (whole, key: string) => known[key.toLowerCase()] ?? whole);
  return lead === '' ? undefined : lead;
}

/**
 * An answer with what stands before it; one that begins with it already is left as it is. Lists, headings, quotes and code
 * begin on a line of their own.
 * @param isGrowing more may follow; a beginning of which it can't be told yet how it goes on is held back
 */
export function led(text: string, lead: string | undefined, isGrowing = false): string {
  if (lead === undefined) return text;
  const said = isGrowing ? text.trimStart() : text;
  if (said.startsWith(lead)) return said;
  if (isGrowing && (lead.startsWith(said) || MAY_BEGIN_BLOCK.test(said))) return '';
  return said.trim() === '' ? said : `${lead}${BEGINS_BLOCK.test(said) ? '\n\n' : ' '}${said}`;
}
