import type { Kysely } from 'kysely';
import type { Dialect } from '../dialect';
import * as foundation from './0001-foundation';
import * as tools from './0002-tools';
import * as mind from './0003-mind';
import * as channels from './0004-channels';
import * as cron from './0005-cron';
import * as automation from './0006-automation';
import * as guests from './0007-guests';
import * as fileFacts from './0008-file-facts';
import * as gitFolders from './0009-git-folders';
import * as commonQuestions from './0010-common-questions';
import * as runs from './0011-runs';
import * as deliveries from './0012-deliveries';
import * as retention from './0013-retention';
import * as pictures from './0014-pictures';
import * as waiting from './0015-waiting';
import * as sessionNames from './0016-session-names';
import * as polls from './0017-polls';
import * as receivedFiles from './0018-received-files';
import * as organisedSessions from './0019-organised-sessions';
import * as askedStops from './0020-asked-stops';
import * as sessionLists from './0021-session-lists';
import * as costParts from './0022-cost-parts';
import * as conversationTitles from './0023-conversation-titles';
import * as replicas from './0025-replicas';
import * as skillLists from './0026-skill-lists';
import * as givenUp from './0028-given-up';
import * as namesOfPeople from './0031-names-of-people';

export interface Migration {
  name: string;
  up(db: Kysely<never>, dialect: Dialect): Promise<void>;
  down(db: Kysely<never>, dialect: Dialect): Promise<void>;
}

/** All migrations in order. A released one is never edited: add the next. */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-foundation', up: foundation.up, down: foundation.down },
  { name: '0002-tools', up: tools.up, down: tools.down },
  { name: '0003-mind', up: mind.up, down: mind.down },
  { name: '0004-channels', up: channels.up, down: channels.down },
  { name: '0005-cron', up: cron.up, down: cron.down },
  { name: '0006-automation', up: automation.up, down: automation.down },
  { name: '0007-guests', up: guests.up, down: guests.down },
  { name: '0008-file-facts', up: fileFacts.up, down: fileFacts.down },
  { name: '0009-git-folders', up: gitFolders.up, down: gitFolders.down },
  { name: '0010-common-questions', up: commonQuestions.up, down: commonQuestions.down },
  { name: '0011-runs', up: runs.up, down: runs.down },
  { name: '0012-deliveries', up: deliveries.up, down: deliveries.down },
  { name: '0013-retention', up: retention.up, down: retention.down },
  { name: '0014-pictures', up: pictures.up, down: pictures.down },
  { name: '0015-waiting', up: waiting.up, down: waiting.down },
  { name: '0016-session-names', up: sessionNames.up, down: sessionNames.down },
  { name: '0017-polls', up: polls.up, down: polls.down },
  { name: '0018-received-files', up: receivedFiles.up, down: receivedFiles.down },
  { name: '0019-organised-sessions', up: organisedSessions.up, down: organisedSessions.down },
  { name: '0020-asked-stops', up: askedStops.up, down: askedStops.down },
  { name: '0021-session-lists', up: sessionLists.up, down: sessionLists.down },
  { name: '0022-cost-parts', up: costParts.up, down: costParts.down },
  { name: '0023-conversation-titles', up: conversationTitles.up, down: conversationTitles.down },
  { name: '0025-replicas', up: replicas.up, down: replicas.down },
  { name: '0026-skill-lists', up: skillLists.up, down: skillLists.down },
  { name: '0028-given-up', up: givenUp.up, down: givenUp.down },
  { name: '0031-names-of-people', up: namesOfPeople.up, down: namesOfPeople.down },
];
