import type { ApprovalFact } from '../approvals/approval-request';
import 'reflect-metadata';
import type { ClassRef } from '../../common/validation/field-registry';

/**
 * What leaves by a parameter:
 * - `none`: nothing; its effect stays in the workspace, the sandbox or this conversation;
 * - `own`: it reaches the owner alone, or a service that the owner has set up;
 * - `fetch`: an address that is called;
 * - `out`: others, the web, a device;
 * - `later`: what the assistant reads as trusted later, such as its memory;
 * - `standing`: what goes on acting by itself, such as jobs and the configuration;
 * - `host`: the machine itself.
 */
export const SINKS = ['none', 'own', 'fetch', 'out', 'later', 'standing', 'host'] as const;
export type Sink = (typeof SINKS)[number];

/** Counts for what nobody has declared. */
export const STRICTEST: Sink = 'host';

/** One thing that would leave by a call. */
export interface SinkUse {
  sink: Exclude<Sink, 'none' | 'own'>;
  /** For the person who decides: what exactly would happen. */
  summary: string;
  /** Asked for only after web pages, outside tools and strangers, not after files. */
  onlyAfterOutside?: true;
  /** fetch: what is called; none where something is merely chosen, such as a link to click. */
  address?: string;
  /** The exact rule that "always" grants for the rest of the conversation; undefined: it can be allowed once only. */
  target?: string;
  /**
   * What else the person has to see: a change of a file as a diff. It is looked at again before the call runs; where it
   * differs by then, that is another question.
   */
  details?: ApprovalFact[];
  /** Parameters that `details` show in a better form; all others are shown as they are. */
  shown?: readonly string[];
}

/** What leaves by the parameters of a call, by name (`request.text`); a name covers all below it. */
export type CallSinks = Readonly<Record<string, SinkUse | 'none'>>;

/** Of a parameter that is an object with parameters of its own. */
type Declared = Sink | 'parts';

const LEAVES = Symbol('leaves');

/** Class decorator of parameters: says of each what leaves by it. One that is missing does not compile. */
export const Leaves =
  <T extends object>(declared: Readonly<Record<keyof T, Declared>>): ((target: new () => T) => void) =>
  (target) => {
    Reflect.defineMetadata(LEAVES, new Map(Object.entries(declared)), target);
  };

/** What a class says of one of its parameters; undefined where it says nothing. */
export const declaredSink = (cls: ClassRef, name: string): Declared | undefined =>
  (Reflect.getOwnMetadata(LEAVES, cls) as ReadonlyMap<string, Declared> | undefined)?.get(name);

/** An address that is called; "always" grants its site for the rest of the conversation. */
export function fetchOf(address: string, summary = `fetch ${address}`): SinkUse {
  const site = URL.canParse(address) ? new URL(address).origin : undefined;
  return {
    sink: 'fetch',
    summary,
    address,
    ...(site === undefined || site === 'null' ? {} : { target: `fetch ${site}/*` }),
  };
}
