import { createHash, randomBytes } from 'node:crypto';
import { Injectable, Optional } from '@nestjs/common';
import { Clock, systemClock } from '../../common/clock';
import { Elsewhere } from '../../replicas/elsewhere.service';

/** Long enough to walk to the phone; a code that lies about longer is one that somebody else may find. */
const LIFE_MS = 5 * 60_000;
/** 144 bits, which nobody guesses within that time. */
const BYTES = 18;
const MOST = 20;
/** How long other gateways have to say that a code is theirs. */
const ASK_MS = 2000;

interface Kept {
  scopes: readonly string[];
  /** Who asked for it. */
  maker: string;
  expiresAtMs: number;
}

/**
 * Codes by which a device is let in once without anybody at the gateway's machine: shown as a QR code, taken by a phone.
 * They are kept in memory and as a hash only: a gateway that starts anew knows none, and what can't be read can't leak. Each
 * is spent at the gateway that made it, whichever of those on one database it is brought to.
 */
@Injectable()
export class PairingCodes {
  private readonly kept = new Map<string, Kept>();

  constructor(
    @Optional() private readonly clock: Clock = systemClock,
    @Optional() private readonly elsewhere?: Elsewhere,
  ) {
    elsewhere?.on('pairing-code', ({ hash }) => {
      const scopes = this.spend(hash);
      return scopes && { scopes: [...scopes] };
    });
  }

  /**
   * Makes a code; the one that the same maker had before does not work any more.
   * @param scopes what whoever comes with it may have at most
   * @returns the code, and when it ends (Unix milliseconds)
   */
  make(maker: string, scopes: readonly string[]): { code: string; expiresAtMs: number } {
    this.forget(maker);
    const code = randomBytes(BYTES).toString('base64url');
    const expiresAtMs = this.clock.now() + LIFE_MS;
    this.kept.set(hashOf(code), { scopes: [...scopes], maker, expiresAtMs });
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= MOST) break;
      this.kept.delete(oldest);
    }
    return { code, expiresAtMs };
  }

  /** What a code lets its bearer have; it is spent by that. Undefined for one that is unknown, spent or too old. */
  async take(code: string): Promise<readonly string[] | undefined> {
    const hash = hashOf(code);
    return this.spend(hash) ?? (await this.elsewhere?.ask('pairing-code', { hash }, ASK_MS))?.scopes;
  }

  private spend(hash: string): readonly string[] | undefined {
    const known = this.kept.get(hash);
    this.kept.delete(hash);
    return known && known.expiresAtMs > this.clock.now() ? known.scopes : undefined;
  }

  /** Ends the code of a maker. */
  forget(maker: string): void {
    const now = this.clock.now();
    for (const [hash, known] of this.kept)
      if (known.maker === maker || known.expiresAtMs <= now) this.kept.delete(hash);
  }
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('base64url');
