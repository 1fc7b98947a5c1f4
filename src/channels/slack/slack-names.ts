import { settlesWithin } from '../../common/sleep';
import { objectsOf, wordsOf } from '../../common/loose-json';
import { RecentMap } from '../../common/recent-map';
import type { SlackNaming } from './content/slack-markup';
import type { SlackCalls } from './slack-calls';

const MOST_REMEMBERED = 1000;
/** Names that one message asks for. */
const MOST_AT_ONCE = 25;
/** A message does not wait longer for the name of whoever wrote it. */
const PATIENCE_MS = 1500;

/** Names of people and channels, asked for once. */
export class SlackNames {
  private readonly people = new RecentMap<string, { name: string; username?: string } | undefined>(MOST_REMEMBERED);
  private readonly channels = new RecentMap<string, string | undefined>(MOST_REMEMBERED);
  /** Groups of people, asked for once, all together. */
  private groups: Map<string, string> | undefined;
  /** What texts are read with. */
  readonly naming: SlackNaming = {
    person: (id) => this.people.get(id)?.name,
    channel: (id) => this.channels.get(id),
    group: (id) => this.groups?.get(id),
  };

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
  async learn(people: readonly string[], channels: readonly string[], groups: readonly string[] = []): Promise<void> {
    const fresh = (ids: readonly string[], known: ReadonlyMap<string, unknown>): string[] =>
      [...new Set(ids)].filter((id) => !known.has(id)).slice(0, MOST_AT_ONCE);
    const asked = [
      ...fresh(
        people.filter((id) => /^[UW]\w+$/.test(id)),
        this.people,
      ).map((id) => this.learnPerson(id)),
      ...fresh(channels, this.channels).map((id) => this.learnChannel(id)),
      ...(groups.length > 0 && !this.groups ? [this.learnGroups()] : []),
    ];
    if (asked.length > 0) await settlesWithin(Promise.all(asked), PATIENCE_MS);
  }

  private async learnPerson(id: string): Promise<void> {
    const answer = await this.calls.ask(this.account, 'users.info', { user: id }).catch(() => undefined);
    const user = answer?.['user'] as
      { name?: string; real_name?: string; profile?: { display_name?: string } } | undefined;
    const name = user?.profile?.display_name || user?.real_name || user?.name;
    this.people.set(id, name ? { name, ...(user?.name ? { username: user.name } : {}) } : undefined);
  }

  /** Where the app may not see groups, they are called by what the message calls them. */
  private async learnGroups(): Promise<void> {
    this.groups = new Map();
    const answer = await this.calls.ask(this.account, 'usergroups.list', {}).catch(() => undefined);
    for (const { id, handle } of objectsOf(answer?.['usergroups']))
      if (wordsOf(id) && wordsOf(handle)) this.groups.set(wordsOf(id), wordsOf(handle));
  }

  private async learnChannel(id: string): Promise<void> {
    const answer = await this.calls.ask(this.account, 'conversations.info', { channel: id }).catch(() => undefined);
    this.channels.set(id, (answer?.['channel'] as { name?: string } | undefined)?.name);
  }
}
