/** What the process knows of itself. Sizes in bytes, times in milliseconds. */
export interface SystemFacts {
  version: string;
  node: string;
  platform: string;
  pid: number;
  uptimeMs: number;
  stateDir: string;
  logFile: string;
  memory: { rss: number; limit?: number; heapUsed: number };
  /** The longest that anything waited for the event loop of late. */
  loopDelayMs: number;
  /** `bytes`: of SQLite with what is not yet folded into it. */
  database: { dialect: 'sqlite' | 'postgres'; location: string; bytes?: number };
  /** `waitingBytes`: what clients have not taken yet. */
  sockets: { open: number; waitingBytes: number };
  waiting: { messages: number; deliveries: number };
}

/** A method as it is called. */
export interface MethodFacts {
  name: string;
  scope: string;
  summary: string;
  /** JSON Schema of its parameters; absent where it takes none, or any. */
  params?: object;
}
