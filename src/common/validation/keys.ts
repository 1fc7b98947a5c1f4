import { recordField } from './field-registry';

interface Described {
  text: string;
  standard?: unknown;
  idle?: true;
}

/** What a key means: a sentence, one with the value that holds without it, or {@link idle}. */
type Meaning = string | readonly [text: string, standard: unknown] | Described;

/** The meaning of a key that is accepted for the sake of existing files and has no effect, nor has anything below it. */
export const idle = (text: string): Described => ({ text, idle: true });

/**
 * Class decorator: what each property of a section of the configuration means. The compiler wants every one.
 * Shown in forms (`config.schema`), by `config.schema.lookup`, and in the reference.
 */
export const Keys =
  <T>(meanings: { readonly [K in keyof T]-?: Meaning }): ClassDecorator =>
  (target) => {
    for (const [name, meaning] of Object.entries<Meaning>(meanings)) {
      const { text, standard, idle: isIdle } = readMeaning(meaning);
      recordField(target, name, {
        schema: { description: text, ...(standard === undefined ? {} : { default: standard }) },
        ...(isIdle ? { idle: true } : {}),
      });
    }
  };

function readMeaning(meaning: Meaning): Described {
  if (typeof meaning === 'string') return { text: meaning };
  return 'text' in meaning ? meaning : { text: meaning[0], standard: meaning[1] };
}
