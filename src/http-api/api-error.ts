import type { Response } from 'express';

export type ApiErrorType = 'invalid_request_error' | 'unauthorized' | 'forbidden' | 'not_found' | 'api_error';

export interface ApiErrorFacts {
  /** Stable name of what is wrong. */
  code?: string;
  /** Field of the request that it is about. */
  param?: string;
  headers?: Readonly<Record<string, string>>;
}

/** What a caller of the HTTP API is told instead of an answer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly type: ApiErrorType = 'invalid_request_error',
    readonly facts: ApiErrorFacts = {},
  ) {
    super(message);
  }

  /** `{error: {message, type, code?, param?}}` */
  get body(): { error: Record<string, string> } {
    const { code, param } = this.facts;
    return {
      error: { message: this.message, type: this.type, ...(code ? { code } : {}), ...(param ? { param } : {}) },
    };
  }

  send(response: Response): void {
    response
      .status(this.status)
      .set(this.facts.headers ?? {})
      .json(this.body);
  }
}

/** A field that is missing, of the wrong kind or out of range. */
export const badField = (param: string, message: string, code?: string): ApiError =>
  new ApiError(400, message, 'invalid_request_error', { param, ...(code ? { code } : {}) });

/** What went wrong inside. Clients that repeat failed requests of themselves are asked not to: a turn has run. */
export const runFailed = (message: string, code?: string): ApiError =>
  new ApiError(500, message, 'api_error', { ...(code ? { code } : {}), headers: { 'x-should-retry': 'false' } });
