import { OpenclawError } from '../../../common/openclaw-error';
import type { ConfigEdit } from '../../../config/apply-edits';
import { type GmailSettings, projectOf, watchStart } from './gmail-settings';
import type { GooglePrograms } from './google-programs';

/** Gmail speaks as this account; it has to be let into the topic. */
const GMAIL_PUBLISHER = 'serviceAccount:gmail-api-push@system.gserviceaccount.com';

/** The project that gcloud works on; undefined where none is set. */
export async function currentProject(programs: GooglePrograms): Promise<string | undefined> {
  const project = await programs.run('gcloud', ['config', 'get-value', 'project', '--quiet']);
  return project === '' || project === '(unset)' ? undefined : project;
}

/** @throws OpenclawError where nobody is logged in with gcloud */
export async function needLogin(programs: GooglePrograms): Promise<void> {
  const args = ['auth', 'list', '--filter=status:ACTIVE', '--format=value(account)'];
  if ((await programs.run('gcloud', args)) === '')
    throw new OpenclawError('NOT_LOGGED_IN', 'nobody is logged in with gcloud: run "gcloud auth login" first');
}

/**
 * Makes what is missing of topic, subscription and watch; each step may be run again.
 * @param endpoint public https address under which Google reaches the watcher
 * @param done is told of each step
 * @throws OpenclawError with what gcloud or gog said
 */
export async function setUpWatch(
  programs: GooglePrograms,
  settings: GmailSettings,
  endpoint: string,
  done: (step: string) => void,
): Promise<void> {
  const project = projectOf(settings);
  const at = ['--project', project, '--quiet'];
  const pubsub = ['pubsub', 'topics'];
  await programs.run('gcloud', ['services', 'enable', 'gmail.googleapis.com', 'pubsub.googleapis.com', ...at]);
  done(`Gmail and Pub/Sub are on in the project ${project}`);

  if (!(await programs.succeeds('gcloud', [...pubsub, 'describe', settings.topic, ...at])))
    await programs.run('gcloud', [...pubsub, 'create', settings.topic, ...at]);
  const binding = ['--member', GMAIL_PUBLISHER, '--role', 'roles/pubsub.publisher'];
  await programs.run('gcloud', [...pubsub, 'add-iam-policy-binding', settings.topic, ...binding, ...at]);
  done(`topic ${settings.topic}, which Gmail may write to`);

  const { subscription } = settings;
  const address = new URL(endpoint);
  address.searchParams.set('token', settings.pushToken);
  const push = ['--push-endpoint', address.href, ...at];
  const subscriptions = ['pubsub', 'subscriptions'];
  if (await programs.succeeds('gcloud', [...subscriptions, 'describe', subscription, ...at]))
    await programs.run('gcloud', [...subscriptions, 'update', subscription, ...push]);
  else await programs.run('gcloud', [...subscriptions, 'create', subscription, '--topic', settings.topic, ...push]);
  done(`subscription ${subscription}, which pushes to ${endpoint}`);

  await programs.run('gog', watchStart(settings));
  done(`Gmail watches ${settings.label} of ${settings.account}`);
}

/** What the configuration says afterwards. */
export function configEdits(settings: GmailSettings, hookToken: string, presets: readonly string[]): ConfigEdit[] {
  const { bind, port, path, ...gmail } = settings;
  return [
    { path: ['hooks', 'enabled'], value: true },
    { path: ['hooks', 'token'], value: hookToken },
    { path: ['hooks', 'presets'], value: [...new Set([...presets, 'gmail'])] },
    ...Object.entries(gmail).map(([name, value]) => ({ path: ['hooks', 'gmail', name], value })),
    { path: ['hooks', 'gmail', 'serve'], value: { bind, port, path } },
  ];
}
