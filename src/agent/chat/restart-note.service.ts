import { Injectable } from '@nestjs/common';
import { storedOrigin } from '../../common/content-parts';
import { type Logger, LoggerFactory } from '../../common/logger';
import { defaultAgentId } from '../../config/agent-entries';
import { ConfigService } from '../../config/config.service';
import { mainSessionKey } from '../../config/main-session';
import { RestartSentinel } from '../../config/restart-sentinel';
import { canonicalSessionKey } from '../../sessions/session-key';
import { SessionStore } from '../../sessions/session.store';
import { DirectAnswerService } from './direct-answer.service';

/** After a restart that a client asked for: tells the session that asked, else the main one. */
@Injectable()
export class RestartNoteService {
  private readonly log: Logger;

  constructor(
    private readonly config: ConfigService,
    private readonly sessions: SessionStore,
    private readonly direct: DirectAnswerService,
    loggers: LoggerFactory,
  ) {
    this.log = loggers.child('agent/restart-note');
  }

  async tell(): Promise<void> {
    const sentinel = new RestartSentinel(this.config.stateDir);
    const note = sentinel.read();
    if (note) {
      const { config } = this.config;
      const spelledKey = note.sessionKey ?? mainSessionKey(config, defaultAgentId(config));
      const sessionKey = canonicalSessionKey(config, spelledKey);
      const session = await this.sessions.find(sessionKey);
      const text = `The gateway restarted (${note.stats.mode}).${note.message ? ` ${note.message}` : ''}`;
      if (session)
        await this.direct.inject(sessionKey, spelledKey, text, { origin: storedOrigin(note.origin, 'gateway') });
      this.log.info({ reason: note.stats.mode, sessionKey, told: session !== undefined }, 'back after a restart');
    }
    sentinel.remove();
  }
}
