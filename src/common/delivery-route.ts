/** Where an answer goes. */
export interface DeliveryRoute {
  channel: string;
  account: string;
  /** Chat on the platform. */
  to: string;
  threadId?: string;
  /** Message the answer quotes, where the channel wants that. */
  replyToId?: string;
  chatType?: 'direct' | 'group' | 'channel';
}

/** Parts of one target keep their order; targets are independent of each other. */
export const targetKey = (route: DeliveryRoute): string =>
  route.threadId ? `${route.to}#${route.threadId}` : route.to;
