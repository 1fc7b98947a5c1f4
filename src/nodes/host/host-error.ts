import { OpenclawError } from '../../common/openclaw-error';

/** Why this machine does not do what it was asked for; the code goes to whoever asked. */
export class HostError extends OpenclawError {}
