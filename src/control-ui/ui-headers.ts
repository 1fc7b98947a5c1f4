import { basename, dirname } from 'node:path';

/** Nothing from elsewhere is loaded, framed or run; messages of models can't smuggle anything in. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No text becomes HTML or a script, not even by a mistake of the page.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const YEAR_S = 31_536_000;

/** Headers of a file of the page. Names of assets carry a hash of their content, so they may be kept for good. */
export function uiHeaders(file: string): Record<string, string> {
  const isForGood = basename(dirname(file)) === 'assets';
  return guardedHeaders(CONTENT_SECURITY_POLICY, isForGood ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
}

/** What each file of a page is sent with, under this policy. */
export const guardedHeaders = (policy: string, cacheControl: string): Record<string, string> => ({
  'Cache-Control': cacheControl,
  'Content-Security-Policy': policy,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
});
