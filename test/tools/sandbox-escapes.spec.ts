import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RunningCommand } from '../../src/tools/processes/running-command';
import { BubblewrapDriver } from '../../src/tools/sandbox/bubblewrap.driver';
import { childEnvironment } from '../../src/tools/sandbox/child-environment';

const describeWithSandbox = process.env['TEST_SANDBOX'] ? describe : describe.skip;

describeWithSandbox('the sandbox for commands', () => {
  let base: string;
  let workspace: string;
  let listener: Server;
  let port = 0;
  let hits = 0;
  let abstractName = '';
  let abstractListener: Server;

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'openclaw-sandbox-'));
    workspace = join(base, 'workspace');
    mkdirSync(workspace);
    mkdirSync(join(base, 'workspace-other'));
    writeFileSync(join(base, 'workspace-other', 'note.txt'), 'ESCAPED other session');
    writeFileSync(join(base, 'openclaw.json'), 'ESCAPED config');
    listener = createServer((socket) => {
      hits++;
      socket.end('ESCAPED network');
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    ({ port } = listener.address() as AddressInfo);
    abstractName = `openclaw-${process.pid}`;
    abstractListener = createServer((socket) => socket.end('ESCAPED abstract socket'));
    await new Promise<void>((resolve) => abstractListener.listen(`\0${abstractName}`, resolve));
  });
  afterAll(() => {
    listener.close();
    abstractListener.close();
    rmSync(base, { recursive: true, force: true });
  });

  const probes = (): [name: string, command: string][] => {
    const py = (code: string): string =>
      `python3 - <<'PY'\nimport os,sys,ctypes,socket,fcntl,struct,signal\nlibc=ctypes.CDLL(None,use_errno=True)\n${code}\nPY`;
    const connect = (family: string, address: string): string =>
      py(
        `s=socket.socket(socket.${family});s.settimeout(1)\ntry:\n s.connect(${address});print("ESCAPED",s.recv(20))\nexcept OSError as e: print("no",e)`,
      );
    const syscall = (number: number, args: string): string =>
      py(`r=libc.syscall(${number},${args})\nprint("ESCAPED" if r>=0 else "no")`);
    const open = (path: string): [string, string] => [
      `read ${path}`,
      `cat ${path} >/dev/null 2>&1 && test -s ${path} && echo ESCAPED; true`,
    ];
    return [
      open(join(base, 'openclaw.json')),
      open(join(base, 'workspace-other', 'note.txt')),
      ['walk up', 'cat ../openclaw.json ../workspace-other/* 2>/dev/null'],
      ['link out', `ln -sf ${base}/openclaw.json l && cat l 2>/dev/null`],
      ['hard link out', `ln ${base}/openclaw.json h 2>/dev/null && cat h`],
      open('/etc/shadow'),
      open('/etc/gshadow'),
      open('/etc/ssh/sshd_config'),
      open('/root/.bashrc'),
      ['home of the gateway', `ls -A ${process.env['HOME'] ?? '/root'} 2>/dev/null | grep -q . && echo ESCAPED; true`],
      ['other homes', 'ls -A /home /root 2>/dev/null | grep -q "[a-z]" && echo ESCAPED; true'],
      [
        'variable files of the system',
        'ls /var/lib /var/log /srv /mnt /media 2>/dev/null | grep -q . && echo ESCAPED; true',
      ],
      [
        'temporary files of others',
        `ls /tmp | grep -q openclaw-sandbox && test -e ${base}/openclaw.json && echo ESCAPED; true`,
      ],
      ['environment of the gateway', 'env | grep -q MUST_NOT_LEAK && echo ESCAPED; true'],
      [
        "init's environment",
        'tr "\\0" "\\n" </proc/1/environ 2>/dev/null | grep -q MUST_NOT_LEAK && echo ESCAPED; true',
      ],
      ["parent's environment", 'cat /proc/$PPID/environ 2>/dev/null | grep -aq MUST_NOT_LEAK && echo ESCAPED; true'],
      [
        'processes of the machine',
        `grep -alr '[j]est' /proc/[0-9]*/cmdline 2>/dev/null | grep -q . && echo ESCAPED; true`,
      ],
      ['root of init', `cat /proc/1/root${base}/openclaw.json 2>/dev/null`],
      ['working folder of init', `cat /proc/1/cwd/../openclaw.json 2>/dev/null`],
      [
        'write to the system',
        'for p in /usr/bin/x /etc/x /bin/x /lib/x /opt/x /x; do echo x > $p 2>/dev/null && echo ESCAPED $p; done; true',
      ],
      [
        'write beside the workspace',
        `echo x > ${base}/x 2>/dev/null; ls ${base} | grep -qx x && test -e ${base}/openclaw.json && echo ESCAPED; true`,
      ],
      ['the gateway port', connect('AF_INET', `("127.0.0.1",${port})`)],
      ['the gateway port by IPv6', connect('AF_INET6', `("::1",${port})`)],
      ['the gateway port by bash', `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3' 2>/dev/null; true`],
      ['an abstract socket', connect('AF_UNIX', `"\\0${abstractName}"`)],
      ['cloud metadata', connect('AF_INET', '("169.254.169.254",80)')],
      ['the internet', connect('AF_INET', '("1.1.1.1",53)')],
      [
        'names of hosts',
        py('try:\n socket.getaddrinfo("example.com",80);print("ESCAPED")\nexcept OSError: print("no")'),
      ],
      [
        'raw packets',
        py('try:\n socket.socket(socket.AF_PACKET,socket.SOCK_RAW,3);print("ESCAPED")\nexcept OSError: print("no")'),
      ],
      ['another address on the interface', 'ip addr add 10.9.9.9/32 dev lo 2>/dev/null && echo ESCAPED; true'],
      ['docker socket', 'test -S /var/run/docker.sock && echo ESCAPED; true'],
      ['dbus socket', 'test -S /run/dbus/system_bus_socket && echo ESCAPED; true'],
      ['ssh agent', 'test -n "$SSH_AUTH_SOCK" && echo ESCAPED; true'],
      [
        'devices',
        'ls /dev/sd* /dev/vd* /dev/nvme* /dev/mem /dev/kmem /dev/kvm /dev/fuse 2>/dev/null | grep -q . && echo ESCAPED; true',
      ],
      ['make a device', 'mknod d b 8 0 2>/dev/null && cat d >/dev/null 2>&1 && echo ESCAPED; true'],
      ['mount', 'mount -t tmpfs none /tmp 2>/dev/null && echo ESCAPED; true'],
      ['mount by system call', syscall(165, '0,b"/tmp",b"tmpfs",0,0')],
      ['new mount interface', syscall(430, 'b"tmpfs",0')],
      ['open_tree', syscall(428, '-100,b"/",1')],
      ['unmount', 'umount /proc 2>/dev/null && echo ESCAPED; true'],
      ['unmount by system call', syscall(166, 'b"/proc",2')],
      ['pivot_root', syscall(155, 'b"/",b"/tmp"')],
      ['chroot', syscall(161, 'b"/tmp"')],
      ['nested user namespace', 'unshare -Ur true 2>/dev/null && echo ESCAPED; true'],
      ['nested mount namespace', 'unshare -m true 2>/dev/null && echo ESCAPED; true'],
      [
        'nested namespace by clone',
        py('r=libc.syscall(56,0x10000000|17,0,0,0,0)\nif r==0: os._exit(0)\nprint("ESCAPED" if r>0 else "no")'),
      ],
      ['nested namespace by clone3', syscall(435, '0,0')],
      ['unshare by system call', syscall(272, '0x10000000')],
      [
        'join namespaces of init',
        py(
          'try:\n f=os.open("/proc/1/ns/mnt",os.O_RDONLY)\n print("ESCAPED" if libc.syscall(308,f,0)==0 else "no")\nexcept OSError: print("no")',
        ),
      ],
      ['trace another process', syscall(101, '16,1,0,0')],
      ["read another process's memory", syscall(310, '1,0,0,0,0,0')],
      [
        'push characters into the terminal',
        py('try:\n fcntl.ioctl(0,0x5412,b"x");print("ESCAPED")\nexcept OSError: print("no")'),
      ],
      ['key rings', syscall(250, '0,-3,0')],
      ['BPF', syscall(321, '0,0,0')],
      ['performance counters', syscall(298, '0,0,-1,-1,0')],
      ['user fault handling', syscall(323, '0')],
      ['io_uring', syscall(425, '1,0')],
      ['kernel modules', syscall(175, '0,0,b""')],
      ['kexec', syscall(246, '0,0,0,0')],
      ['reboot', syscall(169, '0xfee1dead,672274793,0,0')],
      ['set the clock', py('r=libc.syscall(164,struct.pack("qq",0,0),0)\nprint("ESCAPED" if r==0 else "no")')],
      ['host name', 'hostname x 2>/dev/null && echo ESCAPED; true'],
      ['swap', syscall(167, 'b"/tmp/x",0')],
      ['calls by 32-bit numbers', py('r=libc.syscall(0x40000000|39)\nprint("ESCAPED" if r>0 else "no")')],
      ['kernel settings', 'echo 1 > /proc/sys/kernel/sysrq 2>/dev/null && echo ESCAPED; true'],
      [
        'core pattern',
        'cp /proc/sys/kernel/core_pattern c && cat c > /proc/sys/kernel/core_pattern 2>/dev/null && echo ESCAPED; true',
      ],
      ['sysrq', 'echo h > /proc/sysrq-trigger 2>/dev/null && echo ESCAPED; true'],
      ['cgroups', 'mkdir /sys/fs/cgroup/x 2>/dev/null && echo ESCAPED; true'],
      ['uid map', 'echo "0 0 1" > /proc/self/uid_map 2>/dev/null && echo ESCAPED; true'],
      [
        'set-uid program',
        'cp /bin/sh s && chmod 4755 s && grep -q "NoNewPrivs:.*0" /proc/self/status && echo ESCAPED; rm -f s; true',
      ],
      ['capabilities', 'grep -q "CapEff:.*[1-9a-f]" /proc/self/status && echo ESCAPED; true'],
      ['signal init', `kill -9 1 2>/dev/null; kill -0 ${process.pid} 2>/dev/null && echo ESCAPED; true`],
      [
        'inherited descriptors',
        'ls /proc/self/fd | grep -vx "[0-3]" | while read f; do readlink /proc/self/fd/$f 2>/dev/null | grep -q openclaw && echo ESCAPED; done; true',
      ],
    ];
  };

  const run = async (
    command: string,
    { timeoutMs = 8000, network = false } = {},
  ): Promise<{ output: string; stopped: string | undefined; limit: string | undefined }> => {
    const plan = new BubblewrapDriver().plan({
      argv: ['/bin/sh', '-c', command],
      cwd: workspace,
      workspace,
      writable: true,
      env: childEnvironment({ ...process.env, MUST_NOT_LEAK: 'x' }),
      network,
      timeoutSeconds: timeoutMs / 1000,
    });
    const running = new RunningCommand(plan, timeoutMs);
    running.closeInput();
    const end = await running.ended;
    return { output: running.output.text(), stopped: end.stopped, limit: end.limit };
  };

  it('knows at least 50 ways out', () => expect(probes().length).toBeGreaterThanOrEqual(50));

  it('has no way out', async () => {
    process.env['MUST_NOT_LEAK'] = 'x';
    const escaped: string[] = [];
    for (const [name, command] of probes()) {
      const { output } = await run(command);
      if (output.includes('ESCAPED')) escaped.push(`${name}: ${output.slice(0, 100)}`);
    }
    delete process.env['MUST_NOT_LEAK'];
    expect(escaped).toEqual([]);
    expect(hits).toBe(0);
    expect(readdirSync(base).sort()).toEqual(['openclaw.json', 'workspace', 'workspace-other']);
  });

  it('has many without it', async () => {
    const harmless = probes().filter(([name]) =>
      /^(read|walk up|link out|the gateway port|an abstract socket|environment of|home of|write beside)/.test(name),
    );
    let escaped = 0;
    for (const [, command] of harmless) {
      const running = new RunningCommand(
        {
          file: '/bin/sh',
          args: ['-c', command],
          cwd: workspace,
          env: { ...(process.env as Record<string, string>), MUST_NOT_LEAK: 'x' },
        },
        8000,
      );
      running.closeInput();
      await running.ended;
      if (running.output.text().includes('ESCAPED')) escaped++;
    }
    rmSync(join(base, 'x'), { force: true });
    expect(escaped).toBeGreaterThan(5);
  });

  it('works: files of the workspace, ordinary programs, a network where one is granted', async () => {
    expect(
      (await run('echo hi > made.txt; cat made.txt; python3 -c "print(6*7)"; ls -l /bin/sh | wc -l')).output,
    ).toContain('42');
    expect(statSync(join(workspace, 'made.txt')).size).toBe(3);
    const reach = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port} && cat <&3'`;
    expect((await run(reach, { network: true })).output).toContain('ESCAPED network');
  });

  it.each<[string, string, RegExp]>([
    ['memory in one process', 'python3 -c "b=bytearray(2*1024**3); import time; time.sleep(90)"', /memory/],
    [
      'memory in many processes',
      'for i in 1 2 3 4 5 6 7 8; do python3 -c "b=bytearray(300*1024**2); import time; time.sleep(90)" & done; wait',
      /memory/,
    ],
    ['processes', 'f() { f | f & }; i=0; while [ $i -lt 2000 ]; do sleep 90 & i=$((i+1)); done; wait', /processes/],
  ])('stops too much of %s', async (_, command, reason) => {
    const { stopped, limit, output } = await run(command, { timeoutMs: 90_000 });
    // Whoever is not root is held by the kernel as well, and earlier.
    if (process.getuid?.() !== 0 && output.includes('Cannot fork')) return;
    expect([stopped, limit]).toEqual(['limits', expect.stringMatching(reason)]);
  });

  it('stops too much of a disk: no file beyond its limit, no large temporary folder', async () => {
    const { output } = await run(
      'head -c 1200M /dev/zero > big 2>/dev/null; stat -c %s big; head -c 600M /dev/zero > /tmp/big 2>/dev/null; stat -c %s /tmp/big; rm -f big',
      { timeoutMs: 30_000 },
    );
    const [file = 0, temporary = 0] = output.trim().split('\n').map(Number);
    expect(file).toBeLessThanOrEqual(1024 ** 3);
    expect(temporary).toBeLessThanOrEqual(512 * 1024 ** 2);
  });

  it('ends with everything it started', async () => {
    const { stopped } = await run('(sleep 300; touch late) & sleep 300', { timeoutMs: 500 });
    expect(stopped).toBe('timeout');
    expect(readdirSync(workspace)).not.toContain('late');
  });
});
