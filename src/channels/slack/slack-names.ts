import { settlesWithin } from '../../common/sleep';
import type { SlackCalls } from './slack-calls';

const MOST_REMEMBERED = 1000;
/** A message does not wait longer for the name of whoever wrote it. */
const PATIENCE_MS = 1500;

/** Names of people and channels, asked for once. */
export class SlackNames {
  private readonly people = new Map<string, { name: string; username?: string } | undefined>();
  private readonly channels = new Map<string, string | undefined>();

  constructor(
    private readonly calls: SlackCalls,
    private readonly account: string,
  ) {}

  person(id: string): { name: string; username?: string } | undefined {
    return this.people.get(id);
  }

  channel(id: string): string | undefined {
    return this.channels.get(id);
  }

  /** Resolves when the names that a message needs are known, or can't be had soon. */
  async learn(people: readonly string[], channel: string | undefined): Promise<void> {
    const asked = [
      ...people.filter((id) => /^[UW]\w+$/.test(id) && !this.people.has(id)).map((id) => this.learnPerson(id)),
      ...(channel !== undefined && !this.channels.has(channel) ? [this.learnChannel(channel)] : []),
    ];
    if (asked.length > 0) await settlesWithin(Promise.all(asked), PATIENCE_MS);
  }

  private async learnPerson(id: string): Promise<void> {
    const answer = await this.calls.ask(this.account, 'users.info', { user: id }).catch(() => undefined);
    const user = answer?.['user'] as
      { name?: string; real_name?: string; profile?: { display_name?: string } } | undefined;
    const name = user?.profile?.display_name || user?.real_name || user?.name;
    remember(this.people, id, name ? { name, ...(user?.name ? { username: user.name } : {}) } : undefined);
  }

  private async learnChannel(id: string): Promise<void> {
    const answer = await this.calls.ask(this.account, 'conversations.info', { channel: id }).catch(() => undefined);
    remember(this.channels, id, (answer?.['channel'] as { name?: string } | undefined)?.name);
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= MOST_REMEMBERED) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}
