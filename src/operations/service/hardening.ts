/**
 * What no command of the assistant needs, as far as any manager can take it away: filters of system calls. Namespaces stay, the
 * sandbox is made of them.
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

const WITHOUT_CAPABILITIES: readonly string[] = ['CapabilityBoundingSet=', 'AmbientCapabilities='];

/**
 * What takes mounts and capabilities away from a service of a user. Its manager has no privilege: it makes a user namespace for
 * that (`PrivateUsers`, so it comes first), which some systems refuse. Left out is what hides parts of /proc or forbids to name
 * oneself (ProtectKernelTunables, ProtectKernelLogs, ProtectProc, ProtectHostname), because a sandbox is then not made, and
 * MemoryDenyWriteExecute, because JavaScript is compiled while it runs.
 * @param writable absolute paths; everything else can only be read
 */
export const isolationOf = (writable: readonly string[]): readonly string[] => [
  'PrivateUsers=true',
  ...WITHOUT_CAPABILITIES,
  'KeyringMode=private',
  'ProtectKernelModules=true',
  'ProtectControlGroups=true',
  // One without the other would make the state unwritable.
  `ProtectSystem=strict\nReadWritePaths=${writable.map((path) => pathWord(`-${path}`)).join(' ')}`,
];

/** What a service of the machine gives up: all of it, for it has a user and folders of its own. */
export const SYSTEM_HARDENING: readonly string[] = [
  ...HARDENING,
  ...WITHOUT_CAPABILITIES,
  'KeyringMode=private',
  'ProtectSystem=strict',
  'ProtectHome=true',
  'PrivateTmp=true',
];

/** A path as a word of a systemd setting; specifiers are escaped where the unit is written. */
const pathWord = (path: string): string =>
  /[\s"'\\]/.test(path) ? `"${path.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"` : path;
