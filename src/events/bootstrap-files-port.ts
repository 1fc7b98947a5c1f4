import { Injectable } from '@nestjs/common';
import type { ContentOrigin } from '../common/content-parts';

/** A file of the workspace as the assistant is shown it. */
export interface ShownFile {
  name: string;
  text: string;
  origin: ContentOrigin;
}

export interface BootstrapFacts {
  agentId: string;
  sessionKey: string;
}

export type BootstrapFilesHandler = (
  facts: BootstrapFacts,
  files: readonly ShownFile[],
) => Promise<readonly ShownFile[]>;

/** Where others may have a say in which files of the workspace a turn begins with. */
@Injectable()
export class BootstrapFilesPort {
  private readonly handlers: BootstrapFilesHandler[] = [];

  open(handler: BootstrapFilesHandler): void {
    this.handlers.push(handler);
  }

  async shown(facts: BootstrapFacts, files: readonly ShownFile[]): Promise<readonly ShownFile[]> {
    let shown = files;
    for (const handler of this.handlers) shown = await handler(facts, shown);
    return shown;
  }
}
