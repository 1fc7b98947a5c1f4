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
    const { language, script } = new Intl.Locale(each).maximize();
    if (isLanguage(language) && (language !== 'zh' || script === 'Hans')) return language;
  }
  return 'en';
}
