import { type Messages, i18n } from '@lingui/core';
import { ownName } from '../gateway/page-place';
import { loadPart } from '../loading/load-part';
import { type Language, isLanguage, languageOf } from './languages';

type Catalogue = () => Promise<{ messages: Messages }>;

/** The part with what the gateway says of its settings. It says that in English, so that there is none in that language. */
export const MEANINGS = 'meanings';

/** Texts of the page in the language of whoever reads it; each part is loaded when it is first needed. */
export class Words {
  private readonly parts = new Set<string>();

  /** @param catalogues by their path, which ends in `<language>/<part>.po` */
  constructor(private readonly catalogues: Readonly<Record<string, Catalogue>>) {}

  /** Texts of a part in the language of the page. */
  async load(part: string): Promise<void> {
    if (this.parts.has(part)) return;
    await this.fetch(i18n.locale, part);
    this.parts.add(part);
  }

  /** Shows everything that was loaded so far in another language. */
  async speak(language: Language, ...parts: string[]): Promise<void> {
    for (const part of parts) this.parts.add(part);
    await Promise.all([...this.parts].map((part) => this.fetch(language, part)));
    document.documentElement.lang = language === 'zh' ? 'zh-Hans' : language;
    i18n.activate(language);
  }

  private async fetch(language: string, part: string): Promise<void> {
    if (part === MEANINGS && language === 'en') return;
    const [, catalogue] =
      Object.entries(this.catalogues).find(([path]) => path.endsWith(`/${language}/${part}.po`)) ?? [];
    if (!catalogue) throw new Error(`there are no texts for ${part} in ${language}`);
    i18n.load(language, (await loadPart(catalogue)).messages);
  }
}

const KEY = ownName('openclaw.language');

/** The language that was chosen here, else the browser's. */
export function startLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  return isLanguage(kept) ? kept : languageOf(navigator.languages);
}

export const keepLanguage = (language: Language): void => localStorage.setItem(KEY, language);
