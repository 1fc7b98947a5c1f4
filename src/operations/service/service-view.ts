import { OpenclawError } from '../../common/openclaw-error';
import type { Environment } from '../../config/environment';
import { serviceManager } from './install-service';

/** Whether this machine keeps the gateway running, for programs. */
export async function serviceView(env: Environment): Promise<object> {
  try {
    const { manager, file, installed, state } = await serviceManager(env).status();
    return {
      label: manager,
      file,
      installed,
      loaded: installed,
      loadState: { status: installed ? 'loaded' : 'not-loaded' },
      loadedText: 'installed',
      notLoadedText: 'not installed',
      runtime: { status: state === 'running' ? 'running' : installed ? 'stopped' : 'unknown', detail: state },
      runtimeShort: state,
    };
  } catch (error) {
    if (!(error instanceof OpenclawError) || error.code !== 'SERVICE_UNSUPPORTED') throw error;
    return {
      label: null,
      installed: false,
      loaded: false,
      loadState: { status: 'not-loaded' },
      loadedText: 'installed',
      notLoadedText: 'not installed',
      runtime: { status: 'unknown', detail: error.message },
      runtimeShort: 'unknown',
    };
  }
}
