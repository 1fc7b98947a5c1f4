import { Opt, StrList, Text } from '../../common/validation/fields';

export class DevicePairDecisionParams {
  @Text() requestId!: string;
}

export class DeviceTokenParams {
  @Text() deviceId!: string;
  @Text() role!: string;
}

export class DeviceTokenRotateParams extends DeviceTokenParams {
  @Opt() @StrList() scopes?: string[];
}

export class DeviceIdParams {
  @Text() deviceId!: string;
}
