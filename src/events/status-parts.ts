import { Injectable } from '@nestjs/common';

type Reader = () => Promise<Record<string, unknown>>;

/** Fields of `status` that features know of themselves; each registers a reader at boot. */
@Injectable()
export class StatusParts {
  private readonly readers: Reader[] = [];

  provide(reader: Reader): void {
    this.readers.push(reader);
  }

  async read(): Promise<Record<string, unknown>> {
    return Object.assign({}, ...(await Promise.all(this.readers.map((reader) => reader())))) as Record<string, unknown>;
  }
}
