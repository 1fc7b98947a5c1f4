import type { MethodParams } from './method-params';

/** A method and its parameters, which may be left out where all of them may. */
export type MethodCall = {
  [Method in keyof MethodParams]: object extends MethodParams[Method]
    ? [method: Method, params?: MethodParams[Method]]
    : [method: Method, params: MethodParams[Method]];
}[keyof MethodParams];
