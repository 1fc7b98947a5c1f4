import { OpenclawError } from '../../../common/openclaw-error';

/** The file is of a kind that holds no text we can read, or is broken. */
export class DocumentError extends OpenclawError {
  constructor(message: string) {
    super('DOCUMENT_UNREADABLE', message);
  }
}
