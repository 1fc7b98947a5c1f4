import { Any, Bool, Int, Nested, Opt, Str, Text } from '../common/validation/fields';

export class NodeDescribeParams {
  @Text() nodeId!: string;
}

export class NodeInvokeParams {
  @Text() nodeId!: string;
  @Text() command!: string;
  @Text() idempotencyKey!: string;
  @Opt() @Any() params?: unknown;
  @Opt() @Int({ min: 0 }) timeoutMs?: number;
  @Opt() @Str() sessionKey?: string;
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
