export type { MethodCall } from '../../../packages/client/client';
