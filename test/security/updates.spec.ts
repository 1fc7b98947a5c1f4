import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UpdateChannel } from '../../src/operations/update/git-checkout';
import { type UpdateResult, runUpdate } from '../../src/operations/update/update-run';
import { cleanEnvironment, writeConfig } from '../harness/gateway-process';
import { Installation } from '../update/installation';

describe('a release that has to be signed', () => {
  let there: Installation;
  let stateDir: string;
  let key: string;
  beforeEach(() => {
    there = new Installation();
    stateDir = mkdtempSync(join(tmpdir(), 'openclaw-signed-'));
    writeConfig(stateDir, {});
    key = join(stateDir, 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    writeFileSync(join(stateDir, 'signers'), `tester@example.org ${readFileSync(`${key}.pub`, 'utf8')}`);
    there.git(there.root, 'config', 'gpg.format', 'ssh');
    there.git(there.root, 'config', 'gpg.ssh.allowedSignersFile', join(stateDir, 'signers'));
  });
  afterEach(() => {
    there.remove();
    rmSync(stateDir, { recursive: true, force: true });
  });
  const update = (more: { requireSigned?: boolean; channel?: UpdateChannel } = {}): Promise<UpdateResult> =>
    runUpdate({
      env: cleanEnvironment({ HOME: stateDir }),
      channel: more.channel ?? 'stable',
      requireSigned: more.requireSigned ?? true,
      stateDir,
      configPath: join(stateDir, 'openclaw.json'),
      root: there.root,
    });
  const expectUntouched = (): void => {
    const { version } = JSON.parse(readFileSync(join(there.root, 'package.json'), 'utf8')) as { version: string };
    expect(version).toBe('1.0.0');
  };
  const origin = (...args: string[]): string => there.git(there.origin, ...args).trim();
  /** From now on the first call of git, the listing, is answered from a copy of the repository as it is now. */
  const listFromHereOn = (): void => {
    const listed = join(there.folder, 'listed');
    cpSync(there.origin, listed, { recursive: true });
    const script = join(there.folder, 'upload-pack');
    const calls = join(there.folder, 'calls');
    writeFileSync(
      script,
      `#!/bin/sh\nif [ -e ${calls} ]; then exec git-upload-pack ${there.origin}; fi\n: > ${calls}\nexec git-upload-pack ${listed}\n`,
    );
    chmodSync(script, 0o755);
    there.git(there.root, 'config', 'remote.origin.uploadpack', script);
  };

  it('is taken when the signature is on the tag that bears its name', async () => {
    const commit = there.release('1.1.0', { tag: 'v1.1.0', signTag: key });
    expect(await update()).toMatchObject({ status: 'ok', after: { commit, tag: 'v1.1.0' } });
    expect(there.git(there.root, 'cat-file', '-t', 'refs/tags/v1.1.0').trim()).toBe('tag');
  });

  it.each([
    ['an annotated tag without a signature', () => there.release('2.0.0', { tag: 'v2.0.0' })],
    [
      'a signed commit that a mere name stands for',
      () => {
        there.release('2.0.0', { sign: key });
        origin('tag', 'v2.0.0');
      },
    ],
    [
      'an old signed tag handed out under the new name',
      () => {
        const old = there.release('1.1.0', { tag: 'v1.1.0', signTag: key }) && origin('rev-parse', 'refs/tags/v1.1.0');
        there.release('2.0.0');
        origin('update-ref', 'refs/tags/v2.0.0', old);
      },
    ],
    [
      'a signed prerelease handed out as the release',
      () => {
        there.release('3.1.0', { tag: 'v3.1.0-rc.1', signTag: key });
        origin('update-ref', 'refs/tags/v3.1.0', origin('rev-parse', 'refs/tags/v3.1.0-rc.1'));
      },
    ],
    [
      'a signed tag of an unsigned tag',
      () => {
        there.release('2.0.0', { tag: 'inner' });
        const signing = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`];
        const who = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];
        origin(...who, ...signing, 'tag', '--sign', '--message', 'v2.0.0', 'v2.0.0', 'refs/tags/inner');
      },
    ],
  ])('is refused for %s', async (_, prepare) => {
    prepare();
    const { status, reason } = await update();
    expect({ status, reason }).toEqual({
      status: 'error',
      reason: expect.stringMatching(/^(unsigned|not-as-offered)$/) as string,
    });
    expectUntouched();
  });

  it('is refused when the repository lists a commit of its own and hands out a tag that is signed', async () => {
    const old = there.release('1.1.0', { tag: 'v1.1.0', signTag: key }) && origin('rev-parse', 'refs/tags/v1.1.0');
    there.release('2.0.0', { build: "writeFileSync('dist/evil', '');" });
    origin('tag', 'v2.0.0');
    // The first try is refused, and leaves the commit here.
    expect(await update()).toMatchObject({ status: 'error', reason: 'unsigned' });
    listFromHereOn();
    origin('update-ref', 'refs/tags/v2.0.0', old);
    expect(await update()).toMatchObject({ status: 'error', reason: 'not-as-offered' });
    expectUntouched();
  });

  it.each(['stable', 'dev'] as const)(
    'is the very commit that was listed on %s, where no tag says so',
    async (channel) => {
      there.release('1.1.0');
      origin('tag', 'v1.1.0');
      listFromHereOn();
      there.release('1.1.1', { build: "writeFileSync('dist/evil', '');" });
      origin('tag', '--force', 'v1.1.0');
      expect(await update({ requireSigned: false, channel })).toMatchObject({
        status: 'error',
        reason: 'not-as-offered',
      });
      expectUntouched();
    },
  );

  it('is what was listed also where no signature is asked for', async () => {
    there.release('1.1.0', { tag: 'v1.1.0' });
    listFromHereOn();
    there.release('1.1.1', { tag: 'v1.1.0' });
    expect(await update({ requireSigned: false })).toMatchObject({ status: 'error', reason: 'not-as-offered' });
    expectUntouched();
    expect(await update({ requireSigned: false })).toMatchObject({ status: 'ok', after: { tag: 'v1.1.0' } });
  });
});
