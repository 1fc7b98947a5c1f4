/** Sizes and times of the wire, in bytes and milliseconds. */
export const PROTOCOLS = [3, 4] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export const MAX_PAYLOAD = 26_214_400;
export const MAX_BUFFERED = 52_428_800;
/** Largest frame before the handshake. */
export const PRE_AUTH_MAX_PAYLOAD = 65_536;
export const HANDSHAKE_TIMEOUT_MS = 10_000;
export const TICK_INTERVAL_MS = 30_000;
export const PING_INTERVAL_MS = 25_000;
/** Events queued for one client beyond this are left out; the gap shows in `seq`. */
export const EVENT_QUEUE_LIMIT = 1_572_864;
/** A client whose queue makes no progress for this long is closed. */
export const STALL_LIMIT_MS = 10_000;
/** Sockets without a handshake, in all and from one source. */
export const PRE_AUTH_CONNECTIONS = 256;
export const PRE_AUTH_CONNECTIONS_PER_SOURCE = 64;
/** How long the events of a client whose connection was cut are kept for it. */
export const AWAY_MS = 120_000;
/** So many clients that are cut, and so many events of each. */
export const MOST_AWAY = 200;
export const MOST_TRAIL_EVENTS = 4096;
/** Words of events that are kept for all of them. */
export const MOST_REMEMBERED_BYTES = 8 * 1024 * 1024;
export const MAX_BATCH = 100;
export const ATTACHMENT_LIMITS = { maxBytes: 20_971_520, maxImageBytes: 6_291_456 };
/** Clock difference allowed for a device signature. */
export const SIGNATURE_SKEW_MS: Record<Protocol, number> = { 3: 600_000, 4: 120_000 };
