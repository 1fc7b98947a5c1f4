import type { ContentOrigin } from '../../common/content-parts';
import type { ToolContext } from '../agent-tool';
import type { RunningCommand } from '../processes/running-command';
import type { SandboxRoom } from '../sandbox/sandbox';
import type { SkillGrant } from './skill-access';
import type { WayOut } from './way-out';

/** A command whose output and files are labelled. */
export interface TracedCommand {
  running: RunningCommand;
  /** Whose text its output may hold by now. */
  output: () => Promise<ContentOrigin>;
  /** Text of this origin has come to it, such as what was typed into it. */
  heard: (origin: ContentOrigin) => Promise<void>;
  /** Resolves when it has ended and the files that it changed are noted. */
  noted: Promise<void>;
}

/** What a sandboxed command gets besides the workspace, and what of that it can't change. */
export interface SandboxTerms {
  grant: SkillGrant;
  way: WayOut | undefined;
  room: SandboxRoom | undefined;
  context: ToolContext;
  readOnly: readonly string[];
}
