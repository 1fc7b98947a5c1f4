/** Languages that every text of the page is there in, each by its own name. */
export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  zh: '简体中文',
  ja: '日本語',
} as const;

export type Language = keyof typeof LANGUAGES;

export const isLanguage = (name: string | null): name is Language => name !== null && Object.hasOwn(LANGUAGES, name);

/** The first of the browser's languages that the page has; Chinese is there in simplified characters. */
export function languageOf(wanted: readonly string[]): Language {
  for (const each of wanted) {
    const [language = ''] = each.toLowerCase().split('-');
    if (isLanguage(language) && (language !== 'zh' || isSimplified(each))) return language;
  }
  return 'en';
}

/** Only the browser's own tables know which characters a place writes; to read them in takes longer than all else here. */
const isSimplified = (tag: string): boolean => new Intl.Locale(tag).maximize().script === 'Hans';
