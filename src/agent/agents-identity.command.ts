import { Option, SubCommand } from 'nest-commander';
import { readBoundedFile } from '../common/bounded-file';
import type { GatewayOptions } from '../common/cli/cli-command';
import { UsageError } from '../common/cli/cli-error';
import { printJson, printLine } from '../common/cli/output';
import { OpenclawError } from '../common/openclaw-error';
import { decodeOwnText } from '../common/text/decode-text';
import { CallingCommand } from '../config/calling-command';
import { type FileIdentity, identityIn } from '../workspace/identity-file';

const FILE = 'IDENTITY.md';
const MAX_BYTES = 256 * 1024;
const FIELDS = ['name', 'emoji', 'avatar', 'theme'] as const;

interface IdentityOptions extends GatewayOptions, FileIdentity {
  agent?: string;
  fromIdentity?: boolean;
  identityFile?: string;
}

@SubCommand({ name: 'set-identity', description: 'change what an agent is called, looks like and is like' })
export class AgentsSetIdentityCommand extends CallingCommand {
  @Option({ flags: '--agent <id>', description: 'which one' })
  parseAgent(value: string): string {
    return value;
  }

  @Option({ flags: '--name <name>', description: 'its name' })
  parseName(value: string): string {
    return value;
  }

  @Option({ flags: '--emoji <emoji>', description: 'its emoji' })
  parseEmoji(value: string): string {
    return value;
  }

  @Option({ flags: '--avatar <picture>', description: 'its picture: an address, or a file of its workspace' })
  parseAvatar(value: string): string {
    return value;
  }

  @Option({ flags: '--theme <words>', description: 'a word or two about its manner, which its prompt says' })
  parseTheme(value: string): string {
    return value;
  }

  @Option({ flags: '--from-identity', description: `take what no flag says from ${FILE} of its workspace` })
  parseFromIdentity(): boolean {
    return true;
  }

  @Option({ flags: '--identity-file <path>', description: 'take what no flag says from such a file of this machine' })
  parseIdentityFile(value: string): string {
    return value;
  }

  async run(_: string[], options: IdentityOptions): Promise<void> {
    const { agent: agentId, fromIdentity, identityFile } = options;
    if (agentId === undefined) throw new UsageError('--agent is needed: openclaw agents list shows them');
    if (fromIdentity && identityFile !== undefined)
      throw new UsageError(`one of --from-identity and --identity-file; both say where ${FILE} is`);
    const fromFile =
      identityFile === undefined
        ? fromIdentity
          ? await this.ofWorkspace(agentId, options)
          : {}
        : needed(identityIn(textOf(identityFile)), identityFile);
    const wanted = Object.fromEntries(
      FIELDS.flatMap((field) => {
        const value = options[field] ?? fromFile[field];
        return value === undefined ? [] : [[field, value]];
      }),
    );
    if (Object.keys(wanted).length === 0)
      throw new UsageError('one of --name, --emoji, --avatar, --theme, --from-identity and --identity-file is needed');
    const answer = await this.call<object>(options, 'agents.update', { agentId, ...wanted });
    if (options.json) printJson({ ...answer, identity: wanted });
    else
      printLine(
        `agent ${agentId} is changed: ${Object.entries(wanted)
          .map(([field, value]) => `${field} ${value}`)
          .join(', ')}`,
      );
  }

  /** @throws OpenclawError IDENTITY_EMPTY */
  private async ofWorkspace(agentId: string, options: GatewayOptions): Promise<FileIdentity> {
    const { file } = await this.call<{ file: { content?: string } }>(options, 'agents.files.get', {
      agentId,
      name: FILE,
    });
    return needed(identityIn(file.content ?? ''), `${FILE} of ${agentId}`);
  }
}

function textOf(path: string): string {
  const bytes = readBoundedFile(path, MAX_BYTES);
  if (bytes) return decodeOwnText(bytes);
  throw new UsageError(`--identity-file must be a file of at most ${MAX_BYTES} bytes that can be read, got "${path}"`);
}

function needed(identity: FileIdentity, what: string): FileIdentity {
  if (Object.keys(identity).length > 0) return identity;
  throw new OpenclawError(
    'IDENTITY_EMPTY',
    `${what} says nothing: write lines such as "- Name: Ada", "- Emoji: 🦉", "- Theme: dry wit"`,
  );
}
