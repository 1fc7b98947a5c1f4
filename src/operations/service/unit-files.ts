import { ExitCode } from '../../common/exit-codes';
import { HARDENING } from './hardening';

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
  /** Settings of systemd that take rights away; undefined: those that every manager can set. */
  hardening?: readonly string[];
}

/** What the service of a whole machine is made of. */
export interface SystemServiceSpec {
  /** Node, absolute. */
  node: string;
  /** The executable of this installation, absolute. */
  program: string;
  /** User and group that it runs as. */
  user: string;
  /** Name of its folder in `/var/lib`. */
  stateName: string;
  port?: number;
  uiPort?: number;
  profile?: string;
  hardening: readonly string[];
}

/** Where units of the machine are. */
export const SYSTEM_UNITS = '/etc/systemd/system';
/** Variables of a service of the machine, a line each: keys of providers. */
export const SYSTEM_ENVIRONMENT = '/etc/openclaw/environment';

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

/** Unit file of a systemd user service. */
export const systemdUnit = (spec: ServiceSpec): string =>
  unit(
    [
      `ExecStart=${quoted(spec.node)} ${quoted(spec.program)} gateway run`,
      ...variables(spec).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ],
    spec.hardening ?? HARDENING,
    'default.target',
  );

/** Unit file of a systemd service of the machine, which starts with it and has a user of its own. */
export function systemUnit({
  node,
  program,
  user,
  stateName,
  port,
  uiPort,
  profile,
  hardening,
}: SystemServiceSpec): string {
  const stateDir = `/var/lib/${stateName}`;
  const set: [string, string | undefined][] = [
    ['HOME', stateDir],
    ['OPENCLAW_STATE_DIR', stateDir],
    ['OPENCLAW_SERVICE', '1'],
    ['OPENCLAW_GATEWAY_PORT', port?.toString()],
    ['OPENCLAW_UI_PORT', uiPort?.toString()],
    ['OPENCLAW_PROFILE', profile],
  ];
  return unit(
    [
      `User=${user}`,
      `Group=${user}`,
      `StateDirectory=${stateName}`,
      'StateDirectoryMode=0700',
      `WorkingDirectory=${stateDir}`,
      ...set.flatMap(([name, value]) => (value === undefined ? [] : [`Environment=${quoted(`${name}=${value}`)}`])),
      `EnvironmentFile=-${SYSTEM_ENVIRONMENT}`,
      `ExecStart=${quoted(node)} ${quoted(program)} gateway run`,
      'MemoryMax=2G',
      'TasksMax=2048',
      'LimitNOFILE=65536',
    ],
    hardening,
    'multi-user.target',
  );
}

function unit(service: readonly string[], hardening: readonly string[], target: string): string {
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
    ...service,
    'Restart=on-failure',
    'RestartSec=2',
    `RestartPreventExitStatus=${NO_RESTART.join(' ')}`,
    'KillSignal=SIGTERM',
    'KillMode=mixed',
    'TimeoutStopSec=30',
    'UMask=0077',
    ...hardening.map((line) => line.replaceAll('%', '%%')),
    '',
    '[Install]',
    `WantedBy=${target}`,
    '',
  ].join('\n');
}

/** One word of a unit file. */
const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`;

/** Variables that a unit sets, by name. */
export function variablesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, quotedPair, pair] of text.matchAll(/^Environment=(?:"((?:[^"\\]|\\.)*)"|(.*))$/gm)) {
    const whole = (quotedPair?.replace(/\\(.)/g, '$1') ?? pair ?? '').replaceAll('%%', '%');
    found.set(whole.slice(0, whole.indexOf('=')), whole.slice(whole.indexOf('=') + 1));
  }
  return found;
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
