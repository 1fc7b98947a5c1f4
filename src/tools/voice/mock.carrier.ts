import { randomBytes } from 'node:crypto';
import type { CallEvent, CarrierReply, OutgoingCall, PhoneCarrier } from './phone-carrier';
import { mustExist } from './phone-carrier';

/** Calls that ring nowhere, for trying a set-up out: what is asked is answered with the configured sentences in turn. */
export class MockCarrier implements PhoneCarrier {
  readonly name = 'mock';
  private readonly calls = new Map<string, { status: string; to: string; said: string[] }>();
  private answered = 0;

  constructor(
    private readonly answers: readonly string[],
    private readonly tell: (event: CallEvent) => void,
  ) {}

  start({ to, message, stays }: OutgoingCall): Promise<{ callId: string; status: string }> {
    const callId = `mock${randomBytes(8).toString('hex')}`;
    this.calls.set(callId, { status: stays ? 'in-progress' : 'completed', to, said: [message] });
    return Promise.resolve({ callId, status: 'queued' });
  }

  async speak(callId: string, text: string): Promise<void> {
    this.open(callId).said.push(text);
    return Promise.resolve();
  }

  async listen(callId: string, text: string): Promise<void> {
    await this.speak(callId, text);
    const answer = this.answers[this.answered++ % Math.max(1, this.answers.length)];
    if (answer !== undefined) setImmediate(() => this.tell({ kind: 'heard', callId, text: answer }));
  }

  hangUp(callId: string): Promise<void> {
    this.open(callId).status = 'completed';
    return Promise.resolve();
  }

  status(callId: string): Promise<Record<string, unknown> | undefined> {
    return Promise.resolve(this.calls.get(callId));
  }

  receive(): Promise<CarrierReply | undefined> {
    return Promise.resolve(undefined);
  }

  private open(callId: string): { status: string; said: string[] } {
    const call = this.calls.get(callId);
    return mustExist(call?.status === 'in-progress' ? call : undefined, callId);
  }
}
