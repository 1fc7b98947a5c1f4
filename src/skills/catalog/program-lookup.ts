import { statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How long an answer counts; a program installed by hand is seen after that. */
const FRESH_MS = 30_000;

const ANYBODY_RUNS = 0o111;

/** Which programs can be started, by the search path. */
export class ProgramLookup {
  private known = new Map<string, string | undefined>();
  private since = 0;

  constructor(private readonly path: () => string) {}

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** Absolute path of a program. */
  find(name: string): string | undefined {
    if (performance.now() - this.since > FRESH_MS) this.forget();
    if (!this.known.has(name)) this.known.set(name, this.look(name));
    return this.known.get(name);
  }

  forget(): void {
    this.known.clear();
    this.since = performance.now();
  }

  private look(name: string): string | undefined {
    if (!/^[\w.+-]+$/.test(name)) return undefined;
    const endings = process.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : [''];
    for (const folder of this.path().split(delimiter)) {
      if (folder === '') continue;
      for (const ending of endings) {
        const file = join(folder, name + ending);
        if (isProgram(file)) return file;
      }
    }
    return undefined;
  }
}

/** A folder of the search path that may not be read holds no programs, as for a shell. */
function isProgram(file: string): boolean {
  try {
    const stat = statSync(file);
    return stat.isFile() && (process.platform === 'win32' || (stat.mode & ANYBODY_RUNS) !== 0);
  } catch {
    return false;
  }
}
