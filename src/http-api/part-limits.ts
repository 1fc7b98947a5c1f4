import type { OpenclawConfig } from '../config/openclaw.config';
import type { RequestFilesConfig, RequestImagesConfig } from '../gateway/gateway.config';
import type { Endpoint } from './http-switches';
import type { KindLimits, PartLimits } from './told-content.service';

const MIB = 1024 * 1024;
const IMAGE_BYTES = 10 * MIB;
const FILE_BYTES = 5 * MIB;
const TOTAL_IMAGE_BYTES = 20 * MIB;
const MOST_PARTS = 8;
const FILE_CHARS = 32_000;

/** Limits of pictures and files, as configured for an endpoint. */
export function partLimits(config: OpenclawConfig, endpoint: Endpoint): PartLimits {
  const { chatCompletions: chat, responses } = config.gateway?.http?.endpoints ?? {};
  if (endpoint === 'chatCompletions')
    return {
      images: kindLimits(chat?.images, false, IMAGE_BYTES),
      files: { ...kindLimits(undefined, false, FILE_BYTES), maxChars: FILE_CHARS },
      maxUrlParts: MOST_PARTS,
      maxImageParts: chat?.maxImageParts ?? MOST_PARTS,
      maxTotalImageBytes: chat?.maxTotalImageBytes ?? TOTAL_IMAGE_BYTES,
    };
  return {
    images: kindLimits(responses?.images, true, IMAGE_BYTES),
    files: {
      ...kindLimits(responses?.files, true, FILE_BYTES),
      maxChars: Math.min(responses?.files?.maxChars ?? FILE_CHARS, FILE_CHARS),
    },
    maxUrlParts: responses?.maxUrlParts ?? MOST_PARTS,
    maxImageParts: Infinity,
    maxTotalImageBytes: Infinity,
  };
}

const kindLimits = (
  given: RequestImagesConfig | RequestFilesConfig | undefined,
  allowUrl: boolean,
  maxBytes: number,
): KindLimits => ({
  allowUrl: given?.allowUrl ?? allowUrl,
  ...(given?.allowedMimes ? { allowedMimes: given.allowedMimes } : {}),
  maxBytes: given?.maxBytes ?? maxBytes,
  maxRedirects: given?.maxRedirects ?? 3,
  timeoutMs: given?.timeoutMs ?? 10_000,
});
