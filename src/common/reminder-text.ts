const ENVELOPE = '[from the gateway] A reminder that was set earlier is due. Tell the person, or do what it asks:';

/** A reminder as the assistant is told of it: not as if the person had just said it. */
export const reminderText = (text: string): string => `${ENVELOPE}\n${text}`;

/** What a reminder says; undefined for any other text. */
export const textOfReminder = (told: string): string | undefined =>
  told.startsWith(`${ENVELOPE}\n`) ? told.slice(ENVELOPE.length + 1) : undefined;
