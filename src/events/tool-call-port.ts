import { Injectable } from '@nestjs/common';

export interface ToolCallFacts {
  tool: string;
  params: unknown;
  callId: string;
  runId: string;
  agentId: string;
  sessionKey: string;
}

/** Others may look at a call before it is judged, and are told of its end. */
export interface ToolCallWatcher {
  /** @returns its parameters, changed or not; or why it may not be */
  before(call: ToolCallFacts): Promise<{ params: unknown } | { blocked: string }>;
  after(call: ToolCallFacts, end: { text: string; isError: boolean; durationMs: number }): void;
}

@Injectable()
export class ToolCallPort {
  watcher: ToolCallWatcher | undefined;

  open(watcher: ToolCallWatcher): void {
    this.watcher = watcher;
  }
}
