import { ExitCode } from '../../common/exit-codes';

/** What a service manager needs to know to keep the gateway running. */
export interface ServiceSpec {
  /** Node, absolute. */
  node: string;
  /** The executable of this installation, absolute. */
  program: string;
  stateDir: string;
  configPath: string;
  port: number;
  /** Port of the Control UI; undefined: the one that the gateway takes by itself. */
  uiPort?: number;
  /** Folders of programs, as in `PATH`; undefined: those of the service manager. */
  path?: string;
  /** Profile; undefined: the default one. */
  profile?: string;
}

/** Exit codes after which another start would end the same way: usage and configuration. */
const NO_RESTART = [ExitCode.usage, ExitCode.configuration];

export const serviceName = (profile: string | undefined): string =>
  profile && profile !== 'default' ? `openclaw-gateway-${profile}` : 'openclaw-gateway';

/** Variables of the service. No secrets: those are in `.env` of the state folder, which only its owner can read. */
const variables = (spec: ServiceSpec): [string, string][] => [
  // Whoever reads it ends with a code to be started again, instead of starting a successor of its own.
  ['OPENCLAW_SERVICE', '1'],
  ['OPENCLAW_STATE_DIR', spec.stateDir],
  ['OPENCLAW_CONFIG_PATH', spec.configPath],
  ['OPENCLAW_GATEWAY_PORT', String(spec.port)],
  ...(spec.uiPort === undefined ? [] : [['OPENCLAW_UI_PORT', String(spec.uiPort)] as [string, string]]),
  ...(spec.path ? [['PATH', spec.path] as [string, string]] : []),
  ...(spec.profile ? [['OPENCLAW_PROFILE', spec.profile] as [string, string]] : []),
];

/**
 * What no command of the assistant needs, as far as the manager of a user can take it away: filters of system calls.
 * Namespaces stay, the sandbox is made of them. What takes capabilities or mounts away is in `deploy/systemd`, for the
 * manager of the machine: that of a user may not, and its services would then not start.
 */
export const HARDENING: readonly string[] = [
  'NoNewPrivileges=true',
  'LockPersonality=true',
  'RestrictRealtime=true',
  'RestrictSUIDSGID=true',
  'RestrictNamespaces=user mnt pid net uts ipc cgroup',
  'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK',
  'SystemCallArchitectures=native',
  'SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap',
  'SystemCallErrorNumber=EPERM',
];

/** Unit file of a systemd user service. */
export function systemdUnit(spec: ServiceSpec): string {
  const quoted = (text: string): string =>
    `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;
  return [
    '[Unit]',
    'Description=OpenClaw Nest gateway',
    'Wants=network-online.target',
    'After=network-online.target',
    'StartLimitIntervalSec=300',
    'StartLimitBurst=10',
    '',
    '[Service]',
    'Type=simple',
    `ExecStart=${quoted(spec.node)} ${quoted(spec.program)} gateway run`,
    ...variables(spec).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    'Restart=on-failure',
    'RestartSec=2',
    `RestartPreventExitStatus=${NO_RESTART.join(' ')}`,
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    'TimeoutStopSec=30',
    'UMask=0077',
    ...HARDENING,
    '',
    '[Install]',
    'WantedBy=default.target',
    '',
  ].join('\n');
}

/** Property list of a launchd agent. */
export function launchdPlist(spec: ServiceSpec, label: string): string {
  const text = (value: string): string =>
    value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
  const list = [spec.node, spec.program, 'gateway', 'run'].map((each) => `    <string>${text(each)}</string>`);
  const pairs = variables(spec).flatMap(([name, value]) => [
    `    <key>${text(name)}</key>`,
    `    <string>${text(value)}</string>`,
  ]);
  const log = text(`${spec.stateDir}/logs/service.log`);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    '<dict>',
    '  <key>Label</key>',
    `  <string>${text(label)}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...list,
    '  </array>',
    '  <key>EnvironmentVariables</key>',
    '  <dict>',
    ...pairs,
    '  </dict>',
    '  <key>RunAtLoad</key>',
    '  <true/>',
    '  <key>KeepAlive</key>',
    '  <dict>',
    '    <key>SuccessfulExit</key>',
    '    <false/>',
    '  </dict>',
    '  <key>ThrottleInterval</key>',
    '  <integer>10</integer>',
    '  <key>ExitTimeOut</key>',
    '  <integer>30</integer>',
    '  <key>Umask</key>',
    '  <integer>63</integer>',
    '  <key>StandardOutPath</key>',
    `  <string>${log}</string>`,
    '  <key>StandardErrorPath</key>',
    `  <string>${log}</string>`,
    '</dict>',
    '</plist>',
    '',
  ].join('\n');
}

/** Command file that a Windows task starts at log-on. */
export function windowsScript(spec: ServiceSpec): string {
  return [
    '@echo off',
    ...variables(spec).map(([name, value]) => `set "${name}=${value.replaceAll('%', '%%')}"`),
    ':start',
    `"${spec.node}" "${spec.program}" gateway run`,
    `if %errorlevel% equ ${ExitCode.startAgain} goto start`,
    '',
  ].join('\r\n');
}
