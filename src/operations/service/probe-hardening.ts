import { messageOf } from '../../common/openclaw-error';
import { callManager } from './call-manager';

/** What a manager has taken of the settings that were wished for. */
export interface ProbedHardening {
  lines: string[];
  /** Names of settings that do not work on this machine. */
  left: string[];
  /** Why nothing could be tried; then only what needs no privilege is taken. */
  untried?: string;
}

export interface HardeningProbe {
  /** Begins a transient service and waits for its end: `systemd-run --user --wait …`. */
  run: readonly string[];
  env: NodeJS.ProcessEnv;
  /** What has to work inside, such as a sandbox of its own. */
  trial: readonly string[];
  /** Taken wherever it can't be tried. */
  harmless: readonly string[];
  /** The rest, in an order in which each may need those before it. */
  wished: readonly string[];
}

/**
 * The strongest set of settings with which a service of this machine starts and can do its work: found by starting one. All at
 * once where that works; else one after the other, and what fails is left out.
 */
export async function probeHardening(probe: HardeningProbe): Promise<ProbedHardening> {
  const { harmless, wished } = probe;
  const plain = await tryOut(probe, []);
  if (plain !== undefined) return { lines: [...harmless], left: wished.map(nameOf), untried: plain };
  const all = [...harmless, ...wished];
  if ((await tryOut(probe, all)) === undefined) return { lines: all, left: [] };
  const lines: string[] = [];
  const left: string[] = [];
  for (const line of all) {
    if ((await tryOut(probe, [...lines, line])) === undefined) lines.push(line);
    else left.push(nameOf(line));
  }
  return { lines, left };
}

/** @returns why a service with these settings does not do its work; undefined where it does */
async function tryOut({ run, env, trial }: HardeningProbe, lines: readonly string[]): Promise<string | undefined> {
  const settings = lines.flatMap((line) => line.split('\n')).flatMap((line) => ['-p', line]);
  try {
    await callManager([...run, ...settings, '--', ...trial], env);
    return undefined;
  } catch (error) {
    return (error as { stderr?: string }).stderr?.trim() || messageOf(error);
  }
}

const nameOf = (line: string): string => line.slice(0, line.indexOf('='));
