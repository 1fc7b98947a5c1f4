import { chmodSync, mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkAllowlist } from '../../src/tools/approvals/exec-allowlist';

const SAFE = ['jq', 'grep', 'cut', 'sort', 'uniq', 'head', 'tail', 'tr', 'wc'];
const EVIL = 'touch /tmp/pwned';

/** Programs that run other programs, each with ways to make them do so. */
const WRAPPERS: readonly string[] = [
  `sh -c '${EVIL}'`,
  `bash -c '${EVIL}'`,
  `dash -c '${EVIL}'`,
  `zsh -c '${EVIL}'`,
  `ksh -c x`,
  `fish -c x`,
  `sh script.sh`,
  `bash -i`,
  `sh -ic x`,
  `bash -lc x`,
  `/bin/sh -c x`,
  `//bin//sh -c x`,
  `/usr/bin/../bin/sh -c x`,
  `env ${EVIL}`,
  `env -i ${EVIL}`,
  `env -S '${EVIL}'`,
  `env --split-string=x`,
  `/usr/bin/env sh`,
  `env A=b sh`,
  `nice ${EVIL}`,
  `nice -n 5 sh`,
  `ionice -c3 sh`,
  `timeout 5 ${EVIL}`,
  `timeout --signal=9 5 sh`,
  `nohup sh`,
  `setsid sh`,
  `stdbuf -o0 sh`,
  `time sh`,
  `chroot / sh`,
  `unshare -r sh`,
  `nsenter -t 1 sh`,
  `sudo ${EVIL}`,
  `doas sh`,
  `su -c x`,
  `runuser -u root sh`,
  `xargs sh`,
  `xargs -I{} sh -c {}`,
  `parallel sh`,
  `watch ls`,
  `find . -exec sh {} +`,
  `find . -delete`,
  `find . -ok sh`,
  `find . -execdir sh`,
  `find . -fprintf x y`,
  `fd -x sh`,
  `busybox sh`,
  `busybox touch x`,
  `toybox sh`,
  `script -c sh`,
  `expect -c x`,
  `node -e 1`,
  `nodejs -e 1`,
  `deno eval 1`,
  `bun x`,
  `npm exec x`,
  `npx x`,
  `pnpm dlx x`,
  `yarn x`,
  `python -c 1`,
  `python3 -c 1`,
  `python3.11 -c 1`,
  `python2.7 -c 1`,
  `pip install x`,
  `pip3 install x`,
  `perl -e 1`,
  `perl5.36 -e 1`,
  `ruby -e 1`,
  `irb`,
  `php -r 1`,
  `lua -e 1`,
  `lua5.4 -e 1`,
  `luajit -e 1`,
  `tclsh x`,
  `osascript -e x`,
  `awk 'BEGIN{system("x")}'`,
  `gawk x`,
  `mawk x`,
  `nawk x`,
  `sed '1e x'`,
  `sed -i x y`,
  `ed x`,
  `vi -c '!x'`,
  `vim -c '!x'`,
  `nvim x`,
  `emacs --eval x`,
  `nano x`,
  `less x`,
  `more x`,
  `man x`,
  `git -c core.pager=x log`,
  `git --exec-path=/tmp log`,
  `git commit --no-verify`,
  `hg x`,
  `svn x`,
  `ssh host x`,
  `ssh -o ProxyCommand=x h`,
  `scp -S x a b`,
  `sftp x`,
  `rsync -e x a b`,
  `tar --to-command=x -xf a`,
  `tar --checkpoint-action=exec=x cf a b`,
  `cpio -x`,
  `zip -TT x a b`,
  `make x`,
  `cmake -P x`,
  `ninja`,
  `docker run x`,
  `podman run x`,
  `kubectl exec x`,
  `systemd-run x`,
  `systemctl start x`,
  `crontab x`,
  `at now`,
  `batch`,
  `screen -dm x`,
  `tmux new x`,
  `gdb -ex x`,
  `strace x`,
  `ltrace x`,
  `valgrind x`,
  `gcc x.c`,
  `cc x.c`,
  `clang x`,
  `go run x`,
  `cargo run`,
  `java x`,
];

/** Texts whose meaning a shell decides. */
const TRICKS: readonly string[] = [
  `wc $(${EVIL})`,
  `wc \`${EVIL}\``,
  `wc "$(${EVIL})"`,
  'wc "`x`"',
  'wc $HOME',
  'wc "$HOME"',
  'wc ${HOME}',
  'wc $((1))',
  'wc <(x)',
  'wc >(x)',
  'wc > out',
  'wc >> out',
  'wc 2> out',
  'wc &> out',
  'wc >| out',
  'wc < in',
  'wc <<EOF',
  'wc <<<x',
  'wc << x',
  'wc 1>&2',
  'wc |& sh',
  'wc & sh',
  'wc &',
  '& wc',
  'wc\nsh',
  'wc\r\nsh',
  'wc\rsh',
  'wc;\nsh',
  'wc \\\nsh',
  'wc\\\n-l',
  '(wc)',
  '{ wc; }',
  '( sh )',
  'wc; (sh)',
  'wc [a-z]',
  'wc *',
  'wc ?',
  'wc ~',
  'wc ~root',
  'wc {a,b}',
  'wc !!',
  'wc !$',
  "wc 'open",
  'wc "open',
  'wc \\',
  '\\wc',
  'w\\c',
  "wc $'a'",
  'wc $"a"',
  'wc #x',
  '#',
  '',
  '   ',
  ';',
  '&&',
  '|',
  'wc &&',
  'wc ||',
  'wc |',
  '&& wc',
  '|| wc',
  '| wc',
  'wc ;; wc',
  'wc;;',
  'wc && && wc',
  'A=1 wc',
  'PATH=/tmp wc',
  'LD_PRELOAD=x wc',
  'IFS=x wc',
  'A=$(x) wc',
  'alias wc=sh',
  'function wc { sh; }',
  'wc() { sh; }',
  'if true; then sh; fi',
  'for i in 1; do sh; done',
  'while true; do sh; done',
  'case x in x) sh;; esac',
  'exec sh',
  'eval sh',
  'command sh',
  'builtin eval x',
  'source x',
  '. x',
  'trap x EXIT',
  'coproc sh',
  '[[ 1 ]]',
  'wc\u00a0sh',
  'wc\u2028sh',
  'wc；sh',
  'ｗｃ',
  'wc\u200b',
  'wc\0sh',
  'wc "a\nb"',
  "wc 'a\nb'",
  'wc\tsh;sh',
  'wc\vsh\f',
  'time wc',
  '! wc',
  'wc | sh',
  'wc || sh',
  'wc && sh',
  'wc ; sh',
  'wc|sh',
  'wc;sh',
  'wc&&sh',
  'wc||sh',
  'wc | wc | sh',
  'wc ; wc ; wc ; sh',
];

/** Safe programs that are to open a file after all, or to write one. */
const FILES: readonly string[] = [
  'wc /etc/passwd',
  'wc ../secret',
  'wc ./secret',
  'wc a/b',
  'grep x /etc/passwd',
  'grep -r x /',
  'grep -f/etc/passwd x',
  'grep -f secret.txt',
  'grep --file=secret x',
  'head /etc/passwd',
  'head -c5 notes.txt',
  'tail -f log.txt',
  'tail --follow=name x',
  'sort -o out.txt',
  'sort -oout',
  'sort --output=x',
  'sort --compress-program=sh',
  'sort -T/tmp',
  'sort --files0-from=x',
  'uniq in.txt out.txt',
  'cut -f1 /etc/passwd',
  'jq -f prog.jq',
  'jq --from-file=x',
  'jq --slurpfile=a',
  'jq --rawfile=a x',
  'tr a b /etc/passwd',
  'wc --files0-from=/etc/passwd',
  'wc known-file',
  'head known-file',
  'grep x known-file',
  'jq . known-file',
  'sort known-file',
  'cut -c1 known-file',
  'tail known-file',
  'uniq known-file',
  "wc '/etc/passwd'",
  'wc "/etc/passwd"',
  'wc /etc/"passwd"',
  "gr'e'p x /etc/passwd",
  'jq -L. x',
  'jq -L/tmp x',
  'jq .',
  'sort --files0-from -',
  'sort -S 1b --compress-program sh --files0-from -',
  'sort --comp sh',
  'sort --output planted',
  'sort -o planted',
  'sort -ro planted',
  'sort -T .',
  'uniq - planted',
  'uniq planted',
  'grep -Rh TOPSECRET',
  'grep -r x',
  'grep -hR x .',
  'grep -e x -f y',
  'grep x y',
  'head -n 5 notes',
  'head -- notes',
  'tail -f',
  'wc --files0-from -',
  'wc planted',
  'cut -f1 planted',
  'tr a b c',
  'date; cat /etc/passwd',
  'echo x; cat known-file',
];

describe('the allow-list for commands on the machine', () => {
  let folder: string;
  let bin: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openclaw-exec-'));
    bin = join(folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(folder, 'known-file'), 'x');
    writeFileSync(join(folder, 'wc'), '#!/bin/sh\ntouch pwned\n');
    chmodSync(join(folder, 'wc'), 0o755);
    writeFileSync(join(bin, 'wc'), '#!/bin/sh\ntouch pwned\n');
    chmodSync(join(bin, 'wc'), 0o755);
    symlinkSync('/bin/sh', join(bin, 'grep'));
    symlinkSync('/bin/sh', join(folder, 'innocent'));
    for (const name of ['zsh', 'python3.11', 'busybox', 'git', 'docker']) {
      if (name === 'git') continue;
      writeFileSync(join(bin, name), '#!/bin/sh\n');
      chmodSync(join(bin, name), 0o755);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const PATH = '/usr/local/bin:/usr/bin:/bin';
  const check = (command: string, patterns: string[] = [], path = PATH): ReturnType<typeof checkAllowlist> =>
    checkAllowlist(command, { patterns, safeBins: SAFE }, path, folder);
  const all = [...WRAPPERS, ...TRICKS, ...FILES];

  it('knows at least 250 ways around a list', () => expect(new Set(all).size).toBeGreaterThanOrEqual(250));

  it('lets none of them run unasked', () => {
    expect(all.filter((command) => check(command).allowed)).toEqual([]);
  });

  it('lets none of them run unasked although everything is listed', () => {
    const patterns = ['/**', '**', '/usr/bin/*', '/bin/*'];
    expect([...WRAPPERS, ...TRICKS].filter((command) => check(command, patterns).allowed)).toEqual([]);
  });

  it('never offers "always" for shells, interpreters and wrappers, nor for what it can not read', () => {
    expect([...WRAPPERS, ...TRICKS].filter((command) => check(command).canRemember)).toEqual([]);
    expect(WRAPPERS.filter((command) => check(command, [], `${bin}:${PATH}`).canRemember)).toEqual([]);
  });

  it('is not fooled by a program of the same name elsewhere, nor by a link to a shell', () => {
    expect(check('wc -l', [], `${bin}:${PATH}`).allowed).toBe(false);
    expect(check('./wc -l').allowed).toBe(false);
    expect(check('grep x', [], `${bin}:${PATH}`).allowed).toBe(false);
    expect(check('./innocent -c x', [`${folder}/innocent`]).allowed).toBe(false);
    expect(check('wc -l', [], `.:${PATH}`).allowed).toBe(true);
  });

  it('lets nothing run that nobody has listed, not even what looks harmless', () => {
    const plain = ['date', 'echo a b c', 'uname -a', 'whoami; id', 'hostname', 'pwd', 'echo hello | wc -c', 'true'];
    expect(plain.filter((command) => check(command).allowed)).toEqual([]);
    expect(plain.filter((command) => check(command, ['/usr/bin/**', '/bin/**']).allowed)).toEqual(plain);
  });

  it('lets listed safe programs read standard input, in forms that are known to do just that', () => {
    const fine = [
      'wc -l',
      'sort -r',
      'sort -k2,3n -t :',
      'head -n 5',
      'head -n5',
      "grep -i 'tea'",
      'grep -iA3 x',
      'tr -d x | cut -d, -f1,2 | sort -u | uniq -c | tail -n3',
    ];
    expect(fine.filter((command) => !check(command).allowed)).toEqual(['grep -iA3 x']);
  });

  it('would be passed by many if it looked at the first word only', () => {
    const first = (command: string): boolean => SAFE.includes(command.trim().split(/\s+/)[0] ?? '');
    expect(all.filter(first).length).toBeGreaterThan(60);
  });
});
