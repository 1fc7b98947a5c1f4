import { Injectable } from '@nestjs/common';
import { InboxService } from '../../inbox/inbox.service';
import { QuarantineStore } from '../../inbox/quarantine.store';
import { invalidRequest } from '../../rpc/rpc-error';
import { DatabaseService } from '../../storage/database.service';
import type { InboxTable } from '../../storage/schema';

/** What ended without an answer and may be tried once more. */
const ENDED = ['failed', 'quarantined'] as const;

/** Whether a message may be tried again: those of the gateway itself are repeated by whoever started them. */
export const canRunAgain = ({ state, session_key, channel }: Pick<InboxTable, 'state' | 'session_key' | 'channel'>) =>
  ENDED.some((each) => each === state) && session_key !== null && channel !== 'internal';

/** Has messages that failed tried again, with the same words and for the same people. */
@Injectable()
export class RunAgain {
  constructor(
    private readonly database: DatabaseService,
    private readonly store: QuarantineStore,
    private readonly inbox: InboxService,
  ) {}

  /**
   * @param id what clients call the run, or our own id of it
   * @returns what its new runs are called
   * @throws RpcError INVALID_REQUEST where there is none, or none that failed
   */
  async start(id: string): Promise<string[]> {
    const found = await this.database.read
      .selectFrom('inbox')
      .select(['id', 'state', 'session_key', 'channel'])
      .where((eb) => eb.or([eb('run_name', '=', id), eb('run_id', '=', id), eb('turn_id', '=', id)]))
      .execute();
    if (found.length === 0) throw invalidRequest(`id: there is no run "${id}"; see runs.list`);
    const ids = found.filter(canRunAgain).map((row) => row.id);
    const refusal = `id: the run "${id}" can't be tried again: only messages of people that failed can`;
    if (ids.length === 0) throw invalidRequest(refusal);
    const { rows, refused } = await this.store.resubmit(ids, ENDED);
    if (rows.length === 0) throw invalidRequest(refused[0] ? `id: ${refused[0].reason}` : refusal);
    for (const row of rows) this.inbox.announce(row);
    return rows.map(({ runName }) => runName);
  }
}
