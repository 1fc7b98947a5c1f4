import { NewError } from './new-error.mjs';

const WORDS = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/;
const METHOD = /^[a-z][a-zA-Z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][a-zA-Z0-9]*(?:-[a-z0-9]+)*)+$/;
const MOST_CHARS = 40;

/**
 * A name in each of its spellings.
 * @throws NewError
 */
export function spellingsOf(kind, given) {
  if (given === undefined) throw new NewError(`what shall the ${kind} be called? npm run new ${kind} NAME`);
  const isMethod = kind === 'method';
  if (given.length > MOST_CHARS || !(isMethod ? METHOD : WORDS).test(given))
    throw new NewError(
      `"${given}" can't be the name of a ${kind}: ` +
        (isMethod ? 'write it like tasks.count, the area before the dot' : 'lower case words with - between them') +
        `, at most ${MOST_CHARS} characters`,
    );
  const words = given
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .split(/[-_.]/)
    .filter(Boolean);
  const [first = '', ...more] = words;
  return {
    given,
    kebab: words.join('-'),
    snake: words.join('_'),
    upper: words.join('_').toUpperCase(),
    pascal: words.map(capitalized).join(''),
    camel: [first, ...more.map(capitalized)].join(''),
    title: [capitalized(first), ...more].join(' '),
  };
}

const capitalized = (word) => word.charAt(0).toUpperCase() + word.slice(1);
