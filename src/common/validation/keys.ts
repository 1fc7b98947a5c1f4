import { recordField } from './field-registry';

interface Described {
  text: string;
  standard?: unknown;
  idle?: true;
  guards?: true;
}

/** What a key means: a sentence, one with the value that holds without it, or {@link idle}. */
type Meaning = string | readonly [text: string, standard: unknown] | Described;

/** The meaning of a key that is accepted for the sake of existing files and has no effect, nor has anything below it. */
export const idle = (text: string): Described => ({ text, idle: true });

/** As {@link idle}, of a key that would keep something from happening: who sets it must not believe that it does. */
export const idleGuard = (text: string): Described => ({ text, idle: true, guards: true });

/**
 * Class decorator: what each property of a section of the configuration means. The compiler wants every one.
 * Shown in forms (`config.schema`), by `config.schema.lookup`, and in the reference.
 */
export const Keys =
  <T>(meanings: { readonly [K in keyof T]-?: Meaning }): ClassDecorator =>
  (target) => {
    for (const [name, meaning] of Object.entries<Meaning>(meanings)) {
      const { text, standard, idle: isIdle, guards } = readMeaning(meaning);
      recordField(target, name, {
        schema: { description: text, ...(standard === undefined ? {} : { default: standard }) },
        ...(isIdle ? { idle: true } : {}),
        ...(guards ? { guards } : {}),
      });
    }
  };

function readMeaning(meaning: Meaning): Described {
  if (typeof meaning === 'string') return { text: meaning };
  return 'text' in meaning ? meaning : { text: meaning[0], standard: meaning[1] };
}
