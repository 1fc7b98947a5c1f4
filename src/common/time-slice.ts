/** Work of the main thread that takes longer than this keeps others waiting noticeably. */
const SLICE_MS = 5;

/** Divides a long piece of synchronous work, so that everything else goes on meanwhile. */
export class TimeSlice {
  private since = performance.now();

  get isOver(): boolean {
    return performance.now() - this.since > SLICE_MS;
  }

  /** Resolves when everybody else has had a turn. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.since = performance.now();
  }
}
