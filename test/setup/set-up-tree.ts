import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { create } from 'tar';
import { cleanEnvironment, until } from '../harness/gateway-process';

const ROOT = resolve(__dirname, '../..');

/** What the set-up calls, small: each tool leaves what the real one would, so that the next step can tell. */
const TOOLS: Record<string, Record<string, string>> = {
  '@swc/core': {
    'index.js': `const fs = require('node:fs');
exports.transformFile = async () => {
  if (fs.existsSync('broken')) throw new Error("  x Expected ';'\\n   ,-[src/a.ts:1:1]\\n\\n\\nCaused by:\\n    Syntax Error");
  if (fs.existsSync('slow')) await new Promise(() => setTimeout(() => {}, 60000));
  return { code: 'compiled' };
};`,
  },
  vite: { 'bin/vite.js': `console.log('noise of vite');` },
};

export interface Run {
  child: ChildProcess;
  stdout: string;
  stderr: string;
  ended: Promise<number | string>;
}

/** A tree of its own with the real scripts of the set-up, and a registry that can misbehave. */
export class SetUpTree {
  readonly folder = mkdtempSync(join(tmpdir(), 'openclaw-set-up-'));
  /** Answers in place of the registry, or leaves the request open. */
  misbehave: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  private readonly archives = new Map<string, Buffer>();
  private readonly runs: Run[] = [];
  private constructor(private readonly server: Server) {}

  static async make(): Promise<SetUpTree> {
    const server = createServer();
    const tree = new SetUpTree(server);
    server.on('request', (request, response) => tree.answer(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    await tree.write();
    return tree;
  }

  at(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  get registry(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  start(env: Record<string, string> = {}): Run {
    const child = spawn(process.execPath, ['scripts/start.cjs'], {
      cwd: this.folder,
      env: cleanEnvironment({
        HOME: this.at('home'),
        npm_config_registry: this.registry,
        npm_config_cache: this.at('cache'),
        npm_config_fetch_retries: '0',
        npm_config_fetch_timeout: '1500',
        ...env,
      }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const run: Run = {
      child,
      stdout: '',
      stderr: '',
      ended: new Promise((done) => child.once('close', (code, signal) => done(code ?? signal ?? 'unknown'))),
    };
    child.stdout.on('data', (chunk: Buffer) => (run.stdout += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (run.stderr += chunk.toString('utf8')));
    this.runs.push(run);
    return run;
  }

  /** Starts and waits until it has printed a text on standard error. */
  async startUntil(text: string): Promise<Run> {
    const run = this.start();
    await until(`"${text}"`, () => run.stderr.includes(text));
    return run;
  }

  async remove(): Promise<void> {
    for (const { child, ended } of this.runs) {
      child.kill('SIGKILL');
      await ended;
    }
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.misbehave) this.misbehave(request, response);
    else this.serve(request, response);
  }

  /** As a registry that does what it should. @param said changes what it says of a package */
  serve(request: IncomingMessage, response: ServerResponse, said = (text: string): string => text): void {
    const path = decodeURIComponent(request.url ?? '');
    const found = this.archives.get(path);
    if (found) response.end(path.endsWith('.tgz') ? found : said(found.toString('utf8')));
    else response.writeHead(404).end('{}');
  }

  private async write(): Promise<void> {
    cpSync(join(ROOT, 'scripts'), this.at('scripts'), { recursive: true });
    for (const name of ['src', 'bin', 'home', 'ui']) mkdirSync(this.at(name));
    writeFileSync(this.at('src', 'a.ts'), 'export {};');
    writeFileSync(this.at('scripts', 'bundle.mjs'), '');
    writeFileSync(this.at('scripts', 'code-cache.mjs'), '');
    writeFileSync(
      this.at('bin', 'openclaw'),
      `process.stdout.write('the gateway: ' + process.argv.slice(2).join(' '));`,
    );
    const packages: Record<string, unknown> = {};
    const dependencies: Record<string, string> = {};
    for (const [name, files] of Object.entries(TOOLS)) {
      const path = `/${name}/-/${name.split('/').at(-1)}-1.0.0.tgz`;
      const archive = await this.pack(name, files);
      this.archives.set(path, archive);
      dependencies[name] = '1.0.0';
      packages[`node_modules/${name}`] = {
        version: '1.0.0',
        integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
      };
      this.archives.set(
        `/${name}`,
        Buffer.from(
          JSON.stringify({
            name,
            'dist-tags': { latest: '1.0.0' },
            versions: {
              '1.0.0': { name, version: '1.0.0', dist: { tarball: new URL(path, this.registry).href } },
            },
          }),
        ),
      );
    }
    const own = { name: 'small', version: '1.0.0', dependencies };
    writeFileSync(this.at('package.json'), JSON.stringify({ ...own, private: true }));
    writeFileSync(
      this.at('package-lock.json'),
      JSON.stringify({ ...own, lockfileVersion: 3, requires: true, packages: { '': own, ...packages } }),
    );
  }

  private async pack(name: string, files: Record<string, string>): Promise<Buffer> {
    const base = this.at('packing', name);
    const all = { 'package.json': JSON.stringify({ name, version: '1.0.0' }), ...files };
    for (const [path, content] of Object.entries(all)) {
      mkdirSync(join(base, 'package', path, '..'), { recursive: true });
      writeFileSync(join(base, 'package', path), content);
    }
    const file = join(base, 'archive.tgz');
    await create({ gzip: true, cwd: base, file }, ['package']);
    return readFileSync(file);
  }
}
