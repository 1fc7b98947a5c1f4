import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { notGranted, wantedReach } from './wanted-reach';

describe('what a plugin looks as if it reached', () => {
  let folder: string;
  const write = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-wanted-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read from its program', () => {
    write(
      'dist/index.mjs',
      `const API = "https://api.linear.app/graphql"; fetch(\`https://hooks.example.dev/\${id}\`);
       const local = 'http://127.0.0.1:11434/api'; const vocabulary = "http://www.w3.org/2000/svg";
       await api.runtime.system.runCommandWithTimeout(["git", "status"], { timeoutMs: 1 }); execFileSync('gh', []);
       join(homedir(), ".config/gh"); readFileSync("~/.netrc"); join(homedir(), '.openclaw', 'x');`,
    );
    expect(wantedReach(folder)).toEqual({
      hosts: ['api.linear.app', 'hooks.example.dev', 'http://127.0.0.1:11434'],
      programs: ['gh', 'git'],
      folders: ['~/.config/gh', '~/.netrc'],
    });
    write('dist/live.ts', `import WebSocket from 'ws';`);
    expect(wantedReach(folder).network).toBe(true);
  });

  it('is nothing that stands in what is not run', () => {
    write('README.md', `fetch('https://docs.example.dev')`);
    write('node_modules/x/index.js', `require('net'); fetch('https://other.example.dev/')`);
    write('src/a.test.ts', `execSync('rm')`);
    write('index.js', `// see https://openclaw.dev/docs\nimport { join } from 'node:path';`);
    expect(wantedReach(folder)).toEqual({});
  });

  it('is proposed as far as it was not granted', () => {
    const wanted = { hosts: ['a.dev', 'b.dev'], programs: ['git'], network: true };
    expect(notGranted(wanted, { hosts: ['b.dev'], network: false })).toEqual({ hosts: ['a.dev'], programs: ['git'] });
    expect(notGranted(wanted, { hosts: ['a.dev', 'b.dev'], programs: ['git'], network: true })).toEqual({});
  });
});
