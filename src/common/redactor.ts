import { OpenclawError } from './openclaw-error';

export const REDACTED = '__OPENCLAW_REDACTED__';

/** Values shorter than this are not treated as secrets: replacing them would garble ordinary text. */
const MIN_SECRET_LENGTH = 6;

const SECRET_SHAPES: readonly RegExp[] = [
  /\b(Bearer\s+)[A-Za-z0-9._~+/-]{8,}=*/gi,
  /\b(sk-(?:ant-|or-|proj-)?)[A-Za-z0-9_-]{8,}/g,
  /\b(gh[pousr]_)[A-Za-z0-9]{20,}/g,
  /\b(xox[abprs]-)[A-Za-z0-9-]{8,}/g,
  /\b(AIza)[A-Za-z0-9_-]{20,}/g,
  /(\/bot)\d{5,}:[A-Za-z0-9_-]{20,}/g,
  /\b()\d{6,}:[A-Za-z0-9_-]{30,}/g,
];

/**
 * Replaces secrets in text that leaves the process: logs, events, errors, traces.
 * It knows the secret values in use, their base64 and URL-encoded forms, and the usual shapes of keys.
 */
export class Redactor {
  private readonly values = new Set<string>();
  private readonly patterns: RegExp[] = [];
  private matcher: RegExp | undefined;

  /** Remembers a secret value. Short or empty values are ignored. */
  addSecret(value: string | undefined): void {
    if (value === undefined || value.length < MIN_SECRET_LENGTH || this.values.has(value)) return;
    this.values.add(value);
    this.values.add(Buffer.from(value).toString('base64').replace(/=+$/, ''));
    this.values.add(encodeURIComponent(value));
    this.matcher = undefined;
  }

  /** Adds patterns of the configuration (`logging.redactPatterns`). */
  setPatterns(sources: readonly string[]): void {
    this.patterns.length = 0;
    for (const source of sources) {
      try {
        this.patterns.push(new RegExp(source, 'g'));
      } catch (cause) {
        throw new OpenclawError(
          'CONFIG_INVALID',
          `logging.redactPatterns: ${JSON.stringify(source)} is not a valid regular expression`,
          { cause },
        );
      }
    }
  }

  /** Replaces values that are known to be secret, and nothing that only looks like one. */
  redactKnown(text: string): string {
    const matcher = this.valueMatcher();
    return matcher ? text.replace(matcher, REDACTED) : text;
  }

  redact(text: string): string {
    let out = this.redactKnown(text);
    for (const shape of SECRET_SHAPES) out = out.replace(shape, `$1${REDACTED}`);
    for (const pattern of this.patterns) out = out.replace(pattern, REDACTED);
    return out;
  }

  private valueMatcher(): RegExp | undefined {
    if (this.values.size === 0) return undefined;
    if (!this.matcher) {
      const longestFirst = [...this.values].sort((a, b) => b.length - a.length);
      this.matcher = new RegExp(longestFirst.map(escapeRegExp).join('|'), 'g');
    }
    return this.matcher;
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
