import { originOf } from '../../common/net/origin';
import type { GuardedHttp } from '../web/guarded-http.service';
import { isPlainObject } from '../../common/plain-object';
import { ToolError } from '../agent-tool';

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 512 * 1024;

/** A call to make: an international number, what to say first, and whether the line stays open after it. */
export interface OutgoingCall {
  to: string;
  message: string;
  stays: boolean;
}

/** What a carrier tells about a call. */
export type CallEvent =
  | { kind: 'answered'; callId: string }
  | { kind: 'heard'; callId: string; text: string }
  | { kind: 'ended'; callId: string };

/** A request of the carrier to our webhook. */
export interface CarrierRequest {
  /** Address as the carrier knows it: public URL with path and query. */
  url: string;
  headers: Readonly<Record<string, string | undefined>>;
  body: string;
}

export interface CarrierReply {
  events: CallEvent[];
  type: string;
  body: string;
}

/** One telephone company's interface. Errors are `ToolError` upstream_error. */
export interface PhoneCarrier {
  readonly name: string;
  start(call: OutgoingCall): Promise<{ callId: string; status: string }>;
  speak(callId: string, text: string): Promise<void>;
  /** Says something and has the webhook told what is answered. */
  listen(callId: string, text: string): Promise<void>;
  hangUp(callId: string): Promise<void>;
  /** Facts of a call as the carrier gives them; undefined: it knows none of that id. */
  status(callId: string): Promise<Record<string, unknown> | undefined>;
  /** Reads a webhook request; undefined: it does not come from the carrier. */
  receive(request: CarrierRequest): Promise<CarrierReply | undefined>;
}

/** What every carrier needs beside its own keys. */
export interface CarrierSettings {
  from: string;
  /** Address of our webhook as seen from the internet. */
  webhookUrl?: string;
  http: GuardedHttp;
}

/** One request to a carrier; undefined for 404. */
export async function askCarrier(
  http: GuardedHttp,
  carrier: string,
  request: {
    url: string;
    method: 'GET' | 'POST' | 'DELETE';
    authorization: string;
    form?: Record<string, string>;
    json?: unknown;
    /** The operator wrote the address: it may be private. */
    isOwnAddress: boolean;
  },
): Promise<Record<string, unknown> | undefined> {
  const { form, json } = request;
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  const response = await http.request({
    url: request.url,
    method: request.method,
    headers: { authorization: request.authorization, ...(form || json ? { 'content-type': type } : {}) },
    ...(form ? { body: new URLSearchParams(form).toString() } : json ? { body: JSON.stringify(json) } : {}),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
    maxRedirects: 0,
    trustedOrigins: request.isOwnAddress ? [originOf(request.url) ?? ''] : [],
  });
  if (response.status === 404) return undefined;
  let body: unknown;
  try {
    body = JSON.parse(response.body.toString('utf8'));
  } catch {
    body = {};
  }
  const answer = isPlainObject(body) ? body : {};
  if (response.status < 400) return answer;
  const errors = Array.isArray(answer['errors']) ? (answer['errors'] as unknown[])[0] : undefined;
  const said = answer['message'] ?? answer['error'] ?? (isPlainObject(errors) ? errors['detail'] : undefined);
  throw new ToolError('upstream_error', `${carrier}: ${typeof said === 'string' ? said : `status ${response.status}`}`);
}

/** A gone call, said so. */
export function mustExist<T>(answer: T | undefined, callId: string): T {
  if (answer === undefined) throw new ToolError('not_found', `there is no call ${callId}, or it is over`);
  return answer;
}

export const basicAuth = (user: string, password: string): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Names and values of a form body. */
export const formOf = (body: string): Record<string, string> => Object.fromEntries(new URLSearchParams(body));
