import { randomUUID } from 'node:crypto';
import type { Tint } from '../common/cli/terminal-style';
import { messageOf } from '../common/openclaw-error';
import { shortId } from '../common/short-id';
import type { GatewayAddress } from '../gateway/client/with-gateway';
import type { EventFrame } from '../gateway/protocol/frames';
import type { HelloOk } from '../gateway/protocol/hello';
import type { PendingApproval } from '../tools/approvals/pending-approval';
import { readApproval } from '../tools/approvals/read-approval';
import { ConversationController } from './conversation/conversation-controller';
import { ConversationView } from './conversation/conversation-view';
import { GatewayLink } from './gateway-link';
import { readLocalCommand } from './local-commands';
import { Dashboard } from './panels/dashboard';
import { type Overlay, Reading, keysOverlay } from './panels/overlay';
import { modelPicker, sessionPicker } from './panels/pickers';
import { type Answer, QuestionPanel, answeredText } from './panels/question-panel';
import { type PressedKey, TerminalScreen } from './screen/terminal-screen';
import { type Notice, composeFrame } from './tui-frame';
import { Writing } from './writing';

/** Least time between two pictures while something streams, in milliseconds. */
const FRAME_MS = 40;
const SECOND = 1000;
/** What changes on the dashboard without being told of, such as cost. */
const DASHBOARD_MS = 10_000;

/** The full-screen client: what was pressed and what the gateway tells become the next picture. */
export class TuiApp {
  private readonly link: GatewayLink;
  private readonly controller: ConversationController;
  private readonly view: ConversationView;
  private readonly screen: TerminalScreen;
  private readonly writing = new Writing(() => this.controller.conversation.saidByUser);
  private readonly questions = new QuestionPanel();
  private overlay: Overlay | undefined;
  private offline: string | undefined;
  private notice: Notice | undefined;
  private commands: string[] = [];
  private version = '';
  private pasted: string | undefined;
  private isLeaving = false;
  private frameTimer: NodeJS.Timeout | undefined;
  private clock: NodeJS.Timeout | undefined;
  private leave!: () => void;

  constructor(address: GatewayAddress, options: { key: string; agentId?: string; timeoutMs?: number }) {
    this.link = new GatewayLink(
      address,
      {
        event: (event) => this.receive(event),
        online: (hello) => this.online(hello),
        offline: (reason) => this.changed(() => (this.offline = reason)),
      },
      options.timeoutMs,
    );
    this.controller = new ConversationController(this.link, options, {
      changed: () => this.changed(),
      grownInFront: () => this.view.grownInFront(),
      failed: (error) => this.say(error, 'bad'),
    });
    this.view = new ConversationView(this.controller.conversation);
    this.screen = new TerminalScreen({ key: (key) => this.pressed(key), resized: () => this.changed() });
  }

  /** Until somebody leaves. @throws OpenclawError where there is no gateway to begin with */
  async run(): Promise<void> {
    await this.link.open();
    this.screen.open();
    const left = new Promise<void>((resolve) => (this.leave = resolve));
    const ended = (): void => this.leave();
    for (const signal of SIGNALS) process.once(signal, ended);
    process.stdin.once('end', ended);
    this.changed();
    try {
      await left;
    } finally {
      this.close();
      clearTimeout(this.frameTimer);
      clearInterval(this.clock);
      for (const signal of SIGNALS) process.off(signal, ended);
      process.stdin.off('end', ended);
      this.screen.close();
      this.link.close();
    }
  }

  private online(hello: HelloOk): void {
    this.version = hello.server.version;
    this.changed(() => (this.offline = undefined));
    const { conversation } = this.controller;
    this.controller.online(hello);
    if (this.controller.conversation !== conversation) this.view.show(this.controller.conversation);
    void this.attempt(async () => {
      this.questions.read(await this.link.call<PendingApproval[]>('exec.approval.list', {}));
      this.preferOwnQuestion();
      const { commands } = await this.link.call<{ commands: { name: string }[] }>('commands.list', { scope: 'text' });
      this.commands = commands.map(({ name }) => `/${name}`);
    });
  }

  private receive(event: EventFrame): void {
    if (event.event === 'exec.approval.requested') this.questions.asked(event.payload as PendingApproval);
    else if (event.event === 'exec.approval.resolved') {
      const { id, decision, resolvedBy } = event.payload as { id: string; decision: string; resolvedBy: string };
      this.questions.resolved(id);
      this.say(answeredText(decision, resolvedBy));
    } else {
      this.controller.receive(event);
      return;
    }
    this.preferOwnQuestion();
    this.changed();
  }

  private preferOwnQuestion(): void {
    if (!this.questions.hasFocus) this.questions.prefer((key) => key === this.controller.conversation.key);
  }

  private pressed(key: PressedKey): void {
    const isStop = key.ctrl === true && key.name === 'c';
    if (!isStop) this.isLeaving = false;
    this.notice = undefined;
    if (key.name === 'paste-start') this.pasted = '';
    else if (key.name === 'paste-end') {
      const text = this.pasted ?? '';
      this.pasted = undefined;
      if (!this.overlay && !this.questions.hasFocus) this.writing.input.insert(text);
    } else if (this.pasted !== undefined) this.pasted += key.text;
    else if (isStop) this.interrupt();
    else if (key.ctrl && key.name === 'l') this.screen.forget();
    else if (key.ctrl && key.name === 'z') this.screen.suspend();
    else if (this.overlay) {
      const { overlay } = this;
      // What was chosen may have opened another one.
      if (overlay.key(key) && this.overlay === overlay) this.close();
    } else if (this.questions.hasFocus) {
      const answer = this.questions.key(key);
      if (answer) this.answer(answer);
    } else if (!this.shortcut(key) && !this.scrolled(key)) {
      const text = this.writing.key(key);
      if (text !== undefined) this.submit(text);
    }
    this.draw();
  }

  /** Stops what goes on; without anything to stop, it clears what was written, and then leaves. */
  private interrupt(): void {
    if (this.overlay) this.close();
    else if (this.questions.hasFocus) this.questions.hasFocus = false;
    else if (this.isLeaving) this.leave();
    else if (this.controller.conversation.busySince !== undefined) {
      this.isLeaving = true;
      this.stop();
    } else if (this.writing.input.text !== '') this.writing.input.set('');
    else {
      this.isLeaving = true;
      this.say('Ctrl-C again leaves');
    }
  }

  private stop(): void {
    this.say('stopping the answer');
    void this.attempt(() => this.controller.stop());
  }

  private shortcut({ name, ctrl }: PressedKey): boolean {
    if (name === 'escape') {
      if (this.controller.conversation.busySince !== undefined) this.stop();
      return true;
    }
    if (name === 'tab') {
      if (this.writing.input.text.startsWith('/')) this.complete();
      else this.questions.focus();
      return true;
    }
    if (!ctrl) return false;
    if (name === 'd' && this.writing.input.text === '') this.leave();
    else if (name === 'o') void this.attempt(() => this.chooseSession());
    else if (name === 'n') this.open(newSessionKey());
    else if (name === 'p') void this.attempt(() => this.chooseModel());
    else if (name === 'g') this.openDashboard();
    else if (name === 't') this.view.toggleCards();
    else return false;
    return true;
  }

  private scrolled({ name, ctrl }: PressedKey): boolean {
    const page = Math.max(1, this.screen.rows - 6);
    if (name === 'pageup') this.view.scroll(page);
    else if (name === 'pagedown') this.view.scroll(-page);
    else if (name === 'end' && ctrl) this.view.toEnd();
    else return false;
    return true;
  }

  private complete(): void {
    const others = this.writing.complete(this.commands);
    if (others.length > 0) this.say(others.join('  '));
  }

  private submit(text: string): void {
    const command = text.startsWith('/') ? readLocalCommand(text) : undefined;
    switch (command?.name) {
      case undefined:
        this.view.toEnd();
        this.controller.say(text);
        break;
      case 'sessions':
        void this.attempt(() => this.chooseSession());
        break;
      case 'session':
        this.open(command.key);
        break;
      case 'new-session':
        this.open(newSessionKey());
        break;
      case 'model':
        void this.attempt(() => this.chooseModel());
        break;
      case 'dashboard':
        this.openDashboard();
        break;
      case 'tools':
        this.view.toggleCards();
        break;
      case 'keys':
        this.overlay = keysOverlay();
        break;
      case 'approve':
        this.approve(command.text);
        break;
      case 'wrong':
        this.say(command.why, 'bad');
        break;
      case 'exit':
        this.leave();
    }
  }

  private open(key: string): void {
    this.controller.open(key);
    this.view.show(this.controller.conversation);
    this.preferOwnQuestion();
    this.changed();
  }

  private async chooseSession(): Promise<void> {
    this.overlay = await sessionPicker(this.link, this.controller.conversation.key, (key) =>
      this.open(key ?? newSessionKey()),
    );
  }

  private async chooseModel(): Promise<void> {
    const { conversation } = this.controller;
    this.overlay = await modelPicker(this.link, conversation.model, (model) => {
      void this.attempt(async () => {
        await this.link.call('sessions.patch', { key: conversation.key, model });
        this.say(`this conversation uses ${model} now`);
        this.controller.refresh();
      });
    });
  }

  private openDashboard(): void {
    const dashboard = new Dashboard();
    const read = (): void =>
      void this.attempt(() => dashboard.read((method, params) => this.link.call(method, params)));
    const timer = setInterval(read, DASHBOARD_MS);
    this.overlay = new Reading((columns) => dashboard.lines(columns, this.version), {
      hint: 'r reads it again · ',
      keys: { r: read },
      close: () => clearInterval(timer),
    });
    read();
  }

  private close(): void {
    this.overlay?.close?.();
    this.overlay = undefined;
  }

  private approve(text: string): void {
    const { id, decision, reason } = readApproval(text);
    if (id === undefined || decision === undefined)
      return this.say('write /approve <id> and one of allow-once, allow-session, allow-always, deny', 'bad');
    void this.attempt(async () => {
      await this.link.call('exec.approval.resolve', { id, decision, ...(reason ? { reason } : {}) });
    });
  }

  private answer({ id, hash, decision }: Answer): void {
    void this.attempt(async () => {
      await this.link.call('exec.approval.resolve', { id, hash, decision });
    });
  }

  /** What fails is said; nothing of it ends the client. */
  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.say(messageOf(error), 'bad');
    }
    this.changed();
  }

  private say(text: string, tint?: Tint): void {
    this.changed(() => (this.notice = { text, ...(tint === undefined ? {} : { tint }) }));
  }

  /** The next picture is due; many changes in a row make one. */
  private changed(change?: () => void): void {
    change?.();
    this.frameTimer ??= setTimeout(() => this.draw(), FRAME_MS);
  }

  private draw(): void {
    clearTimeout(this.frameTimer);
    this.frameTimer = undefined;
    const { conversation } = this.controller;
    let isAtTop = false;
    const frame = composeFrame({
      columns: this.screen.columns,
      rows: this.screen.rows,
      conversation,
      offline: this.offline,
      notice: this.notice,
      input: this.writing.input,
      overlay: this.overlay && ((columns, rows) => this.overlay?.lines(columns, rows) ?? []),
      question: (columns, most) => this.questions.lines(columns, most),
      hasQuestionFocus: this.questions.hasFocus,
      body: (columns, rows) => {
        const part = this.view.lines(columns, rows);
        ({ isAtTop } = part);
        return part.lines;
      },
      isAtEnd: this.view.isAtEnd,
      now: Date.now(),
    });
    this.screen.draw(frame);
    if (isAtTop && !this.view.isAtEnd) void this.controller.readOlder();
    this.tick(conversation.busySince !== undefined);
  }

  /** Seconds are counted while there are any to count. */
  private tick(isBusy: boolean): void {
    if (isBusy) this.clock ??= setInterval(() => this.draw(), SECOND);
    else {
      clearInterval(this.clock);
      this.clock = undefined;
    }
  }
}

const SIGNALS = ['SIGTERM', 'SIGHUP'] as const;

const newSessionKey = (): string => `tui-${shortId(randomUUID())}`;
