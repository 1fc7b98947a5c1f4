import type { DeliveryRoute } from './delivery-route';

/** Who gives a command and from where. */
export interface ChatOrigin {
  /** Shown with decisions. */
  name: string;
  /** Id on the platform; undefined for connected clients. */
  senderId?: string;
  /** Handle on the platform, where it has such. */
  senderHandle?: string;
  channel: string;
  account: string;
  /** Has been let in and stands on a list, where lists count. */
  isAuthorised: boolean;
  isOwner: boolean;
  /** Whether approvals may be decided. */
  mayApprove: boolean;
  isGroup: boolean;
  /** Chat the command came from; undefined for connected clients. */
  route?: DeliveryRoute;
}
