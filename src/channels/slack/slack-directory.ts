import { ChannelSendError } from '../channel-adapter';
import type { GroupMembers } from '../group-members';
import { type NamedPlace, namedTarget, onlyPlace } from '../named-target';

const PAGE = 1000;
const MOST_PAGES = 20;
const CHANNEL_PREFIX = /^channel:/;

interface Channel {
  id: string;
  name?: string;
}

interface Person {
  id: string;
  name?: string;
  real_name?: string;
  deleted?: boolean;
  profile?: { display_name?: string; real_name?: string };
}

/** A question to the platform that may be put again; undefined where it is refused. */
export interface SlackQuestions {
  ask(account: string, method: string, params: Record<string, unknown>): Promise<Record<string, unknown> | undefined>;
}

/** Channels and people by name. */
export class SlackDirectory {
  constructor(private readonly calls: SlackQuestions) {}

  /** Id of a channel or person; a target that is no name is its own answer. @throws ChannelSendError */
  async idOf(account: string, target: string): Promise<string> {
    const named = namedTarget(target);
    if (!named) return target;
    const found = named.kind === 'channel' ? this.channels(account, named.name) : this.people(account, named.name);
    return onlyPlace(target, await found);
  }

  /** Who is in a channel. @throws ChannelSendError */
  async members(account: string, channel: string, limit: number): Promise<GroupMembers> {
    const id = (await this.idOf(account, channel)).replace(CHANNEL_PREFIX, '');
    const ids = await this.all<string>(account, 'conversations.members', 'members', { channel: id });
    const people = new Map(
      (await this.all<Person>(account, 'users.list', 'members', {})).map((each) => [each.id, each]),
    );
    const members = ids.slice(0, limit).map((member) => {
      const { real_name: real, name } = people.get(member) ?? {};
      const shown = real ?? name;
      return { id: member, ...(shown === undefined ? {} : { name: shown }) };
    });
    return { members, ...(ids.length > limit ? { without: `${ids.length - limit} more` } : {}) };
  }

  private async channels(account: string, name: string): Promise<NamedPlace[]> {
    const types = { types: 'public_channel,private_channel', exclude_archived: true };
    const all = await this.all<Channel>(account, 'users.conversations', 'channels', types);
    return all
      .filter((channel) => channel.name?.toLowerCase() === name)
      .map((channel) => ({ to: channel.id, label: `#${channel.name ?? ''}` }));
  }

  private async people(account: string, name: string): Promise<NamedPlace[]> {
    const all = await this.all<Person>(account, 'users.list', 'members', {});
    const namesOf = ({ name: handle, real_name: real, profile }: Person): (string | undefined)[] => [
      handle,
      real,
      profile?.display_name,
      profile?.real_name,
    ];
    return all
      .filter((person) => !person.deleted && namesOf(person).some((each) => each?.toLowerCase() === name))
      .map((person) => ({
        to: person.id,
        label: `${person.real_name ?? person.name ?? ''} @${person.name ?? ''}`,
        isHandle: person.name?.toLowerCase() === name,
      }));
  }

  private async all<T>(account: string, method: string, part: string, params: object): Promise<T[]> {
    const found: T[] = [];
    let cursor = '';
    for (let page = 0; page < MOST_PAGES; page++) {
      const answer = await this.calls.ask(account, method, { ...params, limit: PAGE, ...(cursor ? { cursor } : {}) });
      if (!answer) throw new ChannelSendError('refused', `Slack does not let the app call ${method}; give an id`);
      found.push(...((answer[part] as T[] | undefined) ?? []));
      cursor = (answer['response_metadata'] as { next_cursor?: string } | undefined)?.next_cursor ?? '';
      if (cursor === '') break;
    }
    return found;
  }
}
