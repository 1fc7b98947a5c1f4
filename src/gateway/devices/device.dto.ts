import { Bool, Opt, StrList, Text } from '../../common/validation/fields';

export class DevicePairDecisionParams {
  @Text({ max: 128 }) requestId!: string;
}

export class DeviceTokenParams {
  @Text({ max: 128 }) deviceId!: string;
  @Text({ max: 32 }) role!: string;
}

export class DeviceTokenRotateParams extends DeviceTokenParams {
  @Opt() @StrList({ max: 50, each: 100 }) scopes?: string[];
}

export class DeviceIdParams {
  @Text({ max: 128 }) deviceId!: string;
}

export class DeviceRenameParams extends DeviceIdParams {
  @Text({ max: 64 }) label!: string;
}

export class NodePairRequestParams {
  @Text({ max: 128 }) nodeId!: string;
  @Opt() @Text({ max: 200 }) displayName?: string;
  @Opt() @Text({ max: 100 }) platform?: string;
  @Opt() @Text({ max: 100 }) version?: string;
  @Opt() @Text({ max: 100 }) coreVersion?: string;
  @Opt() @Text({ max: 100 }) uiVersion?: string;
  @Opt() @Text({ max: 100 }) deviceFamily?: string;
  @Opt() @Text({ max: 100 }) modelIdentifier?: string;
  @Opt() @StrList({ max: 200, each: 200 }) caps?: string[];
  @Opt() @StrList({ max: 500, each: 200 }) commands?: string[];
  @Opt() @Text({ max: 100 }) remoteIp?: string;
  @Opt() @Bool() silent?: boolean;
}

export class NodeIdParams {
  @Text({ max: 128 }) nodeId!: string;
}

export class NodePairVerifyParams extends NodeIdParams {
  @Text({ max: 8192 }) token!: string;
}

export class NodeRenameParams extends NodeIdParams {
  @Text({ max: 100 }) displayName!: string;
}
