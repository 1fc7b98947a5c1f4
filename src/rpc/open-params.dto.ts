import { OpenKeys } from '../common/validation/fields';

/** Any parameters; whoever takes them checks them. */
@OpenKeys()
export class OpenParams {}
