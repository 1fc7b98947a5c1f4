/** The beginning of an id, a hash or the number of a commit: plain ASCII, long enough to tell one from the other. */
export const shortId = (id: string, length = 8): string => id.slice(0, length);
