export interface SandboxRequest {
  /** Shell command line. */
  command: string;
  /** Absolute working directory, inside the workspace. */
  cwd: string;
  workspace: string;
  env: Readonly<Record<string, string>>;
  /** May the command reach the network? */
  network: boolean;
  timeoutSeconds: number;
}

export interface SpawnPlan {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** A way to wall off a command. One driver per mechanism; all children of the assistant come through one of them. */
export interface SandboxDriver {
  readonly name: string;
  /** Why it can't be used here; undefined when it can. Checked by really starting it, once. */
  unusableReason(): Promise<string | undefined>;
  plan(request: SandboxRequest): SpawnPlan;
}
