import { Injectable } from '@nestjs/common';
import { PlanMode } from '../../tools/plan/plan-mode.service';
import { type ChatCommand, type CommandCall, type CommandEffect, ProvidesChatCommands, answer } from './chat-command';

/** `/plan`. */
@Injectable()
@ProvidesChatCommands()
export class PlanCommands {
  readonly commands: readonly ChatCommand[] = [
    {
      name: 'plan',
      usage: '[task] | on | off',
      summary: 'have a plan made and approve it before anything is changed',
      category: 'session',
      right: 'owner',
      isRepeatable: true,
      run: (call) => this.plan(call),
    },
  ];

  constructor(private readonly plans: PlanMode) {}

  private async plan({ args, sessionKey, agentId }: CommandCall): Promise<CommandEffect> {
    const word = args.trim().toLowerCase();
    if (word === '')
      return answer(
        `Plan mode is ${(await this.plans.isOn(sessionKey)) ? 'on: nothing is changed before you approve a plan' : 'off'}. Write /plan <task>, /plan on or /plan off.`,
      );
    if (word === 'off') {
      await this.plans.set(sessionKey, agentId, false);
      return answer('Plan mode is off.');
    }
    await this.plans.set(sessionKey, agentId, true);
    return word === 'on'
      ? answer('Plan mode is on: nothing is changed before you approve a plan.')
      : { kind: 'continue', text: args };
  }
}
