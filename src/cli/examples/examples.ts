export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {};
