/** Billions of parameters that the id of a model names, such as 70 in `llama-3.3-70b`; undefined where it names none. */
export function billionsIn(id: string): number | undefined {
  const [, experts = '1', size] = /(?:^|[^a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(id) ?? [];
  return size === undefined ? undefined : Number(experts) * Number(size);
}
