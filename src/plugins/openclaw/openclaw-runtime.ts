import type { Brings } from '../catalog/brings';
import type { PluginRuntime } from '../plugin-runtime';

export interface OpenclawRuntime {
  id: string;
  runtime: PluginRuntime;
  brings: Brings;
}
