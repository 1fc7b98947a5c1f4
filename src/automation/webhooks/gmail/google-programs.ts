import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cutText } from '../../../common/cut-text';
import { OpenclawError } from '../../../common/openclaw-error';
import { withOrdinaryRights } from '../../../common/private-files';

export type GoogleProgram = 'gcloud' | 'gog';

const HOW_TO_GET: Readonly<Record<GoogleProgram, string>> = {
  gcloud: "Google's command line for its cloud, https://cloud.google.com/sdk/docs/install",
  gog: 'a command line for Google Workspace, https://github.com/steipete/gogcli',
};
const MOST_SAID = 2000;
const STEP_MS = 120_000;

/** Runs gcloud and gog on the owner's order. They get the environment without what configures or opens the gateway. */
export class GooglePrograms {
  private readonly env: NodeJS.ProcessEnv;

  constructor(variables: Readonly<NodeJS.ProcessEnv>) {
    this.env = Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(OPENCLAW|CLAWDBOT)_/.test(name)));
  }

  /** @throws OpenclawError PROGRAM_MISSING naming each that is not there, and where it comes from */
  async need(...programs: readonly GoogleProgram[]): Promise<void> {
    const missing: GoogleProgram[] = [];
    for (const program of programs) if (!(await this.isThere(program))) missing.push(program);
    if (missing.length === 0) return;
    const names = missing.map((program) => `${program} (${HOW_TO_GET[program]})`);
    throw new OpenclawError('PROGRAM_MISSING', `not found on the PATH of this machine: ${names.join('; ')}`);
  }

  /** @returns what it prints. @throws OpenclawError PROGRAM_MISSING, PROGRAM_FAILED with what it said */
  run(program: GoogleProgram, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      withOrdinaryRights(() =>
        execFile(program, [...args], { env: this.env, timeout: STEP_MS }, (error, stdout, stderr) => {
          if (!error) return resolve(stdout.trim());
          reject(error.code === 'ENOENT' ? missing(program) : failed(program, args, stderr.trim() || error.message));
        }),
      );
    });
  }

  /** Whether it ends with 0: for things that are made where they are not there. @throws OpenclawError PROGRAM_MISSING */
  async succeeds(program: GoogleProgram, args: readonly string[]): Promise<boolean> {
    try {
      await this.run(program, args);
      return true;
    } catch (error) {
      if (error instanceof OpenclawError && error.code === 'PROGRAM_FAILED') return false;
      throw error;
    }
  }

  /** Starts one that goes on until it is ended; what it says is seen. */
  start(program: GoogleProgram, args: readonly string[]): ChildProcess {
    return withOrdinaryRights(() =>
      spawn(program, [...args], { env: this.env, stdio: ['ignore', 'inherit', 'inherit'] }),
    );
  }

  private async isThere(program: GoogleProgram): Promise<boolean> {
    try {
      await this.succeeds(program, ['--version']);
      return true;
    } catch {
      return false;
    }
  }
}

export const missing = (program: GoogleProgram): OpenclawError =>
  new OpenclawError('PROGRAM_MISSING', `not found on the PATH of this machine: ${program} (${HOW_TO_GET[program]})`);

const failed = (program: GoogleProgram, args: readonly string[], said: string): OpenclawError =>
  new OpenclawError(
    'PROGRAM_FAILED',
    `${program} ${args.slice(0, 3).join(' ')} failed: ${cutText(said, MOST_SAID, { keep: 'end' })}`,
  );
