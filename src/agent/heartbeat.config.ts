import { Bool, Int, Nested, Opt, Str, Text, TimeZone } from '../common/validation/fields';
import { idle, Keys } from '../common/validation/keys';

@Keys<ActiveHoursConfig>({
  start: ['Time of day, HH:MM, from which the heartbeat runs.', '00:00'],
  end: ['Time of day, HH:MM, until which the heartbeat runs; before the start it means over midnight.', '24:00'],
  timezone: ['Zone of these hours: "user" is that of agents.defaults.userTimezone, "local" that of the host.', 'user'],
})
class ActiveHoursConfig {
  @Opt() @Text() start?: string;
  @Opt() @Text() end?: string;
  @Opt() @TimeZone('user', 'local') timezone?: string;
}

@Keys<HeartbeatConfig>({
  every: ['How often the agent looks by itself whether something needs it, such as "30m"; "0m" turns it off.', '30m'],
  activeHours: 'Hours of the day in which it runs; always without them.',
  model: 'Model of the heartbeat, as provider/model; without it that of the agent.',
  session: 'Session that it runs in; without it the main session.',
  target: ['Where an alert is sent: "last" (where you wrote last), "none", or a channel.', 'last'],
  to: 'Recipient on the channel that target names.',
  prompt: 'What the agent is asked each time; without it the built-in words about HEARTBEAT.md.',
  ackMaxChars: ['An answer with HEARTBEAT_OK and at most so many further characters is not sent.', 300],
  includeReasoning: idle('Whether the thinking of the model is sent along.'),
})
export class HeartbeatConfig {
  @Opt() @Text() every?: string;
  @Opt() @Nested(() => ActiveHoursConfig) activeHours?: ActiveHoursConfig;
  @Opt() @Text() model?: string;
  @Opt() @Text() session?: string;
  @Opt() @Text() target?: string;
  @Opt() @Text() to?: string;
  @Opt() @Str() prompt?: string;
  @Opt() @Int({ min: 0 }) ackMaxChars?: number;
  @Opt() @Bool() includeReasoning?: boolean;
}
