import { type RawBuilder, sql } from 'kysely';
import { dayIn } from '../../common/zoned-time';
import { type Dialect, databaseNow } from '../../storage/dialect';
import type { Schema } from '../../storage/schema';

const DAY_MS = 86_400_000;
/** Steps of ended turns are large and only of use for looking back. */
const KEEP_STEPS_DAYS = 30;
const STEPS_WINDOW_DAYS = 14;
/** Rows that go in one transaction: nobody waits for longer than some milliseconds. */
const AT_ONCE = 500;
/** The same of pictures. */
const BLOBS_AT_ONCE = 10;

export interface RetentionTimes {
  now: number;
  /** Of `maintenance.keepDays`: what is older goes. Milliseconds since 1970. */
  oldest: number;
  oldestSteps: number;
  /** The first day, YYYY-MM-DD, that is kept call by call. */
  oldestDay: string;
}

export function retentionTimes(now: number, keepDays: number): RetentionTimes {
  const oldest = now - keepDays * DAY_MS;
  return {
    now,
    oldest,
    oldestSteps: now - Math.min(keepDays, KEEP_STEPS_DAYS) * DAY_MS,
    // A day earlier: days are those of the person's time zone.
    oldestDay: dayIn(oldest - DAY_MS, 'UTC'),
  };
}

/** A rule: statements of one transaction, repeated until the first of them changes nothing any more. */
export interface RetentionRule {
  table: keyof Schema;
  statements(times: RetentionTimes, dialect: Dialect): RawBuilder<unknown>[];
}

/** Conversations that ended long ago, and that no session has. */
const ended = (oldest: number): RawBuilder<unknown> => sql`select ended.session_id from ended_conversations as ended
  where ended.ended_at < ${oldest} and not exists (select 1 from sessions where sessions.session_id = ended.session_id)`;
/** The first of those that still has something in a table. */
const endedWith = (table: string, oldest: number): RawBuilder<unknown> => sql`${ended(oldest)}
  and exists (select 1 from ${sql.table(table)} as kept where kept.session_id = ended.session_id)
  order by ended.ended_at limit 1`;
/** A hook that named no session has one of its own: each `_` is a character of its number. */
const HOOK_OF_ITS_OWN = '%:hook:________-____-____-____-____________';

/** In this order: what others refer to goes after them. */
export const RETENTION: readonly RetentionRule[] = [
  {
    // Only those of the last weeks are looked through; with what is older the turns themselves go.
    table: 'turn_steps',
    statements: ({ oldestSteps }) => [
      sql`delete from turn_steps where run_id in (select run_id from turns where state = 'closed'
        and ended_at < ${oldestSteps} and ended_at >= ${oldestSteps - STEPS_WINDOW_DAYS * DAY_MS}
        and exists (select 1 from turn_steps as kept where kept.run_id = turns.run_id)
        order by ended_at limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'turns',
    statements: ({ oldest }) => {
      const over = sql`select run_id from turns where state = 'closed' and ended_at < ${oldest}
        order by ended_at limit ${AT_ONCE}`;
      return [sql`delete from turn_steps where run_id in (${over})`, sql`delete from turns where run_id in (${over})`];
    },
  },
  {
    // By then no platform tells a message again.
    table: 'inbox',
    statements: ({ oldest }) => [
      sql`delete from inbox where seq in (select seq from inbox where received_at < ${oldest}
        and state in ('answered', 'dropped', 'failed', 'quarantined') order by received_at limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'outbox',
    statements: ({ oldest }) => [
      sql`delete from outbox where seq in (select seq from outbox where updated_at < ${oldest}
        and state not in ('pending', 'streaming', 'sending', 'unknown') order by updated_at limit ${AT_ONCE})`,
    ],
  },
  {
    // What is allowed for a conversation stays as long as the conversation.
    table: 'approvals',
    statements: ({ oldest }) => [
      sql`delete from approvals where id in (select id from approvals where created_at < ${oldest}
        and state in ('decided', 'expired', 'used') and not (coalesce(decision, 'deny') in ('allow-session', 'allow-always')
          and exists (select 1 from sessions where sessions.session_id = approvals.session_id))
        order by created_at limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'subagent_runs',
    statements: ({ oldest }) => [
      sql`delete from subagent_runs where run_id in (select run_id from subagent_runs where ended_at < ${oldest}
        and state in ('announced', 'closed') order by ended_at limit ${AT_ONCE})`,
    ],
  },
  {
    // People's conversations stay. What a sub-agent or a single hook did was told where it was asked for.
    table: 'sessions',
    statements: ({ oldest }) => {
      const over = sql`select key from sessions where updated_at < ${oldest}
        and (key like '%:subagent:%' or key like ${HOOK_OF_ITS_OWN})
        and not exists (select 1 from turns where turns.session_key = sessions.key and turns.state = 'running')
        and not exists (select 1 from inbox where inbox.session_key = sessions.key and inbox.state in ('pending', 'running'))
        and not exists (select 1 from subagent_runs where subagent_runs.child_key = sessions.key
          and subagent_runs.state = 'running')
        order by updated_at limit ${AT_ONCE}`;
      return [
        sql`insert into ended_conversations (session_id, ended_at) select session_id, updated_at from sessions
          where key in (${over}) on conflict (session_id) do nothing`,
        sql`delete from sessions where key in (${over})`,
      ];
    },
  },
  {
    table: 'transcript_events',
    statements: ({ oldest }) => [
      sql`delete from transcript_events where session_id = (${endedWith('transcript_events', oldest)})
        and seq in (select seq from transcript_events where session_id = (${endedWith('transcript_events', oldest)})
          order by seq limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'compactions',
    statements: ({ oldest }) => [sql`delete from compactions where session_id = (${endedWith('compactions', oldest)})`],
  },
  {
    table: 'conversation_titles',
    statements: ({ oldest }) => [
      sql`delete from conversation_titles where session_id = (${endedWith('conversation_titles', oldest)})`,
    ],
  },
  {
    table: 'ended_conversations',
    statements: ({ oldest }) => [
      sql`delete from ended_conversations where session_id in (select session_id from ended_conversations
        where ended_at < ${oldest}
        and not exists (select 1 from transcript_events as kept where kept.session_id = ended_conversations.session_id)
        order by ended_at limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'blob_refs',
    statements: () => [
      sql`delete from blob_refs where (owner, hash) in (select owner, hash from blob_refs where
        (owner like 'inbox:%' and not exists (select 1 from inbox where inbox.id = substr(owner, 7)))
        or (owner like 'turn:%' and not exists (select 1 from turn_steps where turn_steps.run_id = substr(owner, 6)))
        or (owner like 'session:%' and not exists (select 1 from transcript_events as kept
          where kept.session_id = substr(owner, 9))
          and not exists (select 1 from ended_conversations as ended where ended.session_id = substr(owner, 9)))
        limit ${AT_ONCE})`,
    ],
  },
  {
    // A day later: who is about to hold a picture may have found it there.
    table: 'blobs',
    statements: ({ now }) => [
      sql`delete from blobs where hash in (select hash from blobs where created_at < ${now - DAY_MS}
        and not exists (select 1 from blob_refs where blob_refs.hash = blobs.hash) limit ${BLOBS_AT_ONCE})`,
    ],
  },
  {
    // Sums stay, so that no total changes; a day at a time.
    table: 'usage_calls',
    statements: ({ oldestDay }) => {
      const day = sql`(select min(day) from usage_calls where state in ('settled', 'lost') and day < ${oldestDay})`;
      return [
        sql`insert into usage_calls (id, at, day, purpose, run_id, session_key, agent_id, sender, job_id, provider, model,
            state, input, output, cache_read, cache_write, cost_micros, input_micros, output_micros, cache_read_micros,
            cache_write_micros, priced, calls)
          select 'sum:' || min(id), min(at), day, purpose, null, session_key, agent_id, sender, job_id, provider, model,
            'summed', sum(input), sum(output), sum(cache_read), sum(cache_write), sum(cost_micros), sum(input_micros),
            sum(output_micros), sum(cache_read_micros), sum(cache_write_micros), priced, sum(calls)
          from usage_calls where state in ('settled', 'lost') and day = ${day}
          group by day, purpose, session_key, agent_id, sender, job_id, provider, model, priced`,
        sql`delete from usage_calls where state in ('settled', 'lost') and day = ${day}`,
      ];
    },
  },
  {
    table: 'cron_runs',
    statements: ({ oldest }) => [
      sql`delete from cron_runs where (job_id, slot) in (select job_id, slot from cron_runs where finished_at < ${oldest}
        order by finished_at limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'webhook_deliveries',
    statements: ({ oldest }) => [
      sql`delete from webhook_deliveries where id in (select id from webhook_deliveries where state = 'failed'
        and created_at < ${oldest} limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'system_events',
    statements: ({ oldest }) => [
      sql`delete from system_events where id in (select id from system_events where created_at < ${oldest}
        and not exists (select 1 from sessions where sessions.key = system_events.session_key) limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'channel_poll_votes',
    statements: ({ oldest }) => [
      sql`delete from channel_poll_votes where (channel, account, poll_id, voter_id) in (
        select channel, account, poll_id, voter_id from channel_poll_votes where voted_at < ${oldest} limit ${AT_ONCE})`,
    ],
  },
  {
    table: 'channel_polls',
    statements: ({ oldest }) => [
      sql`delete from channel_polls where (channel, account, poll_id) in (
        select channel, account, poll_id from channel_polls where updated_at < ${oldest} limit ${AT_ONCE})`,
    ],
  },
  {
    // Of processes of other machines, which ended without letting go.
    table: 'leases',
    statements: (_, dialect) => [sql`delete from leases where expires_at < ${databaseNow(dialect)} - ${DAY_MS}`],
  },
];

/** Tables without a rule above, and why each of them stays small. */
export const BOUNDED: Partial<Record<keyof Schema, string>> = {
  file_origins: 'a row goes with its file, see the chores',
  received_files: 'a row goes with its file, by age and size, see the chores',
  reviewed_texts: 'one for each file of a prompt that holds others’ words; goes when it does not any more',
  git_watches: 'one for each workspace',
  devices: 'one for each paired device; a person removes it',
  device_requests: 'five minutes',
  pairing_requests: 'an hour, three for each account',
  channel_senders: 'one for each person who was let in; a person removes it',
  channel_cursors: 'one for each account',
  gateway_secrets: 'few, made once',
  session_groups: 'a person makes and removes them',
  cron_jobs: 'one for each job; a person or the job itself removes it',
  heartbeats: 'one for each agent',
  hook_requests: 'a day',
  replicas: 'one for each gateway; it goes when that stops, or a day after it was last there',
};
