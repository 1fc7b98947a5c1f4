/** A model as people write it: `provider/model`, the model id may hold slashes; an optional `@profile` pins a credential. */
export interface ModelReference {
  provider: string;
  model: string;
  profile?: string;
}

export function parseModelReference(text: string): ModelReference | undefined {
  const match = /^([^/\s]+)\/([^\s]+?)(?:@([A-Za-z0-9_.:-]+))?$/.exec(text.trim());
  if (!match?.[1] || !match[2]) return undefined;
  return { provider: match[1].toLowerCase(), model: match[2], ...(match[3] ? { profile: match[3] } : {}) };
}

export const formatModelReference = (reference: { provider: string; model: string }): string =>
  `${reference.provider}/${reference.model}`;
