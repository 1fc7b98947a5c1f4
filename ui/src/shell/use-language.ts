import { t } from '@lingui/core/macro';
import { useLingui } from '@lingui/react';
import { messageOf } from '../gateway/problem';
import { toast } from '../kit/toasts';
import { keepLanguage } from '../words/language';
import { type Language, isLanguage } from '../words/languages';
import { words } from './views';

/** The language of the page, and a function that changes it for this browser. */
export function useLanguage(): [Language, (name: string) => void] {
  const { i18n } = useLingui();
  const choose = (name: string): void => {
    if (!isLanguage(name)) return;
    words.speak(name).then(
      () => keepLanguage(name),
      (problem: unknown) => toast(t`The language was not changed: ${messageOf(problem)}`),
    );
  };
  return [isLanguage(i18n.locale) ? i18n.locale : 'en', choose];
}
