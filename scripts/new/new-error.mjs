/** What was called wrongly, and the way out; shown without a stack. */
export class NewError extends Error {}
