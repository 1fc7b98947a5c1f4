import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { EventBus } from '../../events/event-bus';
import { OPERATOR_SCOPES } from '../../rpc/scopes';
import { DevicePairingService } from '../devices/device-pairing.service';
import { type NodeFacts, type PairedDevice, pairingReason } from '../devices/device-record';
import { type AdmittedNode, NodePairingService } from '../devices/node-pairing.service';
import { PairingCodes } from '../devices/pairing-codes';
import { CloseCode } from '../protocol/close-codes';
import type { ConnectAuth, ConnectParams } from '../protocol/connect.dto';
import { type Protocol, SIGNATURE_SKEW_MS } from '../protocol/limits';
import { RuntimeSettingsService } from '../runtime-settings.service';
import type { RequestSource } from '../../common/net/request-source';
import { type DeviceProblem, verifyDevice } from './device-identity';
import { LoginThrottle } from './login-throttle';
import { isUnguessable, secretsEqual } from '../../common/secrets-equal';
import { UsedSignatures } from './used-signatures';
import { RpcCode } from './wire-error';
import type { OutgoingError } from './wire-dialect';

export interface HandshakeRequest {
  params: ConnectParams;
  dialect: 'openclaw' | 'jsonrpc';
  nonce: string;
  address: RequestSource;
}

export interface Grant {
  protocol: Protocol;
  role: 'operator' | 'node';
  scopes: string[];
  method: string;
  deviceId?: string;
  deviceToken?: string;
  issuedAtMs?: number;
  /** As a node: what it can be asked for. */
  node?: AdmittedNode;
}

export interface Refusal {
  error: OutgoingError;
  closeCode: number;
  closeText: string;
}

/** A refused handshake, thrown to leave the chain of checks. */
class HandshakeRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.error.message);
  }
}

const USED = 'device signature was used before';

const DEVICE_CODES: Record<DeviceProblem, string> = {
  'device identity mismatch': 'DEVICE_AUTH_DEVICE_ID_MISMATCH',
  'device signature expired': 'DEVICE_AUTH_SIGNATURE_EXPIRED',
  'device nonce required': 'DEVICE_AUTH_NONCE_REQUIRED',
  'device nonce mismatch': 'DEVICE_AUTH_NONCE_MISMATCH',
  'device signature invalid': 'DEVICE_AUTH_SIGNATURE_INVALID',
  'device public key invalid': 'DEVICE_AUTH_PUBLIC_KEY_INVALID',
};

/** Judges a `connect`: version, role, device identity, credentials, pairing, in that order. */
@Injectable()
export class HandshakeService {
  private readonly used = new UsedSignatures(Math.floor(performance.timeOrigin));

  constructor(
    private readonly settings: RuntimeSettingsService,
    private readonly devices: DevicePairingService,
    private readonly nodes: NodePairingService,
    private readonly codes: PairingCodes,
    private readonly throttle: LoginThrottle,
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly events?: EventBus,
  ) {
    events?.on(
      'signature.used',
      ({ signature, expiresAt }) => this.used.note(signature, expiresAt, this.clock.now()),
      'elsewhere',
    );
  }

  async judge(request: HandshakeRequest): Promise<Grant | Refusal> {
    try {
      return await this.admit(request);
    } catch (error) {
      if (error instanceof HandshakeRefused) return error.refusal;
      throw error;
    }
  }

  private async admit(request: HandshakeRequest): Promise<Grant> {
    const protocol = negotiate(request.params);
    const role = roleOf(request.params);
    const device = await this.identify(request, protocol);
    const credential = await this.authenticate(request, device, role);
    const scopes = grantedScopes(request, protocol, role, credential, device !== undefined);
    if (!device) return { protocol, role, scopes, method: credential.method };

    const paired = await this.ensurePaired(request, device, role, scopes, credential.admits === true);
    const token = await this.devices.ensureToken(paired, role, scopes);
    const { local } = request.address;
    const node = role === 'node' ? await this.nodes.admit(paired, offeredBy(request.params), local) : undefined;
    return {
      protocol,
      role,
      scopes,
      method: credential.method,
      deviceId: paired.deviceId,
      deviceToken: token.token,
      issuedAtMs: token.rotatedAtMs ?? token.createdAtMs,
      ...(node ? { node } : {}),
    };
  }

  /** Verifies the device block, or decides whether one may be missing. Returns what the store knows of the device. */
  private async identify(
    request: HandshakeRequest,
    protocol: Protocol,
  ): Promise<{ publicKey: string; paired: PairedDevice | undefined } | undefined> {
    const { params, address } = request;
    const { controlUi } = this.settings.current;
    const isControlUi = params.client.id === 'openclaw-control-ui';
    const device = isControlUi && controlUi.disableDeviceAuth ? undefined : params.device;
    if (device) {
      const key = verifyDevice({
        params,
        device,
        nonce: request.nonce,
        protocol,
        local: address.local,
        now: this.clock.now(),
      });
      if (typeof key === 'string') return refuse(key, { details: { code: DEVICE_CODES[key], reason: key } });
      if (device.nonce === undefined && !this.isFirstUse(device.signature, device.signedAt))
        return refuse(USED, { details: { code: 'DEVICE_AUTH_SIGNATURE_USED', reason: USED } });
      return { publicKey: key.raw.toString('base64url'), paired: await this.devices.find(device.id) };
    }
    if (isControlUi) {
      if (!controlUi.allowInsecureAuth && !controlUi.disableDeviceAuth) {
        refuse('control ui requires HTTPS or localhost (secure context)', {
          details: { code: 'CONTROL_UI_DEVICE_IDENTITY_REQUIRED' },
        });
      }
      return undefined;
    }
    const hasSecret = (params.auth?.token ?? params.auth?.password ?? '') !== '';
    if (!hasSecret && this.settings.current.auth.mode !== 'none' && request.dialect === 'openclaw') {
      refuse('device identity required', { code: 'NOT_PAIRED', details: { code: 'DEVICE_IDENTITY_REQUIRED' } });
    }
    return undefined;
  }

  /** The bytes decide, not how they are spelt. */
  private isFirstUse(signature: string, signedAt: number): boolean {
    const bytes = Buffer.from(signature, 'base64url').toString('base64url');
    const expiresAt = signedAt + SIGNATURE_SKEW_MS[3];
    const isNew = this.used.use(bytes, signedAt, expiresAt, this.clock.now());
    if (isNew) this.events?.emit('signature.used', { signature: bytes, expiresAt });
    return isNew;
  }

  private async authenticate(
    request: HandshakeRequest,
    device: { paired: PairedDevice | undefined } | undefined,
    role: string,
  ): Promise<Credential> {
    const { auth = {} as ConnectAuth } = request.params;
    if (device && role === 'operator' && (auth.bootstrapToken ?? '') !== '')
      return this.byCode(request, auth.bootstrapToken ?? '', device.paired);
    const settings = this.settings.current.auth;
    if (settings.mode === 'none') return { method: 'none', scopes: OPERATOR_SCOPES };
    const secret = settings.secret ?? '';
    const offered = [auth.token, auth.password].filter((text): text is string => text !== undefined && text !== '');

    // Guesses against a secret that can't be guessed need not wait. A proven paired device does not wait for those of
    // others; its own are counted, for it may be one that may do little.
    const source = device?.paired ? `device ${device.paired.deviceId}` : request.address.source;
    const isFree = offered.length === 0 || isUnguessable(secret);
    const waits = !isFree && this.throttle.waitMs(source) > 0;
    if (waits && !(await this.throttle.turn(source))) return this.tooMany(source);
    if (offered.some((text) => secretsEqual(text, secret))) return { method: settings.mode, scopes: OPERATOR_SCOPES };

    const deviceToken = auth.deviceToken ?? auth.token;
    if (device?.paired && deviceToken !== undefined) {
      const held = this.devices.matchesToken(device.paired, role, deviceToken);
      if (held) {
        const beyond = (request.params.scopes ?? []).filter(
          (scope) => !held.scopes.includes(scope) && !held.scopes.includes('operator.admin'),
        );
        if (beyond.length === 0) return { method: 'device-token', scopes: held.scopes };
        this.unauthorized(
          request,
          'device token does not hold the requested scopes',
          'AUTH_SCOPE_MISMATCH',
          device.paired,
        );
      }
    }
    const what = settings.mode;
    if (offered.length === 0 && auth.deviceToken === undefined) {
      return this.unauthorized(
        request,
        `gateway ${what} missing (${missingHint(what)})`,
        `AUTH_${what.toUpperCase()}_MISSING`,
        device?.paired,
      );
    }
    this.throttle.recordFailure(source);
    if (waits) return this.tooMany(source);
    return this.unauthorized(
      request,
      `gateway ${what} mismatch (${mismatchHint(what)})`,
      `AUTH_${what.toUpperCase()}_MISMATCH`,
      device?.paired,
    );
  }

  /** A code is no secret that can be guessed, and needs no waiting; it works for whoever has it, once. */
  private async byCode(request: HandshakeRequest, code: string, paired: PairedDevice | undefined): Promise<Credential> {
    const scopes = await this.codes.take(code);
    if (scopes) return { method: 'bootstrap-token', scopes, admits: true };
    return this.unauthorized(
      request,
      'the pairing code was used before or is too old; make a new one',
      'AUTH_BOOTSTRAP_TOKEN_INVALID',
      paired,
    );
  }

  private tooMany(source: string): never {
    const retryAfterMs = this.throttle.waitMs(source);
    return refuse(`unauthorized: too many failed logins, try again in ${Math.ceil(retryAfterMs / 1000)} s`, {
      retryAfterMs,
      details: { code: 'AUTH_RATE_LIMITED', recommendedNextStep: 'wait_then_retry' },
    });
  }

  private unauthorized(request: HandshakeRequest, text: string, code: string, paired: PairedDevice | undefined): never {
    const canRetryWithDeviceToken = paired !== undefined && request.params.auth?.deviceToken === undefined;
    return refuse(`unauthorized: ${text}`, {
      details: {
        code,
        canRetryWithDeviceToken,
        recommendedNextStep: canRetryWithDeviceToken ? 'retry_with_device_token' : 'update_auth_credentials',
      },
      rpcCode: RpcCode.unauthorized,
    });
  }

  private async ensurePaired(
    request: HandshakeRequest,
    device: { publicKey: string; paired: PairedDevice | undefined },
    role: string,
    scopes: string[],
    isAdmitted: boolean,
  ): Promise<PairedDevice> {
    const reason = pairingReason(device.paired, device.publicKey, role, scopes);
    if (!reason && device.paired) return device.paired;
    const { params, address } = request;
    const facts = {
      deviceId: params.device?.id ?? '',
      publicKey: device.publicKey,
      ...(params.client.displayName ? { displayName: params.client.displayName } : {}),
      platform: params.client.platform,
      clientId: params.client.id,
      clientMode: params.client.mode,
      role,
      roles: [role],
      scopes,
      ...(role === 'node' ? { node: offeredBy(params) } : {}),
      remoteIp: address.address,
      silent: address.local,
    };
    if (address.local || isAdmitted) return this.devices.admit(facts);
    const { request: pending } = await this.devices.request(facts);
    return refuse('pairing required', {
      code: 'NOT_PAIRED',
      details: {
        code: 'PAIRING_REQUIRED',
        requestId: pending.requestId,
        reason,
        recommendedNextStep: 'review_auth_configuration',
        approveWith: `openclaw devices approve ${pending.requestId}`,
      },
    });
  }
}

function negotiate(params: ConnectParams): Protocol {
  const speaks = (version: Protocol): boolean => params.minProtocol <= version && version <= params.maxProtocol;
  if (speaks(4)) return 4;
  if (speaks(3)) return 3;
  return refuse('protocol mismatch', {
    details: {
      code: 'PROTOCOL_MISMATCH',
      clientMinProtocol: params.minProtocol,
      clientMaxProtocol: params.maxProtocol,
      expectedProtocol: 4,
      minimumProbeProtocol: 3,
    },
    rpcCode: RpcCode.refused,
    closeCode: CloseCode.protocolMismatch,
  });
}

function roleOf(params: ConnectParams): 'operator' | 'node' {
  const asked = params.role ?? 'operator';
  if (asked === 'operator' || asked === 'node') return asked;
  return refuse('invalid role');
}

const offeredBy = ({ client, caps, commands }: ConnectParams): NodeFacts => ({
  caps: [...new Set(caps ?? [])].sort(),
  commands: [...new Set(commands ?? [])].sort(),
  version: client.version,
  ...(client.deviceFamily ? { deviceFamily: client.deviceFamily } : {}),
  ...(client.modelIdentifier ? { modelIdentifier: client.modelIdentifier } : {}),
});

interface Credential {
  method: string;
  /** What the credential's record holds. */
  scopes: readonly string[];
  /** Lets in a device that nobody has approved. */
  admits?: boolean;
}

/** granted = requested ∩ what the credential holds; who asks for nothing gets what its revision says. */
function grantedScopes(
  request: HandshakeRequest,
  protocol: Protocol,
  role: 'operator' | 'node',
  credential: Credential,
  hasDevice: boolean,
): string[] {
  if (role === 'node') return [];
  if (!hasDevice && !request.address.local) return [];
  const held = new Set(credential.scopes);
  const requested = request.params.scopes ?? [];
  if (requested.length === 0) {
    if (request.dialect === 'jsonrpc' && request.params.scopes === undefined) return [...held];
    if (protocol === 3) return held.has('operator.admin') ? ['operator.admin'] : [];
    return [];
  }
  const known = new Set<string>(held.has('operator.admin') ? OPERATOR_SCOPES : held);
  return [...new Set(requested)].filter((scope) => known.has(scope));
}

interface RefuseOptions {
  code?: string;
  details?: Record<string, unknown>;
  retryAfterMs?: number;
  rpcCode?: number;
  closeCode?: number;
}

function refuse(message: string, options: RefuseOptions = {}): never {
  const {
    code = 'INVALID_REQUEST',
    details,
    retryAfterMs,
    rpcCode = RpcCode.unauthorized,
    closeCode = CloseCode.policy,
  } = options;
  throw new HandshakeRefused({
    error: {
      code,
      message,
      ...(details ? { details } : {}),
      ...(retryAfterMs === undefined ? {} : { retryable: true, retryAfterMs }),
      rpcCode,
    },
    closeCode,
    closeText: message,
  });
}

const missingHint = (what: string): string => `send it as auth.${what}; "openclaw dashboard" prints a login link`;
const mismatchHint = (what: string): string => `it must equal gateway.auth.${what} of the gateway's configuration`;
