import { Injectable } from '@nestjs/common';
import { Redactor } from '../common/redactor';
import { ConfigService } from '../config/config.service';
import { type RpcContext, callerKey, nameOf } from '../rpc/rpc-context';
import { invalidRequest, unavailable } from '../rpc/rpc-error';
import { RpcMethod } from '../rpc/rpc-method';
import { firstSetUp } from './first-set-up';
import { WizardNextParams, WizardSessionParams, WizardStartParams } from './wizard.dto';
import { WizardSession, type WizardState } from './wizard-session';

/** Whoever went away does not keep others from it longer than this. */
const IDLE_MS = 30 * 60_000;

interface Running {
  session: WizardSession;
  owner: string;
  idle: NodeJS.Timeout;
}

/** The first set-up for clients with an interface of their own: they show the questions and bring the answers. */
@Injectable()
export class WizardRpc {
  private running: Running | undefined;

  constructor(
    private readonly config: ConfigService,
    private readonly redactor: Redactor,
  ) {}

  @RpcMethod({
    name: 'wizard.start',
    scope: 'operator.admin',
    params: WizardStartParams,
    summary: 'Begins the first set-up and gives its first question. There is one at a time.',
  })
  async start(
    { mode, workspace }: WizardStartParams,
    { caller }: RpcContext,
  ): Promise<WizardState & { sessionId: string }> {
    if (mode === 'remote')
      throw invalidRequest(
        'invalid wizard.start params: mode "remote" is set up where the client runs (gateway.remote), not on the gateway; use local',
        { details: { code: 'WIZARD_MODE' } },
      );
    const owner = callerKey(caller);
    if (this.running?.session.isRunning && this.running.owner !== owner) throw unavailable('wizard already running');
    this.running?.session.cancel();
    clearTimeout(this.running?.idle);
    const session = new WizardSession((questions) =>
      firstSetUp(questions, {
        config: this.config,
        redactor: this.redactor,
        by: nameOf(caller),
        ...(workspace === undefined ? {} : { workspace }),
      }),
    );
    const idle = setTimeout(() => session.cancel(), IDLE_MS).unref();
    this.running = { session, owner, idle };
    return { sessionId: session.id, ...(await session.state()) };
  }

  @RpcMethod({
    name: 'wizard.next',
    scope: 'operator.admin',
    params: WizardNextParams,
    summary: 'Answers the question that waits, and gives the next one. At the end the configuration is written.',
  })
  async next({ sessionId, answer }: WizardNextParams): Promise<WizardState> {
    const { session, idle } = this.find(sessionId);
    if (!session.isRunning && answer) throw invalidRequest('wizard not running');
    idle.refresh();
    const fault = answer && session.answer(answer.stepId, answer.value);
    if (fault !== undefined) throw invalidRequest(`invalid wizard.next params: answer: ${fault}`);
    return session.state();
  }

  @RpcMethod({
    name: 'wizard.cancel',
    scope: 'operator.admin',
    params: WizardSessionParams,
    summary: 'Ends the set-up; nothing was written.',
  })
  cancel({ sessionId }: WizardSessionParams): unknown {
    const { session } = this.find(sessionId);
    session.cancel();
    return session.facts();
  }

  @RpcMethod({
    name: 'wizard.status',
    scope: 'operator.admin',
    params: WizardSessionParams,
    summary: 'Whether a set-up goes on, or how it ended.',
  })
  status({ sessionId }: WizardSessionParams): unknown {
    return this.find(sessionId).session.facts();
  }

  private find(sessionId: string): Running {
    if (this.running?.session.id !== sessionId)
      throw invalidRequest('wizard not found', { details: { code: 'WIZARD_NOT_FOUND' } });
    return this.running;
  }
}
