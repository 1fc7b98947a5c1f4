/**
 * Crash points for tests. Each durable write of the store reports here with its label.
 * Off unless the process was started with a failpoint specification by a test.
 */
export class Failpoints {
  private commits = 0;

  private constructor(private readonly spec: { at?: number; label?: string; nth: number } | undefined) {}

  /**
   * `OPENCLAW_TEST_CRASH_AT`: a number n (die after the n-th durable write) or `label:n` (after the n-th write with
   * that label). Ignored unless `OPENCLAW_TEST_MODE` is 1.
   */
  static from(get: (name: string) => string | undefined): Failpoints {
    const text = get('OPENCLAW_TEST_MODE') === '1' ? get('OPENCLAW_TEST_CRASH_AT') : undefined;
    if (text === undefined) return new Failpoints(undefined);
    if (/^\d+$/.test(text)) return new Failpoints({ at: Number(text), nth: 0 });
    const [label, nth] = text.split(':');
    return new Failpoints({ label, nth: Number(nth ?? 1) });
  }

  static none(): Failpoints {
    return new Failpoints(undefined);
  }

  /** Called right after a commit has reached the disk, before anybody is told. */
  afterCommit(labels: readonly string[]): void {
    if (!this.spec) return;
    this.commits++;
    if (this.spec.at === this.commits) this.die();
    for (const label of labels) if (label === this.spec.label && --this.spec.nth === 0) this.die();
  }

  private die(): never {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  }
}
