import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { DeliveryRoute } from '../common/delivery-route';
import { type RegisteredChannel, type ChannelAdapter, chatChannelOf } from '../channels/channel-adapter';
import { OpenclawError } from '../common/openclaw-error';

/** Where a channel says nothing of it. */
const MAX_FILE_BYTES = 50 * 1024 * 1024;

/** Every channel adapter, found among all providers on first use. */
@Injectable()
export class ChannelDirectory {
  private channels: Map<string, RegisteredChannel> | undefined;

  constructor(private readonly discovery: DiscoveryService) {}

  find(id: string): RegisteredChannel | undefined {
    return this.collect().get(id);
  }

  /** Most bytes of a file that goes to a chat; undefined where its channel takes none. */
  fileLimit({ channel, account }: DeliveryRoute): number | undefined {
    const found = this.find(channel);
    if (!found?.declaration.capabilities.files) return undefined;
    return found.adapter.sendLimit?.(account) ?? found.adapter.mediaLimit?.(account) ?? MAX_FILE_BYTES;
  }

  all(): RegisteredChannel[] {
    return [...this.collect().values()];
  }

  /** Adds a channel that no provider declares. A name that is taken stays with whom it belongs to. */
  addForeign(channel: RegisteredChannel): boolean {
    const channels = this.collect();
    const { id } = channel.declaration;
    if (channels.has(id)) return false;
    channels.set(id, channel);
    return true;
  }

  /** @throws OpenclawError CHANNEL_DUPLICATE */
  collect(): Map<string, RegisteredChannel> {
    if (this.channels) return this.channels;
    const channels = new Map<string, RegisteredChannel>();
    for (const { metatype, instance } of this.discovery.getProviders()) {
      const declaration = typeof metatype === 'function' ? chatChannelOf(metatype) : undefined;
      if (!declaration || !instance) continue;
      if (channels.has(declaration.id))
        throw new OpenclawError('CHANNEL_DUPLICATE', `channel "${declaration.id}" is declared twice`);
      channels.set(declaration.id, { declaration, adapter: instance as ChannelAdapter });
    }
    this.channels = channels;
    return channels;
  }
}
