import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type ConfigEntry, parseGitConfig, withoutEntries } from '../../src/tools/git/config-text';
import { isHarmless } from '../../src/tools/git/harmless-settings';

const place = { workspace: '/w', gitFolder: '/w/.git' };
const parse = (text: string): ConfigEntry[] | undefined => parseGitConfig(Buffer.from(text));
const harmless = (text: string): boolean[] | undefined => parse(text)?.map((entry) => isHarmless(entry, place));

describe('a git configuration', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-git-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What git itself reads; undefined where it refuses. */
  function gitReads(content: string): string[] | undefined {
    const file = join(folder, 'config');
    writeFileSync(file, content);
    const { status, stdout } = spawnSync('git', ['config', '--file', file, '--no-includes', '--list', '-z'], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '', GIT_CONFIG_NOSYSTEM: '1' },
    });
    return status === 0 ? stdout.split('\0').slice(0, -1) : undefined;
  }
  const asGit = ({ section, subsection, key, value }: ConfigEntry): string =>
    `${section === '' && subsection === undefined ? '' : `${section}.`}${subsection === undefined ? '' : `${subsection}.`}${key}${value === undefined ? '' : `\n${value}`}`;

  const piece = fc.constantFrom(
    ...[
      '[core]',
      '[Core "x"]',
      '[a.B.c]',
      '[remote "o\\"r"]',
      '[x "a\\\\b"]',
      '[',
      ']',
      '"',
      '\\',
      '\\n',
      '\\t',
      '\\q',
    ],
    ...[
      '=',
      ' = ',
      '#',
      ';',
      '\n',
      '\r\n',
      '\r',
      '\n\n',
      ' ',
      '\t',
      'fsmonitor',
      'hooksPath = x',
      'Key',
      'a-b',
      '1',
      '.',
    ],
    ...['\\\n', '\\\r\n', '"a b"', 'ä', '\uFEFF', 'url = https://e.org/x', '[core]fsmonitor=x', '"#"', '\v', '\f'],
  );
  const text = fc.array(piece, { maxLength: 14 }).map((parts) => parts.join(''));

  it('is read as git itself reads it', () => {
    let read = 0;
    fc.assert(
      fc.property(text, (content) => {
        const ours = parse(content)?.map(asGit);
        const its = gitReads(content);
        if (its && its.length > 0) read++;
        expect(ours).toEqual(its);
      }),
      { numRuns: 400 },
    );
    expect(read).toBeGreaterThan(20);
  });

  it('loses exactly the entries that are taken out', () => {
    fc.assert(
      fc.property(text, fc.nat(), (content, which) => {
        const entries = parse(content);
        fc.pre(entries !== undefined && entries.length > 0);
        const chosen = entries[which % entries.length];
        const rest = parseGitConfig(withoutEntries(Buffer.from(content), chosen ? [chosen] : []));
        expect(rest?.map(asGit)).toEqual(entries.filter((entry) => entry !== chosen).map(asGit));
      }),
    );
  });

  it('is harmless where what it says is known to be', () => {
    for (const fine of [
      '[core]\nrepositoryformatversion = 0\nfilemode = true\nbare = false\nlogallrefupdates = true',
      '[user]\nname = Ann\nemail = a@example.org',
      '[remote "origin"]\nurl = https://example.org/x.git\nfetch = +refs/heads/*:refs/remotes/origin/*',
      '[remote "o"]\nurl = git@example.org:x/y.git\npushurl = ../other',
      '[branch "main"]\nremote = origin\nmerge = refs/heads/main\nrebase = true',
      '[branch "b"]\nremote = .',
      '[core]\nfsmonitor = false',
      '[core]\nworktree = ../sub',
      '[submodule "x"]\nurl = https://e.org/x\nactive = true',
      '[init]\ndefaultBranch = main',
      '[color "branch"]\ncurrent = yellow reverse',
    ])
      expect([fine, harmless(fine)?.every(Boolean)]).toEqual([fine, true]);
    for (const bad of [
      ...[
        'fsmonitor = x',
        'fsmonitor = true',
        'fsmonitor',
        'hooksPath = .h',
        'sshCommand = x',
        'pager = x',
        'editor = x',
      ],
      ...[
        'askPass = x',
        'gitProxy = x',
        'worktree = /',
        'worktree = ../..',
        'alternateRefsCommand = x',
        'attributesFile = x',
      ],
    ])
      for (const head of ['[core]', '[CORE]', '[core ]x\n[core]'])
        expect([bad, harmless(`${head}\n${bad}`)?.at(-1) ?? false]).toEqual([bad, false]);
    for (const bad of [
      ...['[filter "x"]\nclean = x', '[filter "x"]\nprocess = x', '[diff "x"]\ntextconv = x', '[diff]\nexternal = x'],
      ...['[alias]\ns = !x', '[include]\npath = x', '[includeIf "gitdir:/"]\npath = x', '[credential]\nhelper = x'],
      ...['[credential "https://e.org"]\nhelper = x', '[merge "x"]\ndriver = x', '[mergetool "x"]\ncmd = x'],
      ...['[gpg]\nprogram = x', '[gpg "ssh"]\nprogram = x', '[sequence]\neditor = x', '[pager]\nlog = x'],
      ...['[uploadpack]\npackObjectsHook = x', '[remote "o"]\nuploadpack = x', '[remote "o"]\nreceivepack = x'],
      ...[
        '[remote "o"]\nvcs = x',
        '[remote "o"]\nurl = ext::sh -c x',
        '[remote "o"]\nurl = foo://x',
        '[remote "o"]\nurl = -x',
      ],
      ...['[remote "o"]\nurl = ssh://-oProxyCommand=x/y', '[submodule "x"]\nupdate = !x', '[url "x"]\ninsteadOf = y'],
      ...[
        '[http]\nsslVerify = false',
        '[http]\nproxy = http://x',
        '[protocol "ext"]\nallow = always',
        '[trailer "x"]\ncommand = x',
      ],
      ...[
        '[branch "x"]\nmergeoptions = --strategy=x',
        '[branch "x"]\nremote = ext::x',
        '[interactive]\ndiffFilter = x',
      ],
      ...[
        '[lfs]\nurl = x',
        '[lfs "customtransfer.x"]\npath = x',
        '[man "x"]\ncmd = x',
        '[nobody]\nknows = this',
        '[user]\nname = "a\\nb"',
      ],
    ])
      expect([bad, harmless(bad)]).toEqual([bad, [false]]);
  });
});
