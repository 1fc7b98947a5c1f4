import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { processCommand } from '../../common/process-identity';

export interface PortOwner {
  pid: number;
  command?: string;
  /** User id, where known. */
  uid?: number;
}

const LISTEN_STATE = '0A';

/** Processes that listen on a TCP port: the kernel's socket table on Linux, `lsof` elsewhere. Empty when unknown. */
export function listenersOn(port: number): PortOwner[] {
  if (process.platform === 'linux') return fromProc(port);
  try {
    const out = execFileSync('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'], {
      encoding: 'utf8',
      timeout: 3000,
    });
    const owners: PortOwner[] = [];
    for (const line of out.split('\n')) {
      if (line.startsWith('p')) owners.push({ pid: Number(line.slice(1)) });
      else if (line.startsWith('c')) Object.assign(owners.at(-1) ?? {}, { command: line.slice(1) });
    }
    return owners;
  } catch {
    return [];
  }
}

function fromProc(port: number): PortOwner[] {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return [];
  const owners: PortOwner[] = [];
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && holdsAny(name, inodes)) {
      const pid = Number(name);
      const command = processCommand(pid);
      owners.push({ pid, ...(command ? { command } : {}), ...userOf(pid) });
    }
  }
  return owners;
}

function userOf(pid: number): { uid?: number } {
  try {
    return { uid: statSync(`/proc/${pid}`).uid };
  } catch {
    return {};
  }
}

function listeningInodes(port: number): Set<string> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    let text = '';
    try {
      text = readFileSync(table, 'utf8');
    } catch {
      continue;
    }
    for (const line of text.split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      if (columns[3] === LISTEN_STATE && columns[1]?.endsWith(suffix) && columns[9]) inodes.add(columns[9]);
    }
  }
  return inodes;
}

function holdsAny(pid: string, inodes: ReadonlySet<string>): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    });
  } catch {
    return false;
  }
}
