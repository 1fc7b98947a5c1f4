import { Bool, Doc, Hidden, Int, Obj, OneOf, Opt, Text } from '../../common/validation/fields';
import { Leaves } from '../provenance/sinks';
import { EXEC_ASK, EXEC_SECURITY, type ExecAsk, type ExecSecurity } from '../tools.config';

export const DEFAULT_TIMEOUT_SECONDS = 1800;
export const DEFAULT_YIELD_MS = 10_000;

@Leaves<ExecParams>({
  command: 'host',
  workdir: 'none',
  env: 'host',
  yieldMs: 'none',
  background: 'none',
  timeout: 'none',
  pty: 'none',
  elevated: 'host',
  host: 'host',
  security: 'none',
  ask: 'none',
  node: 'host',
})
export class ExecParams {
  @Text() @Doc('Shell command line.') command!: string;
  @Opt() @Text() @Doc('Folder to run in, inside the workspace.') workdir?: string;
  @Opt() @Obj() @Doc('Further environment variables.') env?: Record<string, string>;
  @Opt()
  @Int({ min: 10, max: 120_000 })
  @Doc(`Milliseconds until it goes on in the background, ${DEFAULT_YIELD_MS} by default.`)
  yieldMs?: number;
  @Opt() @Bool() @Doc('Return at once; look after it with process.') background?: boolean;
  @Opt()
  @Int({ min: 1, max: 86_400 })
  @Doc(`Seconds until it is stopped, ${DEFAULT_TIMEOUT_SECONDS} by default.`)
  timeout?: number;
  @Opt() @Bool() @Doc('Give it a terminal.') pty?: boolean;
  @Opt() @Hidden() @Bool() elevated?: boolean;
  @Opt()
  @OneOf(['sandbox', 'gateway', 'node'])
  @Doc('sandbox (default), the machine itself, or a node.')
  host?: 'sandbox' | 'gateway' | 'node';
  @Opt() @Hidden() @OneOf(EXEC_SECURITY) security?: ExecSecurity;
  @Opt() @Hidden() @OneOf(EXEC_ASK) ask?: ExecAsk;
  @Opt() @Text() @Doc('Node to run on, with host node.') node?: string;
}
