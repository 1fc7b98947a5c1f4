import { Injectable } from '@nestjs/common';
import { cutText } from '../../common/cut-text';
import { messageOf } from '../../common/openclaw-error';
import { MemoryReview, type UnreviewedFile } from '../../memory/memory-review.service';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

const MAX_TEXT = 1500;

/** `/memory`: what was written with text of others in view, and what becomes of it. */
@Injectable()
@ProvidesChatCommands()
export class MemoryCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'memory',
      usage: 'review | accept|reject <file> <hash>',
      summary: 'notes that wait for you to look at them',
      category: 'management',
      right: 'owner',
      textOnly: true,
      run: (call) => this.run(call),
    },
  ];

  constructor(private readonly review: MemoryReview) {}

  private async run({ args, agentId }: CommandCall): Promise<CommandEffect> {
    const [verb = 'review', path = '', hash = ''] = args.split(/\s+/).filter((word) => word !== '');
    if (verb === 'review') {
      const files = await this.review.list(agentId);
      return answer(files.length === 0 ? 'Nothing waits for a review.' : files.map(shown).join('\n\n'));
    }
    if (verb !== 'accept' && verb !== 'reject')
      return answer(`"${verb}" is not known; write review, accept or reject.`);
    try {
      await this.review[verb](agentId, path, hash);
      return answer(verb === 'accept' ? `${path} is trusted from now on.` : `${path} is as it was before.`);
    } catch (error) {
      return answer(messageOf(error));
    }
  }
}

/** What is too long to be seen here is not accepted here. */
function shown({ path, origin, text, hash, unreadable }: UnreviewedFile): string {
  if (unreadable !== undefined)
    return `${path} (${origin})\n[can't be shown: ${unreadable}]\n/memory reject ${path} ${hash}`;
  const isWhole = text.length <= MAX_TEXT;
  return [
    `${path} (${origin})`,
    isWhole
      ? text
      : `${cutText(text, MAX_TEXT, { mark: '' })}\n[… too long for a chat: openclaw memory review shows it whole]`,
    ...(isWhole ? [`/memory accept ${path} ${hash} or /memory reject ${path} ${hash}`] : []),
  ].join('\n');
}
