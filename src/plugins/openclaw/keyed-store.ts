import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  value: unknown;
  /** Milliseconds since 1970; undefined: for good. */
  until?: number;
}

/** `openKeyedStore` of OpenClaw: values by key, kept in one file of the plugin's own folder. */
export class KeyedStore {
  private readonly file: string;
  private known: Map<string, Entry> | undefined;

  constructor(
    private readonly folder: string,
    namespace: string,
    private readonly now: () => number = Date.now,
  ) {
    // A namespace is any text; a name of a file is not.
    this.file = join(folder, `${createHash('sha256').update(namespace).digest('hex').slice(0, 32)}.json`);
  }

  register(key: string, value: unknown, { ttlMs }: { ttlMs?: number } = {}): Promise<void> {
    this.entries.set(key, { value, ...(ttlMs === undefined ? {} : { until: this.now() + ttlMs }) });
    return this.save();
  }

  async registerIfAbsent(key: string, value: unknown, options?: { ttlMs?: number }): Promise<boolean> {
    if ((await this.lookup(key)) !== undefined) return false;
    await this.register(key, value, options);
    return true;
  }

  lookup(key: string): Promise<unknown> {
    return Promise.resolve(this.alive(key)?.value);
  }

  async consume(key: string): Promise<unknown> {
    const value = await this.lookup(key);
    await this.delete(key);
    return value;
  }

  async delete(key: string): Promise<boolean> {
    const was = this.entries.delete(key);
    if (was) await this.save();
    return was;
  }

  list(): Promise<{ key: string; value: unknown }[]> {
    return Promise.resolve(
      [...this.entries.keys()].flatMap((key) => {
        const entry = this.alive(key);
        return entry ? [{ key, value: entry.value }] : [];
      }),
    );
  }

  clear(): Promise<void> {
    this.entries.clear();
    return this.save();
  }

  private alive(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    return entry && (entry.until === undefined || entry.until > this.now()) ? entry : undefined;
  }

  private get entries(): Map<string, Entry> {
    if (this.known) return this.known;
    let text: string | undefined;
    try {
      text = readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    return (this.known = new Map(text === undefined ? [] : (JSON.parse(text) as [string, Entry][])));
  }

  private save(): Promise<void> {
    const kept = [...this.entries].filter(([key]) => this.alive(key));
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(`${this.file}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
    return Promise.resolve();
  }
}
