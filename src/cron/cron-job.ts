import type { ContentOrigin } from '../common/content-parts';
import type { DeliveryRoute } from '../common/delivery-route';

/** A job as stored. */
export interface CronJob {
  id: string;
  agentId: string;
  name: string;
  enabled: boolean;
  deleteAfterRun: boolean;
  /** Unix time in milliseconds at which it is due. */
  schedule: { kind: 'at'; atMs: number };
  payload: { kind: 'systemEvent'; text: string };
  /** Conversation in which it was made and speaks up again. */
  sessionKey: string;
  /** Chat of that conversation, if it was not a client. */
  route?: DeliveryRoute;
  /** Whose text may be in the payload, where it is not the owner's or the assistant's own. */
  origin?: ContentOrigin;
  createdAtMs: number;
  updatedAtMs: number;
}
