/** A stretch of time in the way of a message. */
export interface TraceSpan {
  kind: 'message' | 'wait' | 'turn' | 'model' | 'tool' | 'command' | 'approval' | 'delivery';
  /** Model, tool or command; of a message and a delivery its channel and account. */
  name: string;
  /** Milliseconds since 1970. */
  startedAt: number;
  /** Absent while it goes on, and where it was cut off. */
  endedAt?: number;
  /** `cut off`: its process ended inside it. */
  state: 'done' | 'open' | 'failed' | 'cut off';
  /** Tokens of a model's call. */
  tokens?: { input: number; output: number };
  /** Tries of a delivery. */
  attempts?: number;
  /** What came of it, or why it failed, in words. */
  detail?: string;
  /** Of the approval, or of the part that is delivered; `channels.deadLetters.resubmit` takes it. */
  id?: string;
}

/** One thing that happened to a message, with its time. */
export interface TraceHop {
  at: number;
  hop: string;
  detail: string;
}

/** A message from when it came in until its answer was there. */
export interface Trace {
  id: string;
  runId: string;
  sessionKey: string | null;
  /** `undelivered`: it was answered, and the answer or a part of it was given up. */
  state: 'waiting' | 'running' | 'answered' | 'failed' | 'dropped' | 'undelivered';
  /** Why it failed, was dropped or was given up, or what it waits for. */
  cause?: string;
  /** Whether `runs.again` takes it. */
  canRunAgain: boolean;
  /** Who wrote it, where that is not the owner at a client. */
  sender?: string;
  /** How it began. */
  text: string;
  hops: TraceHop[];
  spans: TraceSpan[];
}

/** A run as people look for it. */
export interface RunSummary {
  /** What clients call it; `openclaw trace` takes it. */
  id: string;
  sessionKey: string | null;
  /** Channel and account that it came from. */
  origin: string;
  kind: 'turn' | 'command';
  /** `failed`: also what could not be worked on and was put aside. */
  state: 'waiting' | 'running' | 'answered' | 'failed' | 'dropped';
  /** Milliseconds since 1970. */
  receivedAt: number;
  startedAt?: number;
  endedAt?: number;
  /** Pick-ups after a crash. */
  pickedUp?: number;
  /** Why it failed or was dropped, or why its answer was not delivered. */
  error?: string;
  /** Parts of the answer that were given up. */
  undelivered?: number;
  /** How the message began. */
  text: string;
  /** Who wrote it, where that is not the owner at a client. */
  sender?: string;
}
