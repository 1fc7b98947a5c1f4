import type { Generated } from 'kysely';
import type { ChannelCursorTable, ChannelPollTable, ChannelPollVoteTable } from './channel-tables';
import type { Json, Ms } from './column-types';
import type { FileOriginTable, GitWatchTable, ReceivedFileTable, ReviewedTextTable } from './file-tables';
import type { LeaseTable, ReplicaTable } from './replica-tables';

export interface InboxTable {
  /** Order of arrival. */
  seq: Generated<number>;
  id: string;
  channel: string;
  account: string;
  /** Id given by the platform or the client; unique per channel and account. */
  external_id: string;
  session_key: string | null;
  /** Our own id of its run. */
  run_id: string;
  /** What clients call that run: their key, or our id. */
  run_name: string | null;
  /** Run that answers it: its own, or that of the turn it was collected into; of a command: the run that carries it out. */
  turn_id: string | null;
  /** Inbound message: text, sender, route, options. */
  payload: Json;
  /**
   * `command`: a command that waits or is being carried out; the messages after it wait for it. `quarantined`: it could
   * not be worked on, or is an update that could not be handled, as it came.
   */
  state: 'pending' | 'command' | 'running' | 'answered' | 'dropped' | 'failed' | 'quarantined';
  reason: string | null;
  received_at: Ms;
  updated_at: Ms;
}

export interface SessionTable {
  key: string;
  agent_id: string;
  session_id: string;
  label: string | null;
  /** Remaining fields of the session entry. */
  entry: Json;
  created_at: Ms;
  updated_at: Ms;
  /** By what the session is found: key, label, name, subject, folded, a line each. */
  names: string;
  pinned_at: Ms | null;
  archived_at: Ms | null;
  /** When a person last said something in it. */
  interacted_at: Ms | null;
  category: string | null;
}

/** Groups of sessions that people have made, in their order. */
export interface SessionGroupTable {
  name: string;
  position: number;
}

export interface TranscriptTable {
  session_id: string;
  seq: number;
  id: string;
  run_id: string | null;
  kind: string;
  payload: Json;
  created_at: Ms;
}

/** Conversations that no session has any more; they go after a while. */
export interface EndedConversationTable {
  session_id: string;
  ended_at: Ms;
}

/** Bytes of pictures by their SHA-256, each once. */
export interface BlobTable {
  hash: string;
  bytes: Uint8Array;
  created_at: Ms;
}

/** Who holds a blob: `inbox:<id>`, `session:<session id>` or `turn:<run id>`. */
export interface BlobRefTable {
  owner: string;
  hash: string;
}

export interface TurnTable {
  run_id: string;
  kind: Generated<'turn' | 'command'>;
  session_key: string;
  session_id: string;
  agent_id: string;
  state: 'running' | 'closed';
  outcome: string | null;
  reason: string | null;
  /** Result the caller may ask for again: payloads, usage, model. */
  result: Json | null;
  /** What the turn was started with. */
  request: Json;
  /** How often the turn has been picked up; above 1 after a crash. */
  attempt: number;
  /** How often it was picked up with nothing else running beside it. */
  alone: Generated<number>;
  /** Why whoever runs it is asked to end it. */
  stop_asked: Generated<string | null>;
  /** Fencing token of the lane's lease at the last pick-up. */
  fence: number;
  started_at: Ms;
  deadline_at: Ms;
  ended_at: Ms | null;
}

export interface TurnStepTable {
  run_id: string;
  step: number;
  kind: 'model' | 'tool' | 'steer' | 'command';
  /** Tool name or model reference. */
  name: string;
  /** Provider's tool call id for tools. */
  call_id: string | null;
  state: 'started' | 'finished';
  input: Json | null;
  output: Json | null;
  idempotent: number;
  started_at: Ms;
  finished_at: Ms | null;
}

export interface OutboxTable {
  seq: Generated<number>;
  id: string;
  run_id: string;
  part: number;
  channel: string;
  account: string;
  /** Conversation the part goes to, in the channel's own spelling; parts of one target keep their order. */
  target: string;
  route: Json;
  payload: Json;
  state: 'pending' | 'streaming' | 'sending' | 'sent' | 'failed' | 'unknown' | 'uncertain';
  attempts: number;
  next_attempt_at: Ms;
  /** Id given by the platform once sent. */
  platform_id: string | null;
  /** What the channel noted before an attempt whose outcome is not known. */
  mark: string | null;
  /** How far the search for it has come, in the channel's words. */
  searched: string | null;
  /** Sends of it that may have arrived without anybody knowing. */
  copies: Generated<number>;
  error: string | null;
  created_at: Ms;
  updated_at: Ms;
}

export interface DeviceTable {
  device_id: string;
  public_key: string;
  record: Json;
  approved_at: Ms;
  updated_at: Ms;
}

export interface DeviceRequestTable {
  request_id: string;
  device_id: string;
  record: Json;
  created_at: Ms;
}

export interface PairingRequestTable {
  channel: string;
  account: string;
  sender_id: string;
  code: string;
  failed_attempts: number;
  meta: Json;
  created_at: Ms;
  last_seen_at: Ms;
}

export interface ChannelSenderTable {
  channel: string;
  account: string;
  sender_id: string;
  role: 'owner' | 'guest';
  /** What the person is called on the platform, as far as that is known. */
  name: string | null;
  approved_at: Ms;
}

/** Secrets that the gateway makes for itself. */
export interface GatewaySecretTable {
  name: string;
  value: string;
  created_at: Ms;
}

export interface ApprovalTable {
  id: string;
  kind: string;
  request: Json;
  /** `used`: the approved call was started; it is never started a second time. */
  state: 'pending' | 'decided' | 'expired' | 'used';
  decision: string | null;
  resolved_by: string | null;
  created_at: Ms;
  expires_at: Ms;
  decided_at: Ms | null;
  run_id: string | null;
  call_id: string | null;
  session_key: string | null;
  session_id: string | null;
  /** What an "always" covers in this session. */
  target: string | null;
  /** Hash of exactly what was asked for. */
  fingerprint: string | null;
  /** The question that calls of one step were asked in together; null where the call was asked for by itself. */
  question_id: string | null;
  /** Place in that question. */
  position: number | null;
  /** When the call itself came to wait for the answer to a common question. */
  reached_at: Ms | null;
}

export interface SubagentRunTable {
  run_id: string;
  parent_key: string;
  child_key: string;
  record: Json;
  state: 'running' | 'announced' | 'closed';
  created_at: Ms;
  ended_at: Ms | null;
}

export interface CronJobTable {
  id: string;
  agent_id: string;
  name: string;
  enabled: number;
  job: Json;
  next_run_at: Ms | null;
  created_at: Ms;
  updated_at: Ms;
}

export interface CronRunTable {
  job_id: string;
  /** Planned time; a slot is claimed once, also between replicas. */
  slot: Ms;
  state: string;
  reason: string | null;
  run_id: string | null;
  /** What the assistant said, in short. */
  summary: string | null;
  claimed_at: Ms;
  finished_at: Ms | null;
}

/** One model call and what it used, or the sum of a day's calls of long ago. */
export interface UsageCallTable {
  id: string;
  at: Ms;
  /** Day where the person lives, YYYY-MM-DD. */
  day: string;
  purpose: string;
  run_id: string | null;
  session_key: string | null;
  agent_id: string;
  sender: string | null;
  job_id: string | null;
  provider: string;
  model: string;
  /** `reserved`: room held for a call that has not ended; `lost`: paid for, but cut off by a crash; `summed`: several. */
  state: 'reserved' | 'settled' | 'lost' | 'summed';
  input: number;
  output: number;
  cache_read: number;
  cache_write: number;
  /** Millionths of a US dollar. */
  cost_micros: number;
  /** Parts of it, by what the tokens were; all 0 of calls from before they were kept. */
  input_micros: Generated<number>;
  output_micros: Generated<number>;
  cache_read_micros: Generated<number>;
  cache_write_micros: Generated<number>;
  /** 0: the price of the model is not known. */
  priced: number;
  /** How many calls the row stands for. */
  calls: Generated<number>;
}

/** What a conversation was summed up to, from its beginning through an event. */
export interface CompactionTable {
  session_id: string;
  through_seq: number;
  summary: string;
  facts: Json;
  created_at: Ms;
}

/** What each conversation begins with; of those that nobody has asked for, only new ones have it. */
export interface ConversationTitleTable {
  session_id: string;
  title: string;
  /** More of it, folded as all that is looked up. */
  folded: string;
}

/** What the assistant is to be told in a session the next time the gateway speaks up there. */
export interface SystemEventTable {
  id: string;
  session_key: string;
  text: string;
  origin: string | null;
  created_at: Ms;
}

/** The last heartbeat of each agent. */
export interface HeartbeatTable {
  agent_id: string;
  last_run_at: Ms;
  /** Run that goes on. */
  run_id: string | null;
  /** What it last said to people. */
  last_text: string | null;
  last_text_at: Ms | null;
  outcome: Json | null;
}

/** Answers to webhooks with an idempotency key. */
export interface HookRequestTable {
  key: string;
  status: number;
  body: string;
  at: Ms;
}

/** Events on their way to other people's addresses. */
export interface WebhookDeliveryTable {
  id: string;
  /** Name of the target in the configuration. */
  target: string;
  event: string;
  body: string;
  state: 'pending' | 'failed';
  attempts: number;
  next_attempt_at: Ms;
  error: string | null;
  created_at: Ms;
}

export interface Schema {
  inbox: InboxTable;
  sessions: SessionTable;
  session_groups: SessionGroupTable;
  transcript_events: TranscriptTable;
  ended_conversations: EndedConversationTable;
  blobs: BlobTable;
  blob_refs: BlobRefTable;
  turns: TurnTable;
  turn_steps: TurnStepTable;
  outbox: OutboxTable;
  leases: LeaseTable;
  devices: DeviceTable;
  device_requests: DeviceRequestTable;
  pairing_requests: PairingRequestTable;
  channel_senders: ChannelSenderTable;
  gateway_secrets: GatewaySecretTable;
  channel_cursors: ChannelCursorTable;
  channel_polls: ChannelPollTable;
  channel_poll_votes: ChannelPollVoteTable;
  approvals: ApprovalTable;
  file_origins: FileOriginTable;
  reviewed_texts: ReviewedTextTable;
  git_watches: GitWatchTable;
  subagent_runs: SubagentRunTable;
  cron_jobs: CronJobTable;
  cron_runs: CronRunTable;
  usage_calls: UsageCallTable;
  compactions: CompactionTable;
  conversation_titles: ConversationTitleTable;
  system_events: SystemEventTable;
  heartbeats: HeartbeatTable;
  hook_requests: HookRequestTable;
  webhook_deliveries: WebhookDeliveryTable;
  received_files: ReceivedFileTable;
  replicas: ReplicaTable;
}
