import { isPlainObject } from '../common/plain-object';

/** What a node says of the machine it runs on; sizes in bytes. */
export interface HostStats {
  cpuCount: number;
  /** Of the last minute, five and fifteen minutes. */
  loadAverage?: number[];
  memoryTotalBytes: number;
  memoryFreeBytes: number;
  diskTotalBytes?: number;
  diskAvailableBytes?: number;
  /** When the gateway heard of it. */
  updatedAtMs: number;
}

/** Reads them from what a node has sent; undefined where that can't be so. */
export function readHostStats(payload: unknown, now: number): HostStats | undefined {
  if (!isPlainObject(payload)) return undefined;
  const { cpuCount, loadAverage, diskTotalBytes: diskTotal, diskAvailableBytes: diskFree } = payload;
  const { memoryTotalBytes: total, memoryFreeBytes: free } = payload;
  if (!isCount(cpuCount) || cpuCount < 1 || cpuCount > 4096) return undefined;
  if (!isCount(total) || !isCount(free) || free > total) return undefined;
  const loads = Array.isArray(loadAverage) ? (loadAverage as unknown[]) : undefined;
  const hasLoads = loads?.length === 3 && loads.every((load) => typeof load === 'number' && load >= 0 && load <= 1e5);
  const hasDisk = isCount(diskTotal) && isCount(diskFree) && diskFree <= diskTotal;
  return {
    cpuCount,
    ...(hasLoads ? { loadAverage: loads as number[] } : {}),
    memoryTotalBytes: total,
    memoryFreeBytes: free,
    ...(hasDisk ? { diskTotalBytes: diskTotal, diskAvailableBytes: diskFree } : {}),
    updatedAtMs: now,
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
