/** Answers that views have read before: they show them at once, and read them anew. */
export const knownAnswers = new Map<string, unknown>();
