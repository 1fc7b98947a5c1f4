import { ChannelSendError } from './channel-adapter';

/** What has a name on a platform. */
export interface NamedPlace {
  /** Target that messages to it go to. */
  to: string;
  /** Told to whoever has to choose. */
  label: string;
  /** The name is one that nobody else can have; it goes before names that people give themselves. */
  isHandle?: boolean;
}

const NAMED = /^([#@])(\S.*)$/;

/** A target that is a name: `#channel` or `@person`. */
export function namedTarget(target: string): { kind: 'channel' | 'person'; name: string } | undefined {
  const [, sign, name] = NAMED.exec(target.trim()) ?? [];
  return name === undefined ? undefined : { kind: sign === '#' ? 'channel' : 'person', name: name.toLowerCase() };
}

/**
 * The one place that a name stands for.
 * @throws ChannelSendError refused: nothing has it, or more than one
 */
export function onlyPlace(target: string, found: readonly NamedPlace[]): string {
  const handles = found.filter(({ isHandle }) => isHandle);
  const places = [...new Map((handles.length > 0 ? handles : found).map((place) => [place.to, place])).values()];
  const [only] = places;
  if (!only) throw new ChannelSendError('refused', `nothing that the bot can see is called "${target}"; give its id`);
  if (places.length > 1)
    throw new ChannelSendError(
      'refused',
      `"${target}" may be ${places.map(({ to, label }) => `${to} (${label})`).join(', ')}; give one of these ids`,
    );
  return only.to;
}
