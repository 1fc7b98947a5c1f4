export type { EventFrame, Hello, ResponseFrame, WireError } from '../../../packages/client/frames';
