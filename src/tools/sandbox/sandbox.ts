export interface SandboxRequest {
  /** Program and arguments; a shell line is `['/bin/sh', '-c', line]`. */
  argv: readonly string[];
  /** Absolute working directory, inside the workspace. */
  cwd: string;
  workspace: string;
  /** Whether the command may change the workspace. */
  writable: boolean;
  env: Readonly<Record<string, string>>;
  /** May the command reach the network? */
  network: boolean;
  timeoutSeconds: number;
  /** Further folders that may be read. */
  readable?: readonly string[];
  /** Programs outside the system folders: found where they are, and not in the home folder inside as well. */
  programs?: readonly string[];
  /** Real folders inside the workspace that stay as they are, also where it is writable. */
  readOnly?: readonly string[];
  /** Without a network of its own the command reaches through this socket what the proxy behind it lets pass. */
  proxySocket?: string;
  /** What it shares with other commands; without one, its /tmp, home folder and network are its own and end with it. */
  room?: SandboxRoom;
  /** Of the system it sees programs and libraries only: no account names, nothing of `/opt`. */
  isBare?: boolean;
}

export interface SandboxRoom {
  /** Folders that are /tmp and the home folder inside. */
  tmp: string;
  home: string;
  /** Words before a command that put it into the network of the room. */
  enter: readonly string[];
}

export interface SpawnPlan {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** Files that it makes are of the owner's own world, not of the gateway's: who may read them is as usual there. */
  ordinaryRights?: boolean;
  /** Bytes the child finds at descriptor 3. */
  descriptor3?: Buffer;
  /** Its process group ends with this process, however that ends. Not together with {@link descriptor3}. */
  endsWithParent?: boolean;
  /** What the whole process tree may use; beyond it everything is killed. */
  limits?: TreeLimits;
}

export interface TreeLimits {
  /** Bytes of resident memory, all processes together. */
  memoryBytes: number;
  processes: number;
  /** Free bytes that must remain on the file systems of these places: all that it may write to. */
  freeDiskBytes: number;
  places: readonly string[];
  /** Folders that together hold no more than so many bytes. */
  room?: { folders: readonly string[]; bytes: number };
}

/** A way to wall off a command. One driver per mechanism; all children of the assistant come through one of them. */
export interface SandboxDriver {
  readonly name: string;
  /** Why it can't be used here; undefined when it can. Checked by really starting it, once. */
  unusableReason(): Promise<string | undefined>;
  plan(request: SandboxRequest): SpawnPlan;
}
