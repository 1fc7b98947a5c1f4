/** What is wrong with a job that somebody wrote, with the field, the value and the way out. */
export class CronJobError extends Error {}
