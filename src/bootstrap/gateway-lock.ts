import { LockFile, LockHeldError } from '../common/lock-file';
import { OpenclawError } from '../common/openclaw-error';
import type { Environment } from '../config/environment';
import { gatewayLockPath } from '../config/state-paths';

const WAIT_MS = 5000;

/**
 * One gateway per configuration file on this machine. A lock whose process is gone is taken over. Gateways that share a
 * PostgreSQL database share their state directory as well: nobody is kept out there.
 */
export class GatewayLock {
  private readonly file: LockFile;

  constructor(
    stateDir: string,
    private readonly configPath: string,
    private readonly env: Environment,
  ) {
    this.file = new LockFile(gatewayLockPath(stateDir, configPath));
  }

  /** @throws OpenclawError GATEWAY_LOCKED naming the process that holds it */
  async acquire(): Promise<void> {
    if (this.env.isOn('OPENCLAW_ALLOW_MULTI_GATEWAY') || this.env.get('OPENCLAW_DATABASE_URL') !== undefined) return;
    try {
      await this.file.acquire({ configPath: this.configPath }, WAIT_MS);
    } catch (error) {
      if (!(error instanceof LockHeldError)) throw error;
      const { owner } = error;
      throw new OpenclawError(
        'GATEWAY_LOCKED',
        `a gateway for ${this.configPath} runs already: process ${owner.pid}${owner.command ? ` (${owner.command})` : ''}; stop it with: kill ${owner.pid}`,
        { cause: error, exitCode: 1 },
      );
    }
  }

  release(): void {
    this.file.release();
  }
}
