import { useLive } from '../../gateway/use-live';

/** Zone of times that name none; undefined until it is known. */
export function useZone(): string | undefined {
  const { data } = useLive<{ timeZone: string }>(['cron.status'], { events: ['config.changed'] });
  return data?.timeZone;
}
