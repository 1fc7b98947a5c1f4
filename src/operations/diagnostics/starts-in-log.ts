import { logRecordOf } from '../../common/log-record';

/** A start of the gateway, as its log tells it. Times are milliseconds since 1970. */
export interface GatewayStart {
  at: number;
  pid?: number;
  version?: string;
  /** `stopped`: in good order. `lost`: the next start came without an end of this one: killed, crashed, or no power. */
  end: 'running' | 'stopped' | 'lost' | 'failed';
  upSeconds?: number;
  /** Why it did not start. */
  reason?: string;
}

/**
 * Starts and how they ended, oldest first.
 * @param isRunning whether the last one may still run
 */
export function startsInLog(lines: readonly string[], isRunning: boolean): GatewayStart[] {
  const starts: GatewayStart[] = [];
  for (const record of lines.map(logRecordOf)) {
    if (record?.['subsystem'] !== 'gateway') continue;
    const at = Date.parse(String(record['time']));
    const { msg, pid, version, upSeconds, reason } = record;
    const open = starts.at(-1)?.end === 'running' ? starts.at(-1) : undefined;
    if (msg === 'gateway started') {
      if (open) open.end = 'lost';
      starts.push({
        at,
        end: 'running',
        ...(typeof pid === 'number' ? { pid } : {}),
        ...(typeof version === 'string' ? { version } : {}),
      });
    } else if (msg === 'gateway stopped' && open) {
      open.end = 'stopped';
      if (typeof upSeconds === 'number') open.upSeconds = upSeconds;
    } else if (msg === 'gateway did not start; what it had opened is closed again')
      starts.push({ at, end: 'failed', ...(typeof reason === 'string' ? { reason } : {}) });
  }
  const last = starts.at(-1);
  if (last?.end === 'running' && !isRunning) last.end = 'lost';
  return starts;
}
