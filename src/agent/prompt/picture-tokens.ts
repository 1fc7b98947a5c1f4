import type { ImageSize } from '../../common/image-size';
import type { ModelInfo } from '../providers/model-info';

export type CountingModel = Pick<ModelInfo, 'api' | 'id' | 'input'>;

/** What stands instead of a picture for a model that sees none. */
const UNSEEN_TOKENS = 20;
/** Of a picture whose size can't be read: an ordinary photo. */
const ORDINARY: ImageSize = { width: 1536, height: 1152 };

/**
 * What a picture costs in tokens, as the documentation of each provider counts it (figures of 2026): by its size in
 * pixels, never by its bytes.
 */
export function pictureTokens(size: ImageSize = ORDINARY, model: CountingModel): number {
  if (!model.input.includes('image')) return UNSEEN_TOKENS;
  // Routers put the maker before the name.
  const name = model.id.slice(model.id.lastIndexOf('/') + 1).toLowerCase();
  if (model.api === 'anthropic-messages' || name.startsWith('claude')) return claudeTokens(size, name);
  if (model.api === 'google-generative-ai' || name.startsWith('gemini')) return geminiTokens(size, name);
  const openai = OPENAI.find(({ start }) => name.startsWith(start));
  if (openai) return 'perTile' in openai ? tileTokens(size, openai) : patchTokens(size, openai);
  return model.api === 'openai-responses' ? patchTokens(size, NEWER_OPENAI) : visualPatches(size, 28, 4784);
}

/** Models before the ones that take pictures of 2576 pixels a side. */
const EARLIER_CLAUDE = [
  'claude-2',
  'claude-3',
  'claude-opus-4-0',
  'claude-opus-4-1',
  'claude-opus-4-2',
  'claude-opus-4-5',
  'claude-opus-4-6',
  'claude-sonnet-4-0',
  'claude-sonnet-4-2',
  'claude-sonnet-4-5',
  'claude-sonnet-4-6',
  'claude-haiku-4-5',
];

/** Squares of 28 pixels, about width × height / 750; larger pictures are scaled down to the model's most. */
const claudeTokens = (size: ImageSize, name: string): number =>
  EARLIER_CLAUDE.some((start) => name.startsWith(start))
    ? visualPatches(fitSide(size, 1568), 28, 1600)
    : visualPatches(fitSide(size, 2576), 28, 4784);

/** Since version 3 a fixed number; before, 258 for each tile, of a side two thirds of the picture's short one. */
function geminiTokens({ width, height }: ImageSize, name: string): number {
  if (!name.startsWith('gemini-1') && !name.startsWith('gemini-2')) return 1120;
  if (width <= 384 && height <= 384) return 258;
  const tile = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
  return 258 * Math.ceil(width / tile) * Math.ceil(height / tile);
}

interface Tiles {
  start: string;
  base: number;
  perTile: number;
}
interface Patches {
  start: string;
  factor: number;
  most: number;
}

const NEWER_OPENAI: Patches = { start: '', factor: 1.2, most: 10_000 };
/** The first that fits counts: longer names stand before their beginnings. */
const OPENAI: readonly (Tiles | Patches)[] = [
  { start: 'gpt-4o-mini', base: 2833, perTile: 5667 },
  { start: 'gpt-4o', base: 85, perTile: 170 },
  { start: 'gpt-4.1-mini', factor: 1.62, most: 1536 },
  { start: 'gpt-4.1-nano', factor: 2.46, most: 1536 },
  { start: 'gpt-4', base: 85, perTile: 170 },
  { start: 'gpt-5-mini', factor: 1.62, most: 1536 },
  { start: 'gpt-5-nano', factor: 2.46, most: 1536 },
  { start: 'gpt-5.1', base: 70, perTile: 140 },
  { start: 'gpt-5.', factor: 1.2, most: 10_000 },
  { start: 'gpt-5', base: 70, perTile: 140 },
  { start: 'o4-mini', factor: 1.72, most: 1536 },
  { start: 'o1', base: 75, perTile: 150 },
  { start: 'o3', base: 75, perTile: 150 },
];

/** Scaled into 2048 × 2048, then to 768 on its short side, then tiles of 512. */
function tileTokens(size: ImageSize, { base, perTile }: Tiles): number {
  const fitted = fitSide(size, 2048);
  const shrink = Math.min(1, 768 / Math.min(fitted.width, fitted.height));
  return base + perTile * Math.ceil((fitted.width * shrink) / 512) * Math.ceil((fitted.height * shrink) / 512);
}

const patchTokens = (size: ImageSize, { factor, most }: Patches): number =>
  Math.ceil(visualPatches(size, 32, most) * factor);

const visualPatches = ({ width, height }: ImageSize, side: number, most: number): number =>
  Math.min(most, Math.ceil(width / side) * Math.ceil(height / side));

function fitSide({ width, height }: ImageSize, most: number): ImageSize {
  const shrink = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, width * shrink), height: Math.max(1, height * shrink) };
}
