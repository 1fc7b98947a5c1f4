import { Injectable } from '@nestjs/common';
import type { PolicySubject } from '../../tools/agent-tool';
import { sniffImage } from '../../common/sniff-image';
import { ToolPolicyService } from '../../tools/policy/tool-policy.service';
import { ToolRegistry } from '../../tools/tool-registry.service';
import { GuardedHttp } from '../../tools/web/guarded-http.service';

const FETCH_MS = 15_000;
/** Whose rules hold: looking at an address in the web is what this tool does. */
const TOOL = 'web_fetch';

/** Pictures of which a message gives only the address. */
@Injectable()
export class WebPictures {
  constructor(
    private readonly http: GuardedHttp,
    private readonly policy: ToolPolicyService,
    private readonly registry: ToolRegistry,
  ) {}

  /**
   * @param subject for whom it is fetched: who may not have `web_fetch` gets no picture from the web either
   * @throws Error with the reason why there is none to show
   */
  async load(
    address: string,
    subject: PolicySubject,
    { maxBytes, signal }: { maxBytes: number; signal: AbortSignal },
  ): Promise<Buffer> {
    const unavailable = this.registry.find(TOOL)?.handler.unavailableReason?.();
    if (unavailable !== undefined) throw new Error(`nothing is fetched from the web here: ${unavailable}`);
    const verdict = this.policy.evaluate(TOOL, subject);
    if (!verdict.allowed)
      throw new Error(
        `nothing is fetched from the web here: ${TOOL} is refused by ${verdict.layer}: ${verdict.reason}`,
      );
    const answer = await this.http.request({
      url: address,
      headers: { accept: 'image/*' },
      timeoutMs: FETCH_MS,
      maxBytes,
      signal,
    });
    if (answer.status !== 200) throw new Error(`${new URL(answer.url).host} answered ${answer.status}`);
    if (sniffImage(answer.body) === undefined)
      throw new Error('what is at the address is no picture that can be shown');
    return answer.body;
  }
}
