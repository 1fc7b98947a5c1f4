import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CliWorker } from './cli-worker';
import type { CliResult } from './run-cli';
import { ToolBench } from './tool-bench';

/** A gateway, command lines against it, and a folder for what they are given and leave behind. */
export class CliBench {
  private constructor(
    readonly bench: ToolBench,
    readonly folder: string,
    /** Of the commands; their home is the folder. */
    readonly env: Record<string, string>,
    readonly cli: CliWorker,
  ) {}

  static async start(): Promise<CliBench> {
    const bench = await ToolBench.start();
    const { stateDir, port } = bench.gateway;
    const folder = mkdtempSync(join(tmpdir(), 'openclaw-cli-'));
    const env = { OPENCLAW_STATE_DIR: stateDir, OPENCLAW_GATEWAY_PORT: String(port), HOME: folder };
    return new CliBench(bench, folder, env, CliWorker.start(env));
  }

  readonly run = (...args: string[]): Promise<CliResult> => this.cli.run(...args);

  readonly json = async (...args: string[]): Promise<unknown> => JSON.parse((await this.run(...args, '--json')).stdout);

  async stop(): Promise<void> {
    await this.cli.stop();
    await this.bench.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A command that did nothing, and said why. */
export const refused = (code: number, text: string): unknown => ({
  code,
  stdout: '',
  stderr: expect.stringContaining(text) as string,
});
