import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Redis } from 'ioredis';
import { freePort, until } from './gateway-process';

const PROGRAM = 'redis-server';

/** A Redis server of its own, which can be killed and started anew on its port. */
export class RedisProcess {
  private child: ChildProcess | undefined;

  private constructor(readonly port: number) {}

  /** Undefined where none is installed. */
  static async start(): Promise<RedisProcess | undefined> {
    if (spawnSync(PROGRAM, ['--version']).status !== 0) return undefined;
    const redis = new RedisProcess(await freePort());
    await redis.begin();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async begin(): Promise<void> {
    this.child = spawn(PROGRAM, ['--port', `${this.port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']);
    await until('Redis', () => this.answers());
  }

  async flush(): Promise<void> {
    const client = new Redis(this.url);
    await client.flushall();
    client.disconnect();
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  private answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
  }
}
