import { Any, Bool, Doc, Int, Nested, Obj, OneOf, Opt, OptNull, Str, StrList, Text } from '../common/validation/fields';
import { PENDING_PRIORITIES, PENDING_TYPES } from './node-pending.service';

export class NodeDescribeParams {
  @Text() nodeId!: string;
}

export class ExecApprovalsNodeSetParams extends NodeDescribeParams {
  @Obj() @Doc('The whole file, as `exec.approvals.node.get` shows it.') file!: Record<string, unknown>;
  @OptNull() @Text() @Doc('`hash` of the file that was read.') baseHash?: string | null;
}

export class NodeInvokeParams {
  @Text() nodeId!: string;
  @Text() command!: string;
  @Text({ max: 512 }) idempotencyKey!: string;
  @Opt() @Any() params?: unknown;
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt() @Str({ max: 512 }) sessionKey?: string;
}

export class NodeErrorDto {
  @Opt() @Str() code?: string;
  @Opt() @Str() message?: string;
}

export class NodeInvokeResultParams {
  @Text() id!: string;
  @Text() nodeId!: string;
  @Bool() ok!: boolean;
  @Opt() @Any() payload?: unknown;
  @Opt() @Str() payloadJSON?: string;
  @Opt() @Nested(() => NodeErrorDto) error?: NodeErrorDto;
}

export class NodeEventParams {
  @Text({ max: 100 }) event!: string;
  @Opt() @Any() payload?: unknown;
  @Opt() @Str({ max: 200_000 }) payloadJSON?: string;
}

export class NodePendingEnqueueParams {
  @Text() nodeId!: string;
  @OneOf(PENDING_TYPES) type!: (typeof PENDING_TYPES)[number];
  @Opt() @OneOf(PENDING_PRIORITIES) priority?: (typeof PENDING_PRIORITIES)[number];
  @Opt() @Int({ min: 1000, max: 86_400_000 }) expiresInMs?: number;
  /** Taken from clients that send it; nothing here can wake a device. */
  @Opt() @Bool() wake?: boolean;
}

export class NodePendingDrainParams {
  @Opt() @Int({ min: 1, max: 64 }) maxItems?: number;
}

export class NodePendingAckParams {
  @StrList({ min: 1, max: 64 }) ids!: string[];
}
