import { commandLine } from '../common/cli/own-commands';
import { messageOf } from '../common/openclaw-error';
import { ConfigInvalidError } from '../config/config-error';
import type { Environment } from '../config/environment';
import { loadConfig } from '../config/load-config';
import type { OpenclawConfig } from '../config/openclaw.config';
import { gatewayPort, uiPort } from '../config/ports';
import { expandPath, resolveConfigPath, resolveStateDir } from '../config/state-paths';
import { defaultAgentId } from '../config/agent-entries';
import { installService, serviceManager } from '../operations/service/install-service';
import { workspacePath } from '../workspace/workspace-path';
import { applyPlan } from './apply-plan';
import { askChannels } from './channel-step';
import { isRunning, say, startHere, untilReady } from './first-message';
import { ModelStep } from './model-step';
import { OnboardingDraft } from './onboarding-draft';
import { BINDS, type Bind, EMPTY_PLAN, type OnboardingPlan, planLines } from './onboarding-plan';
import { LeftError, Questions, WentBack } from './questions';
import { Trials } from './trials';

export const SECTIONS = ['model', 'workspace', 'gateway', 'channels', 'service'] as const;
export type Section = (typeof SECTIONS)[number];

const MAX_PORT = 65_535;
const BIND_HINTS: Readonly<Record<Bind, string>> = {
  loopback: 'this machine only',
  lan: 'every network of this machine; needs a token or password',
  tailnet: 'its Tailscale address',
  auto: 'Tailscale where it is there, else this machine only',
};

/** The set-up on a terminal. Nothing but the draft of the answers is written before the last question. */
export class Wizard {
  private readonly stateDir: string;
  private readonly config: OpenclawConfig;
  private readonly draft: OnboardingDraft;
  private readonly trials: Trials;
  private plan: OnboardingPlan = EMPTY_PLAN;

  private constructor(
    private readonly env: Environment,
    private readonly questions: Questions,
    private readonly command: string,
  ) {
    this.stateDir = resolveStateDir(env);
    env.loadOwnDotenv(this.stateDir);
    const path = resolveConfigPath(env, this.stateDir);
    const { config, issues } = loadConfig(path, env);
    if (issues.length > 0) throw new ConfigInvalidError(path, issues);
    this.config = config;
    this.draft = new OnboardingDraft(this.stateDir);
    this.trials = new Trials(env);
  }

  /**
   * @param sections asked for; all of them with the first message, or those that the person names
   * @throws LeftError
   */
  static async run(env: Environment, command: string, sections: readonly Section[]): Promise<void> {
    const questions = await Questions.open();
    try {
      const wizard = new Wizard(env, questions, command);
      await (sections.length === SECTIONS.length ? wizard.onboard() : wizard.configure(sections));
    } catch (error) {
      throw error instanceof WentBack ? new LeftError() : error;
    } finally {
      questions.close();
    }
  }

  private async onboard(): Promise<void> {
    this.questions.begin('Set up OpenClaw');
    this.questions.say(
      'An assistant that can use tools acts with your rights. Give it a machine, accounts and people that you trust it with.\nEsc goes back, Ctrl-C leaves; what you have answered is kept, keys are not.',
    );
    const start = await this.resumed();
    let at = start;
    try {
      await this.ask([...SECTIONS.map((name) => this.steps[name]), () => this.confirm()], start, (step) => {
        at = step;
        this.draft.keep({ step, plan: this.plan });
      });
    } catch (error) {
      if (error instanceof LeftError) this.draft.keep({ step: at, plan: this.plan });
      throw error;
    }
    this.draft.forget();
    const wasRunning = await isRunning(this.env);
    await this.write();
    try {
      await this.firstMessage(wasRunning);
    } catch (error) {
      // All is written; whoever leaves now has what was wanted.
      if (!(error instanceof LeftError || error instanceof WentBack)) throw error;
    }
    this.questions.end(
      `Done. The Control UI: ${commandLine('dashboard')}; a look at everything: ${commandLine('status')}`,
    );
  }

  private async configure(wanted: readonly Section[]): Promise<void> {
    this.questions.begin('Change the set-up');
    const sections =
      wanted.length > 0
        ? wanted
        : [
            await this.questions.choose(
              'Which part?',
              SECTIONS.map((value) => ({ value, label: value })),
            ),
          ];
    await this.ask([...sections.map((name) => this.steps[name]), () => this.confirm()], 0, () => undefined);
    await this.write();
    this.questions.end('Done.');
  }

  private readonly steps: Readonly<Record<Section, () => Promise<void>>> = {
    model: async () => {
      const ports = [gatewayPort(this.config, this.env), uiPort(this.env)];
      const answer = await new ModelStep(this.questions, this.trials, this.env, this.config, ports).ask();
      const { model: _model, withoutModel: _without, ...rest } = this.plan;
      this.plan = answer === 'kept' ? rest : { ...rest, ...answer };
    },
    workspace: async () => {
      const current = workspacePath(this.config, this.env, this.stateDir, defaultAgentId(this.config));
      const typed = await this.questions.text('Folder of the assistant', this.plan.workspace ?? current, (text) =>
        text === '' ? 'a folder' : undefined,
      );
      const path = expandPath(typed, this.env.home);
      const { workspace: _workspace, ...rest } = this.plan;
      this.plan = path === current ? rest : { ...rest, workspace: path };
    },
    gateway: async () => {
      const current = gatewayPort(this.config, this.env);
      const port = await this.questions.text('Port of the gateway', String(this.plan.port ?? current), (text) =>
        /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PORT
          ? undefined
          : `a number from 1 to ${MAX_PORT}`,
      );
      const now = (this.config.gateway?.bind ?? 'loopback') as Bind;
      const bind = await this.questions.choose<Bind>(
        'Who may reach it?',
        BINDS.map((value) => ({ value, label: value, hint: BIND_HINTS[value] })),
        this.plan.bind ?? now,
      );
      const { port: _port, bind: _bind, ...rest } = this.plan;
      this.plan = {
        ...rest,
        ...(Number(port) === current ? {} : { port: Number(port) }),
        ...(bind === now ? {} : { bind }),
      };
    },
    channels: async () => {
      this.plan = { ...this.plan, channels: await askChannels(this.questions, this.trials, this.config) };
    },
    service: async () => {
      const isInstalled = ((): boolean | undefined => {
        try {
          return serviceManager(this.env).isInstalled;
        } catch {
          return undefined;
        }
      })();
      if (isInstalled !== false) return;
      const service = await this.questions.confirm(
        'Start the gateway with this machine, as a service?',
        this.plan.service,
      );
      this.plan = { ...this.plan, service };
    },
  };

  /** @returns the step to begin with */
  private async resumed(): Promise<number> {
    const draft = this.draft.read();
    if (draft === undefined || draft.step === 0) return 0;
    if (!(await this.questions.confirm('Go on where you left?'))) return 0;
    this.plan = draft.plan;
    // Tokens were not kept.
    return Math.min(draft.step, SECTIONS.indexOf('channels'));
  }

  private ask(steps: readonly (() => Promise<void>)[], start: number, onStep: (step: number) => void): Promise<void> {
    return this.questions.walk(steps, start, onStep);
  }

  private async confirm(): Promise<void> {
    const lines = planLines(this.plan);
    this.questions.show('What is going to change', lines.length > 0 ? lines : ['nothing']);
    if (!(await this.questions.confirm('Write it?'))) throw new LeftError();
  }

  private async write(): Promise<void> {
    const { configPath, workspace } = await applyPlan(this.env, this.plan, this.command);
    this.questions.say(`Written: ${configPath}\nWorkspace: ${workspace}`);
    if (!this.plan.service) return;
    try {
      const { manager, state, notes } = await installService(this.env, {});
      this.questions.say([`${manager}: ${state}`, ...notes].join('\n'));
    } catch (error) {
      this.questions.warn(`the service was not installed: ${messageOf(error)}`);
    }
  }

  private async firstMessage(wasRunning: boolean): Promise<void> {
    const model = this.plan.model?.isPrimary ? this.plan.model.model : undefined;
    const isThere = this.plan.service || wasRunning;
    if (!isThere && !(await this.questions.confirm('Start the gateway now, in this terminal?'))) {
      this.questions.say(`Start it with: ${commandLine('gateway run')}`);
      return;
    }
    const message = await this.questions.text('Say something to it', 'Hello! What can you do for me?');
    const child = isThere ? undefined : startHere(this.env);
    await untilReady(this.env, model, () => child !== undefined && child.exitCode !== null);
    if (message !== '') await say(this.env, message);
    if (child === undefined) return;
    this.questions.say('The gateway runs in this terminal until you press Ctrl-C.');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}
