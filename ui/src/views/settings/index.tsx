import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { Link } from '../../kit/link';
import { Page } from '../../kit/page';
import { addressOf, usePlace } from '../../kit/place';
import { Failure, Skeleton } from '../../kit/states';
import { Form } from './form';
import { History } from './history';
import { RawText } from './raw-text';
import { RestartBar } from './restart-bar';
import { Review } from './review';
import { useSettings } from './use-settings';
import css from './settings.module.css';

const TABS = {
  get ''() {
    return t`Settings`;
  },
  get raw() {
    return t`Text`;
  },
  get history() {
    return t`History`;
  },
} as const;

/** Everything that can be set: as a form, as text, and as it was. */
export default function SettingsView() {
  const { query } = usePlace();
  const settings = useSettings();
  const tab = query.get('tab') ?? '';
  const { about, file, origins, refresh } = settings;
  const error = about.error ?? file.error;
  return (
    <Page title={t`Settings`} lead={t`Changes are checked before they are saved and can be undone.`}>
      <nav className={css['tabs']} aria-label={t`Ways to look at the settings`}>
        {Object.entries(TABS).map(([name, words]) => (
          <Link
            key={name}
            to={addressOf('settings', name === '' ? {} : { tab: name })}
            aria-current={tab === name ? 'page' : undefined}
          >
            {words}
          </Link>
        ))}
      </nav>
      <RestartBar state={origins.data} onBack={refresh} />
      {file.data && !file.data.valid && (
        <Failure
          what={t`The file can't be used as it is; what was read before it stays in effect.`}
          why={file.data.issues
            .map(({ path, message }) => `${path === '' ? t`the file` : path}: ${message}`)
            .join('; ')}
        >
          <Link to={addressOf('settings', { tab: 'raw' })}>
            <Trans>Mend it as text</Trans>
          </Link>
        </Failure>
      )}
      {error !== undefined && !(about.data && file.data) && (
        <Failure what={t`The settings could not be read.`} why={error} onRetry={refresh} />
      )}
      {error === undefined && !(about.data && file.data) && <Skeleton lines={8} />}
      {about.data && file.data && (
        <>
          {tab === 'raw' && <RawText file={file.data} onWritten={settings.written} onReload={refresh} />}
          {tab === 'history' && <History hash={file.data.hash} onWritten={settings.written} />}
          {tab === '' && <Form settings={settings} schema={about.data.schema} hints={about.data.uiHints} />}
          {settings.edits.size > 0 && <Review settings={settings} />}
        </>
      )}
    </Page>
  );
}
