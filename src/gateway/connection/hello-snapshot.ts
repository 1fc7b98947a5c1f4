import { Injectable } from '@nestjs/common';

/** Parts of the hello that other features know; each registers a reader at boot. Readers must be cheap. */
@Injectable()
export class HelloSnapshot {
  private healthReader: () => { json: string; version: number } = () => ({ json: '{}', version: 0 });

  /** The cached health summary as JSON text, and its version. */
  provideHealth(reader: () => { json: string; version: number }): void {
    this.healthReader = reader;
  }

  health(): { json: string; version: number } {
    return this.healthReader();
  }
}
