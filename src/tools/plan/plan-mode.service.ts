import { Injectable } from '@nestjs/common';
import { SessionStore } from '../../sessions/session.store';
import { type AgentToolDeclaration, ToolError } from '../agent-tool';

export const PROPOSE_PLAN = 'propose_plan';

/** What the model is told in a conversation that plans. */
export const PLAN_NOTE = `Plan mode is on: look around with tools that only read, and change nothing. When you know what is to be done, call ${PROPOSE_PLAN} with the whole plan; once it is approved, carry it out.`;

/** Conversations in which nothing is changed before a plan was approved. */
@Injectable()
export class PlanMode {
  constructor(private readonly sessions: SessionStore) {}

  async isOn(sessionKey: string): Promise<boolean> {
    return (await this.sessions.find(sessionKey))?.planMode === true;
  }

  async set(sessionKey: string, agentId: string, isOn: boolean): Promise<void> {
    await this.sessions.upsert(sessionKey, agentId, ({ planMode: _, ...entry }) =>
      isOn ? { ...entry, planMode: true } : entry,
    );
  }

  /** @throws ToolError denied_by_policy for what has to wait for the plan's approval */
  async check({ name, parallel, whilePlanning }: AgentToolDeclaration, sessionKey: string): Promise<void> {
    if (parallel || whilePlanning || !(await this.isOn(sessionKey))) return;
    throw new ToolError(
      'denied_by_policy',
      `${name} has to wait: plan mode is on, and nothing is changed before the plan is approved. Look around with tools that only read, then call ${PROPOSE_PLAN}`,
    );
  }
}
