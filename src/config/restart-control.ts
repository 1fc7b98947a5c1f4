import { Injectable } from '@nestjs/common';

export interface RestartRequest {
  reason: string;
  /** Milliseconds until the restart begins. */
  delayMs: number;
  /** The program on disk is another one: the process itself has to be exchanged. */
  isNewProgram?: true;
}

export interface ShutdownIntent {
  reason: string;
  /** Milliseconds until the gateway is expected back; null: not at all. */
  restartExpectedMs: number | null;
  /** Why the start failed of what is closed again; undefined for a gateway that was there. */
  failure?: string;
  /** Nobody was served: what was opened is closed again, and nothing is told of it. */
  isSilent?: true;
}

/** Lets any part ask for an in-process restart; the process root decides how it is done. */
@Injectable()
export class RestartControl {
  /** Why the process is going down; told to clients. */
  intent: ShutdownIntent = { reason: 'shutdown', restartExpectedMs: null };
  private handler: ((request: RestartRequest) => void) | undefined;

  onRequest(handler: (request: RestartRequest) => void): void {
    this.handler = handler;
  }

  /** Returns false where nobody can restart this process (a command, a test). */
  request(request: RestartRequest): boolean {
    if (!this.handler) return false;
    this.handler(request);
    return true;
  }
}
