import { Injectable } from '@nestjs/common';
import { type DeliveryRoute, targetKey } from '../common/delivery-route';
import { ChannelDirectory } from '../events/channel-directory';

/** The conversations that routes lead to: all spellings of one are the same place. */
@Injectable()
export class Places {
  constructor(private readonly directory: ChannelDirectory) {}

  /** As far as it is known without asking the platform. */
  of(route: DeliveryRoute): string {
    return this.known(route) ?? targetKey(route);
  }

  /** Undefined where the platform has to be asked. */
  known(route: DeliveryRoute): string | undefined {
    const adapter = this.directory.find(route.channel)?.adapter;
    return adapter?.placeOf ? adapter.placeOf(route) : targetKey(route);
  }

  /** @throws ChannelSendError */
  async find(route: DeliveryRoute): Promise<string> {
    const adapter = this.directory.find(route.channel)?.adapter;
    return this.known(route) ?? (await adapter?.findPlace?.(route)) ?? targetKey(route);
  }
}

/** Key of a place among those of all accounts. */
export const placeKey = ({ channel, account }: DeliveryRoute, place: string): string =>
  [channel, account, place].join('\n');
