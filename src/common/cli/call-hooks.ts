/** What commands ask of the program that calls them. Set once by the command line. */
export interface CallHooks {
  /** Flags that stand anywhere on the line, as the framework writes them: `--profile <name>`. */
  globalFlags: readonly string[];
  /** @throws UsageError */
  onGlobalFlag(name: string, value: string | undefined): void;
  /** Path of the part that `--field` asks for. @throws UsageError */
  onField(text: string): void;
  /** Help of a command by its path; undefined where the framework's own has to do. */
  helpOf(path: string): string | undefined;
}

const NONE: CallHooks = {
  globalFlags: [],
  onGlobalFlag: () => undefined,
  onField: () => undefined,
  helpOf: () => undefined,
};

export const callHooks: CallHooks = { ...NONE };

export function setCallHooks(hooks: CallHooks): void {
  Object.assign(callHooks, hooks);
}
