import { useLive } from './use-live';

/** Whether no language model is connected, so that the offline assistant answers. Undefined while not known. */
export function useOffline(): boolean | undefined {
  const { data } = useLive<{ models: { provider: string }[] }>(['models.list'], { events: ['config.changed'] });
  return data?.models.every((model) => model.provider === 'offline');
}
